import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { type Arrival, startReceiver } from '../callbacks/receiver.ts'
import { run } from './command.ts'

const SECRET = 'whsec_bW9ja2xpbmctdGVzdC1zZWNyZXQtMjQtYnl0ZXM='

/** A handler as it should be: reads carefully, checks signatures if it has a secret, and acts once for each task. */
async function carefulReceiver(secret?: string) {
  const seen = new Map<string, string>()
  const state = join(mkdtempSync(join(tmpdir(), 'mockling-probe-')), 'state')
  const keep = () => writeFileSync(state, [...seen].map(pair => pair.join(' ')).join('\n'))
  keep()
  const answerTo = ({ body, headers }: Arrival): number => {
    try {
      if (secret) new Webhook(secret).verify(body, headers as Record<string, string>)
    } catch {
      return 401
    }
    try {
      const result = JSON.parse(body) as { task_id?: unknown; video_url?: unknown; success?: unknown } | null
      if (typeof result?.task_id !== 'string') return 400
      if (!seen.has(result.task_id)) seen.set(result.task_id, result.success === true ? 'done' : 'failed')
      keep()
      return 204
    } catch {
      return 400
    }
  }
  const receiver = await startReceiver((response, arrival) => response.writeHead(answerTo(arrival)).end())
  return Object.assign(receiver, { state })
}

describe('mockling trigger', () => {
  it('posts the callback of a success, as the guides print it, and prints the answer', async () => {
    await using receiver = await startReceiver(response => response.end('thank you'))
    const { code, stdout } = await run([
      'trigger',
      receiver.url('/hook'),
      '--task',
      'task-1',
      '--origin',
      'http://a.test/',
    ])
    expect(stdout).toMatch(/^✓ POST http:\/\/127\.0\.0\.1:\d+\/hook: 200 after \d+ ms\nthank you\n$/)
    expect(code).toBe(0)
    const [arrival] = receiver.arrivals
    expect(arrival?.headers['content-type']).toBe('application/json')
    expect(JSON.parse(arrival?.body ?? '')).toEqual({
      success: true,
      video_id: 'af9a1af0-9aa0-4638-81c1-d41d6143c508',
      video_url: 'http://a.test/bs2/upload-kling-api/7485378259/text2video/Cjil4mfBfs0AAAAAAKbMQQ-0_raw_video_1.mp4',
      duration: '5.1',
      state: 'succeed',
      task_id: 'task-1',
    })
  })

  it('posts the callback of a failure, several times', async () => {
    await using receiver = await startReceiver()
    const { stdout } = await run(['trigger', receiver.url('/'), '--fail', 'forbidden', '--repeat', '3', '--json'])
    expect(receiver.arrivals.map(({ body }) => JSON.parse(body).error.code)).toEqual([
      'forbidden',
      'forbidden',
      'forbidden',
    ])
    expect(
      stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line)),
    ).toMatchObject([
      { copy: 1, outcome: 'delivered', status: 200 },
      { copy: 2, outcome: 'delivered', status: 200 },
      { copy: 3, outcome: 'delivered', status: 200 },
    ])
  })

  it('signs what it posts, rightly or wrongly', async () => {
    await using receiver = await startReceiver()
    await run(['trigger', receiver.url('/'), '--secret', SECRET])
    await run(['trigger', receiver.url('/'), '--secret', SECRET, '--forged'])
    const [right, wrong] = receiver.arrivals.map(
      ({ body, headers }) =>
        () =>
          new Webhook(SECRET).verify(body, headers as Record<string, string>),
    )
    expect(right).not.toThrow()
    expect(wrong).toThrow('signature')
  })

  it('posts what is no JSON, is too long, or has headers of its own', async () => {
    await using receiver = await startReceiver()
    await run(['trigger', receiver.url('/'), '--malformed'])
    await run([
      'trigger',
      receiver.url('/'),
      '--pad',
      '5000',
      '--header',
      'Content-Type: text/plain',
      '--header',
      'x-more: yes',
    ])
    const [malformed, padded] = receiver.arrivals
    expect(() => JSON.parse(malformed?.body ?? '')).toThrow(SyntaxError)
    expect(padded?.body).toHaveLength(5000)
    expect(padded?.headers).toMatchObject({ 'content-type': 'text/plain', 'x-more': 'yes' })
  })

  it('exits with 1 where the answer is not 2xx, with 3 where nobody is', async () => {
    await using receiver = await startReceiver(response => response.writeHead(500).end('oh\u001b[31m no'))
    const refused = await run(['trigger', receiver.url('/')])
    expect(refused).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^✗ POST .*: 500 after \d+ ms\noh\?\[31m no\n$/),
    })
    expect(await run(['trigger', 'http://127.0.0.1:9/'])).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('ECONNREFUSED'),
    })
    expect(await run(['trigger', 'http://169.254.169.254/'])).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('never called'),
    })
  })

  it.each([
    [['no-url'], 'URL: "no-url" is not allowed'],
    [
      ['http://a.test', '--fail', 'nothing'],
      '--fail: "nothing" is not allowed; it must be one of forbidden, api_error, timeout',
    ],
    [['http://a.test', '--repeat', '0'], '--repeat: "0" is not allowed'],
    [['http://a.test', '--header', 'no colon'], '--header: "no colon" is not allowed'],
    [['http://a.test', '--secret', 'short'], '--secret: not allowed'],
    [['http://a.test', '--forged'], '--forged: goes with --secret only'],
  ])('refuses %j with exit code 2', async (args, words) => {
    expect(await run(['trigger', ...args])).toMatchObject({ code: 2, stderr: expect.stringContaining(words) })
  })
})

describe('mockling probe-receiver', () => {
  it('has nothing against a careful receiver', async () => {
    await using receiver = await carefulReceiver(SECRET)
    const tasks = ['task-1', 'task-2'].flatMap(id => ['--task', id])
    const file = join(mkdtempSync(join(tmpdir(), 'mockling-probe-')), 'grades.xml')
    const { code, stdout } = await run([
      'probe-receiver',
      receiver.url('/hook'),
      ...['--secret', SECRET, '--state-command', `cat ${receiver.state}`, '--settle', '0', '--report', `junit=${file}`],
      ...tasks,
    ])
    expect(stdout).toContain('23 passed, 0 to look at, 0 failed')
    expect(code).toBe(0)
    expect(readFileSync(file, 'utf8')).toContain('tests="23" failures="0"')
  })

  it('tells a careless receiver what is wrong with it', async () => {
    const mails: string[] = []
    const state = join(mkdtempSync(join(tmpdir(), 'mockling-probe-')), 'mails')
    writeFileSync(state, '')
    await using receiver = await startReceiver((response, { body }) => {
      try {
        mails.push(String(JSON.parse(body).task_id))
        writeFileSync(state, mails.join('\n'))
        response.end()
      } catch (error) {
        response.writeHead(500).end(String(error))
      }
    })
    const { code, stdout } = await run([
      ...['probe-receiver', receiver.url('/hook'), '--json', '--settle', '0'],
      ...['--secret', SECRET, '--state-command', `cat ${state}`],
    ])
    const { grades } = JSON.parse(stdout) as { grades: { name: string; verdict: string; because?: string }[] }
    const failed = grades.filter(({ verdict }) => verdict === 'fail').map(({ name }) => name)
    expect(failed.toSorted()).toEqual([
      'empty',
      'malformed',
      'no-signature',
      'null',
      'stale-signature',
      'success-then-failure',
      'twice',
      'wrong-signature',
    ])
    expect(grades.find(({ name }) => name === 'twice')?.because).toContain('the second one changed the state')
    expect(code).toBe(1)
  })

  it('fails a receiver that does not answer in time', async () => {
    await using receiver = await startReceiver(() => {})
    const { code, stdout } = await run(['probe-receiver', receiver.url('/hook'), '--limit', '0.1'])
    expect(stdout).toContain('connected to 127.0.0.1, but no answer within 100 ms')
    expect(stdout).toContain('no answer in time: success')
    expect(code).toBe(1)
  })

  it('says that nobody is there', async () => {
    expect(await run(['probe-receiver', 'http://127.0.0.1:9/hook'])).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining("can't be reached: connect ECONNREFUSED"),
    })
  })

  it('says that the state can’t be looked at', async () => {
    await using receiver = await startReceiver()
    const args = ['probe-receiver', receiver.url('/'), '--state-command', 'exit 3', '--settle', '0']
    expect(await run(args)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--state-command: "exit 3" failed'),
    })
  })
})
