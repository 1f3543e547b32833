import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { without } from '../support/tools.ts'
import { launch, run, text } from './command.ts'

const NODE = [process.execPath, '-e']

/** A program that makes one create with what its environment names, and says what it was answered. */
const CREATE = `
const { ACEDATACLOUD_API_BASE_URL: url, ACEDATACLOUD_API_TOKEN: token } = process.env
const answer = await fetch(url + '/kling/videos', {
  method: 'POST',
  headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
  body: JSON.stringify({ action: 'text2video', model: 'kling-v1', prompt: 'a white mug' }),
})
console.log(answer.status, token)`

const MODULE = [process.execPath, '--input-type=module', '-e']

function place(): string {
  return mkdtempSync(join(tmpdir(), 'mockling-exec-'))
}

describe('mockling exec', () => {
  it('runs a command against a simulator of its own and says what it would have cost', async () => {
    const { code, stdout, stderr } = await run(['exec', '--pace', 'instant', '--', ...MODULE, CREATE])
    expect(stdout).toBe('200 mockling-exec\n')
    expect(stderr).toContain('would have cost 1.4 Credits (about $0.13, estimated)')
    expect(code).toBe(0)
  })

  it('takes the command’s own options for its own, also without --', async () => {
    const { stdout } = await run(['exec', '--pace', 'instant', 'echo', '--pace', '-n', '--help'])
    expect(stdout).toBe('--pace -n --help\n')
  })

  it('gives the same ids to the same run', async () => {
    const runs = await Promise.all(
      [1, 2].map(() =>
        run([
          'exec',
          '--pace',
          'instant',
          '--',
          ...MODULE,
          CREATE.replace('answer.status', '(await answer.json()).task_id'),
        ]),
      ),
    )
    expect(runs[0]?.stdout).toMatch(/^[0-9a-f-]{36} /)
    expect(runs[0]?.stdout).toBe(runs[1]?.stdout)
  })

  it.each([
    ['process.exit(0)', 0],
    ['process.exit(3)', 3],
    ['process.exit(255)', 255],
    ['process.kill(process.pid, "SIGKILL")', 137],
    ['process.kill(process.pid, "SIGTERM")', 143],
  ])('passes on how %s ended', async (script, expected) => {
    expect((await run(['exec', '--', ...NODE, script])).code).toBe(expected)
  })

  it.each([
    ['no-such-command-here', 127, '"no-such-command-here" can\'t be started: there is no such command'],
    ['/etc/passwd', 126, '"/etc/passwd" can\'t be started: it may not be executed'],
  ])('says that %s can’t be started', async (program, expected, words) => {
    const { code, stderr } = await run(['exec', '--', program])
    expect(code).toBe(expected)
    expect(stderr).toContain(words)
    expect(stderr).not.toContain('cost')
  })

  it('gives the command its own standard input', async () => {
    const { stdout } = await run(['exec', '--', 'cat'], { input: 'from outside' })
    expect(stdout).toBe('from outside')
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'hands %s on and waits for the command to tidy up',
    async signal => {
      const script = `process.on('${signal}', () => { console.log('tidied up'); process.exit(7) }); console.log('ready'); setInterval(() => {}, 1000)`
      const child = launch(['exec', '--', ...NODE, script])
      child.stdin?.end()
      const stdout = text(child.stdout, words => {
        if (words === 'ready\n') child.kill(signal)
      })
      const code = await new Promise(resolve => child.once('exit', resolve))
      expect(await stdout).toBe('ready\ntidied up\n')
      expect(code).toBe(7)
    },
  )

  it('exits with 4 over the budget, and says by how much', async () => {
    const { code, stderr } = await run(['exec', '--pace', 'instant', '--max-credits', '1', '--', ...MODULE, CREATE])
    expect(code).toBe(4)
    expect(stderr).toContain('over the budget: --max-credits 1, and it would have cost 1.4 Credits')
  })

  it('exits with 1 for what was paid twice, and says why', async () => {
    const script = `
const { MOCKLING_URL: url, MOCKLING_TOKEN: token } = process.env
const caller = new AbortController()
const create = signal => fetch(url + '/kling/videos', {
  method: 'POST',
  headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
  body: JSON.stringify({ action: 'text2video', model: 'kling-v1', prompt: 'a white mug', async: signal === undefined }),
  signal,
})
const pending = async () => (await (await fetch(url + '/_mockling/v1/tasks?state=pending')).json()).total
const held = create(caller.signal)
while (await pending() === 0);
caller.abort()
await held.catch(() => create())`
    const args = ['exec', '--pace', 'real', '--', ...MODULE, script]
    const lenient = await run(args)
    expect(lenient.code).toBe(0)
    expect(lenient.stderr).toContain('✗ duplicate: #2 buys again what #1 bought')
    expect(lenient.stderr).toContain('see both   #1 and #2 of the run: exec --repro FILE keeps one that fails')
    // The server is gone.
    expect(lenient.stderr).not.toContain('GET /')
    const file = join(place(), 'checks.xml')
    const strict = await run(['exec', '--fail-on-duplicates', '--report', `junit=${file}`, ...args.slice(1)])
    expect(strict.code).toBe(1)
    expect(strict.stderr).toContain('✗ 1 create was a duplicate, for 1.4 Credits more (--fail-on-duplicates)')
    expect(readFileSync(file, 'utf8')).toContain('the caller of #1 hung up')
  })

  it('hears of what the command left open when it ended', async () => {
    const script = CREATE.replace('await fetch', 'fetch').replace(
      /console\.log.*/,
      `while ((await (await fetch(url + '/_mockling/v1/tasks?state=pending')).json()).total === 0);
       process.exit(0)`,
    )
    const { stderr } = await run(['exec', '--pace', 'real', '--json', '--', ...MODULE, script])
    expect(JSON.parse(stderr)).toMatchObject({ totals: { creates: 1, reserved: 1.4 } })
  })

  it('passes on the command’s own failure rather than ours', async () => {
    const script = `${CREATE}; process.exit(9)`
    expect((await run(['exec', '--pace', 'instant', '--max-credits', '1', '--', ...MODULE, script])).code).toBe(9)
  })

  it('writes its checks as JUnit and its figures as JSON', async () => {
    const file = join(place(), 'checks.xml')
    const args = ['exec', '--pace', 'instant', '--max-credits', '1', '--json', '--report', `junit=${file}`]
    const { stderr } = await run([...args, '--', ...MODULE, CREATE])
    expect(JSON.parse(stderr)).toMatchObject({ commandExitCode: 0, exitCode: 4, totals: { creates: 1, credits: 1.4 } })
    const xml = readFileSync(file, 'utf8')
    expect(xml).toContain('tests="4" failures="1"')
    expect(xml).toContain('name="costs at most 1 Credits"')
  })

  it.each([
    [{ ACEDATACLOUD_API_TOKEN: '0123456789abcdef0123456789abcdef' }, 'ACEDATACLOUD_API_TOKEN looks like a real key'],
    [{ SOME_URL: 'https://api.acedata.cloud' }, 'SOME_URL names the real host'],
  ])('starts nothing with %j in the environment, unless that is meant', async (env, words) => {
    const marker = join(place(), 'started')
    const command = [...NODE, `require('node:fs').writeFileSync(${JSON.stringify(marker)}, '')`]
    const refused = await run(['exec', '--', ...command], { env })
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain(words)
    expect(refused.stderr).not.toContain('0123456789abcdef')
    expect(existsSync(marker)).toBe(false)

    expect((await run(['exec', '--allow-real-environment', '--', ...command], { env })).code).toBe(0)
    expect(existsSync(marker)).toBe(true)
  })

  it.each([
    [['exec'], 'exec: name the command to run after --'],
    [['exec', '--max-credits', 'many', '--', 'true'], '--max-credits: "many" is not allowed'],
    [['exec', '--report', 'html=x', '--', 'true'], '--report: "html=x" is not allowed; it must be junit=FILE'],
    [['exec', '--report', 'junit=/no/such/folder/x', '--', 'true'], '--report: "/no/such/folder/x" can\'t be written'],
    [['exec', '--pace', 'slow', '--', 'true'], '--pace: "slow" is not allowed'],
    [['exec', '--nonsense', '--', 'true'], "unknown option '--nonsense'"],
  ])('refuses %j with exit code 2, before anything is started', async (args, words) => {
    const { code, stderr, stdout } = await run(args)
    expect(stderr).toContain(words)
    expect(code).toBe(2)
    expect(stdout).toBe('')
  })

  it('serves a shell with curl', async () => {
    const script = `curl -s "$MOCKLING_URL/kling/videos" -H "authorization: Bearer $MOCKLING_TOKEN" \
      -H 'content-type: application/json' -d '{"action":"text2video","model":"kling-v1","prompt":"a white mug"}'`
    const { code, stdout } = await run(['exec', '--pace', 'instant', '--', 'sh', '-c', script])
    expect(JSON.parse(stdout)).toMatchObject({ success: true, duration: '5.1', state: 'succeed' })
    expect(code).toBe(0)
  })

  const untested = without(['python3', '-c', 'import pytest, requests'])
  it.skipIf(untested !== '')(`runs pytest, and passes its verdict on${untested}`, async () => {
    const folder = place()
    writeFileSync(
      join(folder, 'test_videos.py'),
      `
import os, requests

def create(**change):
    return requests.post(os.environ['ACEDATACLOUD_API_BASE_URL'] + '/kling/videos',
        headers={'authorization': 'Bearer ' + os.environ['ACEDATACLOUD_API_TOKEN']},
        json={'action': 'text2video', 'model': 'kling-v1', 'prompt': 'a white mug', **change})

def test_makes_a_video():
    assert create().json()['state'] == 'succeed'

def test_hopes_for_too_much():
    assert create(mode='4k').status_code == 200
`,
    )
    const pytest = ['python3', '-m', 'pytest', '-q', '-p', 'no:cacheprovider']
    const { code, stdout, stderr } = await run(['exec', '--pace', 'instant', '--', ...pytest], { cwd: folder })
    expect(stdout).toContain('1 failed, 1 passed')
    expect(stderr).toContain('would have cost 1.4 Credits')
    expect(code).toBe(1)
  })

  const lacking = without(['python3', '-c', 'import requests'])
  it.skipIf(lacking !== '')(`serves a Python script that uses requests${lacking}`, async () => {
    const script = `
import os, requests
answer = requests.post(os.environ['ACEDATACLOUD_API_BASE_URL'] + '/kling/videos',
    headers={'authorization': 'Bearer ' + os.environ['ACEDATACLOUD_API_TOKEN']},
    json={'action': 'text2video', 'model': 'kling-v1', 'prompt': 'a white mug'})
answer.raise_for_status()
assert answer.json()['state'] == 'succeed', answer.text
video = requests.get(answer.json()['video_url'])
print(video.headers['content-type'], video.content[4:8].decode())`
    const { code, stdout } = await run(['exec', '--pace', 'instant', '--', 'python3', '-c', script])
    expect(stdout).toBe('video/mp4 ftyp\n')
    expect(code).toBe(0)
  })
})
