import { expect } from 'vitest'
import { ERRORS } from '../../../src/contract/errors.ts'
import { whenWaiting } from '../../support/requests.ts'
import { type Bench, type Experience, openBench, PACE, PRICE } from '../bench.ts'
import { BROKEN, type Client, codeOf, type Reply } from '../clients.ts'

/** What each fault of the answer puts its client through. That the create did its work all the same is part of it. */
export const ANSWER_EXPERIENCES: Readonly<Record<string, Experience>> = {
  'answer-error': async client => {
    await using bench = await openBench(client)
    const reply = await bench.create('answer-error timeout', { async: true })
    expect(reply.status).toBe(504)
    expect(JSON.parse(reply.text)).toEqual({
      success: false,
      error: { code: 'timeout', message: ERRORS.timeout.message },
      trace_id: reply.headers['x-trace-id'],
    })
    expect((await bench.create('answer-error api_error status=520', { async: true })).status).toBe(520)
    await expectWorkDone(bench, 2)
  },

  'answer-html': async client => {
    await using bench = await openBench(client)
    const reply = await bench.create('answer-html', { async: true })
    expect(reply).toMatchObject({ status: 502, headers: { 'content-type': 'text/html' } })
    expect(reply.text).toMatch(/^<html>[^{]*<h1>502 Bad Gateway<\/h1>[^{]*<\/html>\r\n$/)
    const login = await bench.create('answer-html 200', { async: true })
    expect(login).toMatchObject({ status: 200, text: expect.stringContaining('<html>') })
    await expectWorkDone(bench, 2)
  },

  'answer-malformed': async client => {
    await using bench = await openBench(client)
    const reply = await bench.create('answer-malformed', { async: true })
    expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'application/json; charset=utf-8' } })
    expect(() => JSON.parse(reply.text)).toThrow(SyntaxError)
    expect(reply.text).toMatch(/^\{'task_id':'[\da-f-]{36}',\}$/)
    await expectWorkDone(bench)
  },

  'answer-truncated': async client => {
    await using bench = await openBench(client)
    const reply = await bench.create('answer-truncated', { async: true })
    expect(reply).toMatchObject({ status: 200, headers: { 'content-length': String(reply.body.length) } })
    expect(() => JSON.parse(reply.text)).toThrow(SyntaxError)
    const [id = ''] = await bench.tasks()
    const whole = JSON.stringify({ task_id: id })
    expect(reply.text).toBe(whole.slice(0, whole.length / 2))
    expect((await bench.create('answer-truncated 0', { async: true })).text).toBe('')
    await expectWorkDone(bench, 2)
  },

  'answer-type': async client => {
    await using bench = await openBench(client)
    const reply = await bench.create('answer-type', { async: true })
    expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'text/plain' } })
    expect(Object.keys(JSON.parse(reply.text))).toEqual(['task_id'])
    for (const type of ['text/html; charset=latin1', 'application/problem+json']) {
      const other = await bench.create(`answer-type "${type}"`, { async: true })
      expect(other.headers['content-type']).toBe(type)
    }
    await expectWorkDone(bench, 3)
  },

  'answer-late': async client => {
    await using bench = await openBench(client)
    const late = bench.start('answer-late 30', { callback_url: bench.receiver.url('/hook') })
    await bench.pass(PACE, 2)
    // The task does not wait for its create's answer, nor does the callback.
    const [callback] = await bench.receiver.arrived(1)
    await bench.pass(29.999 - PACE, 1)
    expect(late.isOver).toBe(false)
    await bench.pass(0.001)
    const reply = await late.promise
    expect(reply.status).toBe(200)
    expect(JSON.parse(reply.text)).toEqual({ task_id: JSON.parse(callback?.body ?? '').task_id })
    expect(await bench.charged()).toBe(PRICE)

    const held = bench.start('answer-late 30')
    await bench.pass(PACE, 1)
    await bench.pass(29.999, 1)
    expect(held.isOver).toBe(false)
    await bench.pass(0.001)
    expect((await held.promise).status).toBe(200)
  },

  'answer-slow': async client => {
    await using bench = await openBench(client)
    // 50 bytes at 10 bytes a second.
    const slow = bench.start('answer-slow 10', { async: true })
    await bench.pass(4.9, 1)
    await whenWaiting(bench.simulator)
    expect(slow.isOver).toBe(false)
    await bench.pass(0.1)
    const reply = await slow.promise
    expect(reply).toMatchObject({ status: 200, headers: { 'content-length': '50' } })
    expect(Object.keys(JSON.parse(reply.text))).toEqual(['task_id'])
    await expectWorkDone(bench)
  },

  'answer-reset': async client => {
    await using bench = await openBench(client)
    expect(await failureOf(client, bench.create('answer-reset', { async: true }))).toMatch(BROKEN)
    expect(await failureOf(client, bench.create('answer-reset 0', { async: true }))).toMatch(BROKEN)
    // Short of the end of any body.
    expect(await failureOf(client, bench.create('answer-reset 1000', { async: true }))).toMatch(BROKEN)
    expect(journal(bench)).toMatchObject([
      { status: 200, isCut: true },
      { status: 200, isCut: true },
      { status: 200, isCut: true },
    ])
    await expectWorkDone(bench, 3)
  },

  'answer-dropped': async client => {
    await using bench = await openBench(client)
    expect(await failureOf(client, bench.create('answer-dropped', { async: true }))).toMatch(BROKEN)
    expect(journal(bench)).toMatchObject([{ isCut: true }])
    expect(journal(bench)[0]?.status).toBeUndefined()
    expect(journal(bench)[0]).not.toHaveProperty('hungUp')
    await expectWorkDone(bench)
    // Who tries again pays twice.
    await bench.create('succeed', { async: true })
    await expectWorkDone(bench, 2)
  },
}

/** So many tasks were made, whatever the client was told, and each is billed. */
async function expectWorkDone(bench: Bench, count = 1): Promise<void> {
  expect(await bench.tasks()).toHaveLength(count)
  await bench.pass(PACE)
  const [id = ''] = await bench.tasks()
  expect(await bench.poll(id)).toMatchObject({ response: { success: true, task_id: id } })
  expect(await bench.charged()).toBeCloseTo(count * PRICE, 6)
}

/** How the client says that it got no whole answer. */
async function failureOf(client: Client, reply: Promise<Reply>): Promise<string> {
  const error = await reply.then(
    ({ status, text }) => new Error(`${client.name} got ${status} ${text}`),
    (error: unknown) => error,
  )
  return codeOf(error)
}

function journal({ simulator }: Bench) {
  return simulator.control.journal.list({ kind: 'request', path: '/kling/videos' })
}
