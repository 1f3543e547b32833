import { once } from 'node:events'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { launch, run, text } from './command.ts'

/** A test of somebody's: creates, polls, downloads, and then fails. */
const FAILING = `
const { MOCKLING_URL: url, MOCKLING_TOKEN: token } = process.env
const ask = async (path, body) => (await fetch(url + path, {
  method: 'POST',
  headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
  body: JSON.stringify(body),
})).json()
const create = { action: 'text2video', model: 'kling-v1', prompt: 'a white mug' }
const [held, { task_id }] = await Promise.all([
  ask('/kling/videos', create),
  ask('/kling/videos', { ...create, callback_url: url + '/_mockling/inbox/mine' }),
])
await ask('/kling/tasks', { id: task_id })
await ask('/kling/videos', { ...create, prompt: '[[mockling:fail api_error]]' })
await (await fetch(held.video_url)).arrayBuffer()
process.exit(7)`

function place(name: string): string {
  return join(mkdtempSync(join(tmpdir(), 'mockling-replay-')), name)
}

async function failedRun(...flags: string[]): Promise<string> {
  const file = place('run.json')
  const program = [process.execPath, '--input-type=module', '-e', FAILING]
  const { code, stderr } = await run(['exec', ...flags, '--repro', file, '--', ...program])
  expect(code).toBe(7)
  expect(stderr).toContain(`the run is in ${file}: mockling replay ${file}`)
  return file
}

describe('mockling replay', () => {
  it.each([
    ['--pace', '0.3'],
    ['--pace', 'real', '--clock', 'auto-skip'],
  ])('has the run that a failing command left again, in another process: %s %s', async (...flags) => {
    const file = await failedRun(...flags)
    const again = place('again.json')
    const { code, stdout } = await run(['replay', file, '--output', again])
    expect(stdout).toContain('POST /kling/videos  200')
    expect(stdout).toMatch(/Played again: of 6 entries, none is other than it was\.\n$/)
    expect(code).toBe(0)

    const [before, after] = [file, again].map(name => JSON.parse(readFileSync(name, 'utf8')))
    const bytes = ({ journal }: { journal: { responseBody?: string; requestBody?: string }[] }) =>
      journal.map(({ requestBody, responseBody }) => [requestBody, responseBody])
    expect(bytes(after)).toEqual(bytes(before))
  })

  it('says what is other than before, and exits with 1', async () => {
    const file = await failedRun('--pace', 'instant')
    const run1 = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...run1, config: { ...run1.config, seed: 2 } }))
    const { code, stdout } = await run(['replay', file])
    expect(stdout).toContain('#1 POST /kling/videos: traceId was "')
    expect(stdout).toMatch(/Played again: of 6 entries, \d are other than before\.\n$/)
    expect(code).toBe(1)
  })

  it('writes nothing for a command that succeeded', async () => {
    const file = place('run.json')
    const { code } = await run(['exec', '--repro', file, '--', 'true'])
    expect(code).toBe(0)
    expect(() => readFileSync(file)).toThrow('ENOENT')
  })

  it.each([
    ['-', '"-" is not allowed; it must be a file'],
    ['/nowhere/run.json', '"/nowhere/run.json" can\'t be written: ENOENT'],
    [tmpdir(), 'EISDIR'],
  ])('refuses to keep a run in %s before the command is started', async (file, reason) => {
    const { code, stdout, stderr } = await run(['exec', '--repro', file, '--', 'echo', 'started'])
    expect(stderr).toContain('mockling: --repro: ')
    expect(stderr).toContain(reason)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  it('leaves what is in the file alone until there is a run to write', async () => {
    const file = place('run.json')
    writeFileSync(file, 'of yesterday')
    await run(['exec', '--repro', file, '--', 'true'])
    expect(readFileSync(file, 'utf8')).toBe('of yesterday')
  })

  it('names the file so that a shell understands it, and in JSON', async () => {
    const file = place('a b.json')
    const { stderr } = await run(['exec', '--repro', file, '--', 'false'])
    expect(stderr).toContain(`mockling replay '${file}'\n`)
    const { stderr: line } = await run(['exec', '--json', '--repro', file, '--', 'false'])
    expect(JSON.parse(line)).toMatchObject({ exitCode: 1, repro: file })
  })

  it.each([
    ['{', 'standard input: '],
    ['{"mockling":"run","format":2}', 'format: 2 is not allowed; it must be 1'],
    ['[]', 'standard input holds no run: body: '],
  ])('refuses what is no run with 2: %s', async (input, reason) => {
    const { code, stderr } = await run(['replay', '-'], { input })
    expect(stderr).toContain(`mockling: replay: `)
    expect(stderr).toContain(reason)
    expect(code).toBe(2)
  })

  it.each([
    ['a clock beyond the calendar', { startedAt: 1e300 }, 'the instant is beyond the calendar'],
    ['more than its own journal holds', { config: { seed: 1, journalSize: 1 } }, 'the journal here keeps 1 entries'],
  ])('refuses a run that can’t be played with 2: %s', async (_what, change, reason) => {
    const file = await failedRun('--pace', 'instant')
    const run1 = JSON.parse(readFileSync(file, 'utf8'))
    const config = { ...run1.config, ...(change as { config?: object }).config }
    writeFileSync(file, JSON.stringify({ ...run1, ...change, config }))
    const { code, stderr } = await run(['replay', file])
    expect(stderr).toContain(`mockling: replay: ${file} can't be played: `)
    expect(stderr).toContain(reason)
    expect(code).toBe(2)
  })

  it('reads a file that begins with a byte order mark', async () => {
    const file = await failedRun('--pace', 'instant')
    const { code } = await run(['replay', '-'], { input: `\uFEFF${readFileSync(file, 'utf8')}` })
    expect(code).toBe(0)
  })

  it('goes on to its end when nobody reads what it says', async () => {
    const file = await failedRun('--pace', 'instant')
    const child = launch(['replay', file])
    child.stdout?.destroy()
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })

  it('says which mockling recorded a run that goes otherwise in this one', async () => {
    const file = await failedRun('--pace', 'instant')
    const run1 = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...run1, version: '0.0.9', config: { ...run1.config, seed: 2 } }))
    const { stdout } = await run(['replay', file])
    expect(stdout).toContain('It was recorded by mockling 0.0.9, and this is ')
  })

  it('refuses settings that it does not know with 2', async () => {
    const file = await failedRun('--pace', 'instant')
    const run1 = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...run1, config: { ...run1.config, tempo: 2 } }))
    const { code, stderr } = await run(['replay', file])
    expect(stderr).toContain('tempo: there is no such setting')
    expect(code).toBe(2)
  })
})
