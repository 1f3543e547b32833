import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startReceiver } from '../callbacks/receiver.ts'
import { create, run, serve } from './command.ts'

/** Long enough to be a key, and nowhere else in the world. */
const CANARY = 'canary-4f1c9e'

function folder(files: Record<string, string>): string {
  const place = mkdtempSync(join(tmpdir(), 'mockling-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text)
  return place
}

describe('secrets on standard error and standard output', () => {
  it('are none in the log of requests', async () => {
    await using receiver = await startReceiver()
    await using served = await serve(['--log-requests', '--pace', 'instant', '--control-key', CANARY])
    const { url } = served.facts
    const callback = receiver.url('/hook').replace('//', `//${CANARY}:${CANARY}@`)
    const headers = { authorization: `Bearer ${CANARY}`, 'content-type': 'application/json', cookie: CANARY }
    await create(url, { callback_url: callback })
    await fetch(`${url}/kling/videos?token=${CANARY}`, { method: 'POST', headers, body: `{"prompt":1` })
    await fetch(`${url}/bs2/x.mp4?api_key=${CANARY}`, { headers })
    await fetch(`${url}/_mockling/v1/clock`, { headers: { 'x-mockling-key': `${CANARY}-not` } })
    await receiver.arrived(1)
    served.signal('SIGTERM')
    const { stdout, stderr } = await served.ended()
    expect(stderr).toContain('/kling/videos')
    expect(stderr).not.toContain('canary')
    // Where it listens is told with the key, once, to who started it.
    expect(stdout.split('\n').filter(line => line.includes('canary'))).toHaveLength(1)
  })

  it.each<[string, string[], Record<string, string>, Record<string, string>]>([
    ['a key that is too short', ['--control-key', 'canary'], {}, {}],
    ['a key of the environment that is too short', [], { MOCKLING_CONTROL_KEY: 'canary' }, {}],
    ['a file that sets more than there is', [], {}, { 'mockling.config.json': `{"controlKey":"${CANARY}","speed":1}` }],
    ['a file with a key that is no text', [], {}, { 'mockling.config.json': `{"controlKey":["${CANARY}"]}` }],
    ['a public address with a password', ['--public-url', `http://u:${CANARY}@x/path`], {}, {}],
    ['an address that can’t be listened on', ['--control-key', CANARY, '--host', '192.0.2.1'], {}, {}],
    ['an unknown flag after the key', ['--control-key', CANARY, '--speed', '1'], {}, {}],
  ])('are none when a start fails for %s', async (_what, args, env, files) => {
    const { code, stdout, stderr } = await run(['serve', '--port', '0', ...args], { env, cwd: folder(files) })
    expect(code).toBe(2)
    expect(stderr).not.toBe('')
    expect(stdout + stderr).not.toContain('canary')
  })

  it('are none in what the doctor finds', async () => {
    await using receiver = await startReceiver()
    await using served = await serve(['--pace', 'instant', '--control-key', CANARY])
    const callback = receiver.url('/hook').replace('//', `//${CANARY}:${CANARY}@`)
    for (const more of [[], ['--json']]) {
      const asked = ['doctor', served.facts.url, '--control-key', CANARY, '--token', CANARY, '--callback-url', callback]
      const { stdout, stderr } = await run([...asked, ...more])
      expect(stdout).not.toBe('')
      expect(stdout + stderr).not.toContain('canary')
    }
  })
})
