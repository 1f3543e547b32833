import { once } from 'node:events'
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isRedisThere, startRedis, withoutRedis } from '../support/redis.ts'
import { create, run, serve } from './command.ts'

function folder(files: Record<string, string>): string {
  const place = mkdtempSync(join(tmpdir(), 'mockling-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text)
  return place
}

async function waitUntil(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise(resolve => setImmediate(resolve))
}

async function waiting(url: string): Promise<number> {
  return ((await (await fetch(`${url}/_mockling/v1/clock?token=any`)).json()) as { waiting: number }).waiting
}

describe('mockling serve', () => {
  it('prints one line of facts with --json', async () => {
    await using served = await serve(['--seed', '7', '--revision', '2026-03'])
    expect(served.facts).toMatchObject({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      pid: expect.any(Number),
      revision: '2026-03',
      seed: 7,
    })
  })

  it.runIf(process.platform === 'linux')('starts the thread that makes videos by itself once it listens', async () => {
    await using served = await serve([])
    const threads = () => readdirSync(`/proc/${served.facts.pid}/task`).length
    const before = threads()
    await waitUntil(async () => {
      await fetch(`${served.facts.url}/health`)
      return threads() > before
    })
    expect(threads()).toBeGreaterThan(before)
  })

  it('says in at most eight lines how to use it', async () => {
    await using served = await serve(['--demo', '3'], { isText: true })
    await fetch(`${served.facts.url}/health`)
    served.signal('SIGTERM')
    const { stdout } = await served.ended()
    expect(stdout.split('\n').length).toBeLessThanOrEqual(8)
    expect(stdout).toContain(`Use ${served.facts.url} as base URL`)
    expect(stdout).toContain('revision 2026-05   seed 1   pace fast   clock real')
  })

  it('answers held requests with 503 and their task id on SIGTERM, and counts what is left', async () => {
    await using served = await serve(['--clock', 'frozen'])
    const { url } = served.facts
    const held = create(url, {})
    await create(url, { callback_url: 'http://127.0.0.1:9/hook' })
    await waitUntil(async () => (await waiting(url)) === 2)
    served.signal('SIGTERM')
    const reply = await held
    expect(reply.status).toBe(503)
    expect(reply.headers.get('x-mockling-shutdown')).toBe('1')
    expect(await reply.json()).toMatchObject({
      success: false,
      error: { code: 'api_error' },
      task_id: expect.any(String),
    })
    const { code, stderr } = await served.ended()
    expect(code).toBe(0)
    expect(stderr).toContain('2 pending task(s), 1 callback(s) not delivered and 1 held request(s) answered 503')
  })

  it.runIf(isRedisThere)(`ends soon on SIGTERM though Redis hangs${withoutRedis}`, async () => {
    await using redis = await startRedis()
    await using served = await serve(['--redis-url', redis.url, '--pace', '600'])
    const held = create(served.facts.url, {})
    await waitUntil(async () => (await waiting(served.facts.url)) === 1)
    redis.pause()
    const began = performance.now()
    served.signal('SIGTERM')
    expect((await held).headers.get('x-mockling-shutdown')).toBe('1')
    const { code, stderr } = await served.ended()
    expect(performance.now() - began).toBeLessThan(1900)
    expect(code).toBe(0)
    expect(stderr).toContain('1 held request(s) answered 503')
  })

  it('cuts a callback off that takes longer than --drain', async () => {
    const receiver = createServer(() => {}).listen(0, '127.0.0.1')
    await once(receiver, 'listening')
    const { port } = receiver.address() as AddressInfo
    const arrived = once(receiver, 'request')
    await using served = await serve(['--pace', 'instant', '--drain', '0.05'])
    await create(served.facts.url, { callback_url: `http://127.0.0.1:${port}/hook` })
    await arrived
    served.signal('SIGTERM')
    expect(await served.ended()).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('1 callback(s) not delivered'),
    })
    receiver.closeAllConnections()
    receiver.close()
  })

  it('ends on SIGINT with nothing to say when nothing is left', async () => {
    await using served = await serve()
    served.signal('SIGINT')
    expect(await served.ended()).toMatchObject({ code: 0, stderr: '' })
  })

  it('never logs a token', async () => {
    await using served = await serve(['--log-requests', '--pace', 'instant'])
    await create(served.facts.url, {}, 'canary-7d1f')
    await create(served.facts.url, { duration: 7 }, 'canary-7d1f.mockling-used_up')
    served.signal('SIGTERM')
    const { stderr } = await served.ended()
    const lines = stderr.trim().split('\n')
    expect(lines).toHaveLength(2)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      msg: 'request',
      method: 'POST',
      path: '/kling/videos',
      status: 200,
    })
    expect(stderr).not.toContain('canary')
  })

  it('takes settings from a file, the environment and flags, the last of them strongest', async () => {
    const place = folder({ 'mockling.config.yaml': 'seed: 5\nrevision: 2026-03\npace: 9\n' })
    await using served = await serve(['--pace', 'instant'], { cwd: place, env: { MOCKLING_SEED: '6' } })
    expect(served.facts).toMatchObject({ seed: 6, revision: '2026-03', pace: 'instant' })
  })

  it.each([
    [['--port', '70000'], '--port: "70000" is not allowed; it must be a whole number from 0 to 65535'],
    [['--pace', 'slow'], '--pace: "slow" is not allowed; it must be instant, fast, real, or seconds from 0 to 86400'],
    [['--rate', '5'], '--rate: "5" is not allowed; it must be a number of requests and a unit'],
    [['--tokens', '/no/such/file'], '--tokens: "/no/such/file" can\'t be read'],
    [['--callback-deny', '10.0.0.0/99'], '--callback-deny: callback deny pattern "10.0.0.0/99"'],
    [['--config', '/no/such/file.json'], "--config: /no/such/file.json can't be read"],
    [['--host', 'no.such.host.invalid'], '--host: "no.such.host.invalid" can\'t be listened on'],
    [['--nonsense'], "unknown option '--nonsense'"],
    [['nonsense'], "there is no command 'nonsense'\n(mockling --help"],
    [['matix', 'x'], "there is no command 'matix'\n(Did you mean matrix?)"],
    [['serve', 'extra'], "serve takes no arguments, but got 'extra'"],
    [['--port', '0', 'explain'], "serve takes no arguments, but got 'explain'; a command's name comes first"],
  ])('refuses %j with exit code 2', async (args, text) => {
    const { code, stderr, stdout } = await run(args)
    expect(stderr).toContain(text)
    expect(code).toBe(2)
    expect(stdout).toBe('')
  })

  it('names the variable or the file a bad value came from', async () => {
    const place = folder({ 'mockling.config.json': '{"seed":-1,"colour":"red"}' })
    const { code, stderr } = await run([], { cwd: place, env: { MOCKLING_PACE: 'slow' } })
    expect(code).toBe(2)
    expect(stderr).toContain('seed in mockling.config.json: -1 is not allowed')
    expect(stderr).toContain('colour in mockling.config.json: there is no such setting')
    expect(stderr).toContain('MOCKLING_PACE: "slow" is not allowed')
  })

  it('says that a port is in use', async () => {
    await using served = await serve()
    const { port } = new URL(served.facts.url)
    const { code, stderr } = await run(['--port', port])
    expect(stderr).toContain(`--port: ${port} is in use on 127.0.0.1`)
    expect(code).toBe(2)
  })

  it('makes up a control key when bound wider than loopback', async () => {
    await using served = await serve(['--host', '0.0.0.0'])
    const { url, controlKey = '' } = served.facts
    expect((await fetch(`${url}/_mockling/v1/clock`)).status).toBe(401)
    expect((await fetch(`${url}/_mockling/v1/clock`, { headers: { 'x-mockling-key': controlKey } })).status).toBe(200)
  })
})
