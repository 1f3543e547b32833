import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf } from '../../src/replay/sender.ts'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { createAsync, frozenSimulator, SOUND, until } from '../support/requests.ts'
import { dial, send } from '../support/sockets.ts'

const HEAD =
  'POST /kling/videos HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer tester\r\nContent-Type: application/json\r\n'

/** Sends the bytes, and hangs up when that many entries are over. */
async function speakUntil(simulator: Simulator, bytes: string, turns: number): Promise<void> {
  const socket = await dial(simulator.url)
  socket.resume().write(bytes)
  await until('they are over', () => simulator.control.journal.turn === turns)
  socket.destroy()
}

async function playedAgain(simulator: Simulator) {
  const run = JSON.parse(JSON.stringify(await simulator.state.export()))
  await using fresh = await frozenSimulator()
  return { run, played: await fresh.state.import(run) }
}

describe('a body that is sent again', () => {
  it('is as long as it was, and read as it was', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
        const text = Buffer.from(bytes).toString()
        const again = bytesOf(text, bytes.length)
        expect(again).toHaveLength(bytes.length)
        expect(again.toString()).toBe(text)
      }),
      { numRuns: 2000, examples: [[Uint8Array.of(0xe4, 0xb8, 0xff, 0x62, 0xef, 0xbf, 0xbd)]] },
    )
  })

  it('is filled up with blanks where only its beginning is known', () => {
    expect(bytesOf('ab', 5).toString()).toBe('ab   ')
  })

  it.each([
    ['no UTF-8', Buffer.concat([Buffer.from('{"prompt":"'), Buffer.of(0xe4, 0xf6, 0xff), Buffer.from('"}')]), {}],
    ['compressed', gzipSync(JSON.stringify(SOUND)), { 'content-encoding': 'gzip' }],
  ])('may be %s', async (_what, body, more) => {
    await using simulator = await frozenSimulator()
    const headers = { authorization: 'Bearer tester', 'content-type': 'application/json', ...more }
    await send(simulator.url, { method: 'POST', path: '/kling/videos', headers, body })
    expect((await playedAgain(simulator)).played.differences).toEqual([])
  })

  it.each([
    ['empty', '0\r\n\r\n', 400],
    ['too long', `${(2 ** 21).toString(16)}\r\n${' '.repeat(2 ** 21)}\r\n0\r\n\r\n`, 413],
  ])('may come in chunks and be %s', async (_what, chunks, status) => {
    await using simulator = await frozenSimulator()
    await speakUntil(simulator, `${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunks}`, 1)
    const { run, played } = await playedAgain(simulator)
    expect(run.journal[0]).toMatchObject({ status })
    expect(played.differences).toEqual([])
  })

  it('keeps nobody waiting where it was cut', async () => {
    await using simulator = await frozenSimulator()
    await expect(createAsync(simulator, { prompt: 'x'.repeat(70_000) })).rejects.toThrow()
    const { played } = await playedAgain(simulator)
    expect(played.gaps).toHaveLength(1)
    expect(played.differences.map(({ part }) => part)).not.toContain('status')
  })

  it('comes in its turn where requests wait behind each other on a connection', async () => {
    await using simulator = await frozenSimulator()
    const body = JSON.stringify({ ...SOUND, async: true })
    const one = `${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`
    await speakUntil(simulator, one.repeat(4), 4)
    expect((await playedAgain(simulator)).played.differences).toEqual([])
  })

  it('breaks off where it did, though nothing was accepted in all the run', async () => {
    await using simulator = await createSimulator()
    const socket = await dial(simulator.url)
    socket.write(`${HEAD}Content-Length: 500\r\n\r\n{"action":`)
    await until('it has begun', () => simulator.control.journal.newest === 1)
    socket.destroy()
    await until('it is over', () => simulator.control.journal.turn === 2)
    const { run, played } = await playedAgain(simulator)
    expect(run.journal[0]).toMatchObject({ hungUp: true })
    expect(played.differences).toEqual([])
  })

  it('tells no password of an address, nor does an answer that tells the address again', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator, { callback_url: 'http://me:geheim@127.0.0.1:9/hook' })
    await createAsync(simulator, { callback_url: 'http://u@127.0.0.1:9/hook' })
    const headers = { authorization: 'Bearer tester', 'content-type': 'application/json' }
    const ask = { method: 'POST', headers }
    await fetch(`${simulator.url}/kling/tasks`, { ...ask, body: JSON.stringify({ id }) })
    // Held: its entry is not complete.
    const held = new AbortController()
    const body = JSON.stringify({ ...SOUND, image_url: 'http://me:geheim@127.0.0.1/a.png' })
    const gone = fetch(`${simulator.url}/kling/videos`, { ...ask, body, signal: held.signal }).catch(() => {})
    await until('it is held', () => simulator.control.journal.newest === 4)
    const { run, played } = await playedAgain(simulator)
    held.abort()
    await gone
    expect(JSON.stringify(run)).not.toContain('geheim')
    expect(played.differences).toEqual([])
  })
})
