import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { answer, answerRefusal } from '../../src/http/answering.ts'
import { Interruption } from '../../src/simulation/namespaces.ts'
import type { Effect } from '../../src/simulation/task.ts'
import { START, turn } from '../simulation/fake-timebase.ts'
import { startCalls } from '../support/calls.ts'
import { until } from '../support/until.ts'

const BODY = '{"text":"schön"}'
const JSON_TYPE = 'application/json; charset=utf-8'

const effect = (name: string, options: object = {}) => ({ name, options }) as Effect
const late = (seconds: number) => effect('answer-late', { seconds })
const slow = (bytesPerSecond: number) => effect('answer-slow', { bytesPerSecond })
const reset = (bytes: number) => effect('answer-reset', { bytes })

/** Calls that are answered with BODY, under these effects. */
function start(...effects: Effect[]) {
  const told: string[] = []
  const started = startCalls(
    (request, reply) => {
      request.call.entry.taskId = 'task'
      request.call.onKeptBack = () => told.push('kept back')
      return answer(request, reply, 201, BODY)
    },
    { effects },
  )
  return { ...started, told }
}

/** The bytes that come on a connection until it ends. */
async function readTo({ app, dialIn }: ReturnType<typeof start>, whenAsked: () => Promise<void> = async () => {}) {
  const socket = await dialIn()
  const chunks: Buffer[] = []
  socket.on('data', chunk => chunks.push(chunk))
  socket.once('end', () => socket.end())
  await Promise.all([once(socket, 'close'), whenAsked()])
  await app.close()
  const [head = '', body] = Buffer.concat(chunks).toString().split('\r\n\r\n')
  return { head, body }
}

describe('an answer', () => {
  it('is what it is, as JSON, where nothing was chosen', async () => {
    const { ask, told, calls } = start()
    const reply = await ask()
    expect([reply.statusCode, reply.body, reply.headers['content-type']]).toEqual([201, BODY, JSON_TYPE])
    expect([told, calls[0]?.isOver]).toEqual([[], true])
  })

  it.each(['text/plain', 'application/json', 'text/html'])('may be said to be %s and no more', async type => {
    const reply = await start(effect('answer-type', { type })).ask()
    expect([reply.statusCode, reply.body]).toEqual([201, BODY])
    expect(reply.headers).toMatchObject({
      'content-type': type,
      'content-length': String(Buffer.byteLength(BODY)),
      'x-trace-id': 'trace',
    })
  })

  it('may be another, which is JSON as well', async () => {
    const { ask, told } = start(effect('answer-error', { code: 'forbidden', status: 418 }))
    const reply = await ask()
    expect(reply.headers['content-type']).toBe(JSON_TYPE)
    expect([reply.statusCode, reply.json()]).toMatchObject([418, { error: { code: 'forbidden' }, trace_id: 'trace' }])
    expect(told).toEqual([])
  })

  it('has the status chosen for failures only if it is one', async () => {
    for (const [isError, status] of [
      [true, 418],
      [false, 500],
      [undefined, 500],
    ] as const) {
      const { ask } = startCalls(
        (request, reply) => answer(request, reply, 500, BODY, ...(isError === undefined ? [] : [isError])),
        { effects: [effect('fail', { code: 'api_error', status: 418 })] },
      )
      expect((await ask()).statusCode).toBe(status)
    }
  })
})

describe('a late answer', () => {
  it('goes out at its instant, whole, and is kept back until then', async () => {
    const { ask, clock, told, calls } = start(late(5))
    clock.moveTo(START + 1000)
    const replied = ask()
    await until('it waits', () => clock.waiting === 1)
    expect([clock.nextAwaited, told, clock.atWork]).toEqual([START + 6000, ['kept back'], 0])
    clock.moveTo(START + 5999)
    await turn()
    expect(calls[0]?.isOver).toBe(false)
    clock.moveTo(START + 6000)
    const reply = await replied
    expect([reply.statusCode, reply.body, reply.headers['content-type']]).toEqual([201, BODY, JSON_TYPE])
    expect(reply.headers['x-trace-id']).toBe('trace')
  })

  it.each([late(5), slow(1)])('need not be that of a create, for whom something waits: %j', async one => {
    const { ask, clock } = startCalls((request, reply) => answer(request, reply, 200, '{}'), { effects: [one] })
    const replied = ask()
    await until('it waits', () => clock.waiting === 1)
    clock.moveTo(START + 1000)
    clock.moveTo(START + 5000)
    await until('it is out or waits for its last byte', () => clock.waiting === 0)
    expect((await replied).body).toBe('{}')
  })

  it('is not kept back by no time at all', async () => {
    const { ask, told } = start(late(0))
    expect((await ask()).body).toBe(BODY)
    expect(told).toEqual([])
  })

  it.each(['shutdown', 'reset'] as const)('is the simulator’s own, with the task, at its %s', async why => {
    const { ask, clock } = start(late(5))
    const replied = ask()
    await until('it waits', () => clock.waiting === 1)
    clock.close(new Interruption(why))
    const reply = await replied
    expect([reply.statusCode, reply.headers[`x-mockling-${why}`]]).toEqual([503, '1'])
    expect(reply.json()).toMatchObject({ error: { code: 'api_error' }, trace_id: 'trace', task_id: 'task' })
  })

  it('is not sent to a caller who has gone', async () => {
    const { app, clock, calls, dialIn } = start(late(5))
    const socket = await dialIn()
    await until('it waits', () => clock.waiting === 1)
    socket.destroy()
    await until('it is over', () => calls[0]?.isOver === true)
    await turn()
    expect(calls[0]?.entry).toMatchObject({ hungUp: true, status: undefined, responseBody: undefined })
    expect([clock.waiting, clock.atWork]).toEqual([0, 0])
    await app.close()
  })
})

describe('an answer that breaks off', () => {
  it('may be none: the connection is closed without a byte', async () => {
    const started = start(effect('answer-dropped'))
    const { calls, told } = started
    expect(await readTo(started)).toEqual({ head: '', body: undefined })
    expect(calls[0]?.entry).toMatchObject({ isCut: true, status: undefined, responseBody: undefined })
    expect(calls[0]?.entry).not.toHaveProperty('hungUp')
    expect(told).toEqual([])
    await expect(start(effect('answer-dropped')).ask()).rejects.toThrow('destroyed before completion')
  })

  it('says how long it would have been, with all its headers, and is noted as far as it goes', async () => {
    const started = start(reset(7))
    const { calls, told, clock } = started
    clock.moveTo(START + 1000)
    const { head, body } = await readTo(started)
    expect(body).toBe(BODY.slice(0, 7))
    expect(head).toMatch(/^HTTP\/1\.1 201 Created\r\n/)
    const headers = {
      'x-trace-id': 'trace',
      'content-type': JSON_TYPE,
      'content-length': Buffer.byteLength(BODY),
    }
    for (const [name, value] of Object.entries(headers)) expect(head).toContain(`\r\n${name}: ${value}`)
    expect(calls[0]?.entry).toMatchObject({
      ...{ isCut: true, status: 201, responseHeaders: headers, responseBody: BODY.slice(0, 7) },
      answeredAt: START + 1000,
    })
    expect(told).toEqual([])
  })

  it('does so before its first byte, too', async () => {
    const started = start(reset(0))
    const { calls } = started
    const { head, body } = await readTo(started)
    expect([head.slice(0, 12), body]).toEqual(['HTTP/1.1 201', ''])
    expect(calls[0]?.entry).toMatchObject({ isCut: true, responseBody: '' })
  })

  it('ends in a reset, where there is a connection', async () => {
    await expect(start(reset(7)).ask()).rejects.toThrow('destroyed before completion')
    const started = start(reset(7))
    let resets = 0
    // A reader who finds data and the reset at once is told of an end by libuv: it is only certain at this end.
    started.app.server.on('connection', socket => {
      const { resetAndDestroy } = socket
      socket.resetAndDestroy = () => {
        resets++
        return resetAndDestroy.call(socket)
      }
    })
    await readTo(started)
    expect(resets).toBe(1)
  })
})

describe('a slow answer', () => {
  it('is kept back, has its head at once, and its body so many bytes a second', async () => {
    const started = start(slow(10))
    const { app, clock, told, calls } = started
    const { head, body } = await readTo(started, async () => {
      for (let at = 100; at <= 1700; at += 100) {
        await until('a byte is due', () => clock.nextAwaited === START + at)
        expect(calls[0]?.entry).toMatchObject({ status: 201, responseBody: BODY, answeredAt: START })
        clock.moveTo(START + at)
      }
      await until('it is out', () => calls[0]?.isOver === true)
      app.server.closeAllConnections()
    })
    expect(head).toContain('\r\nx-trace-id: trace')
    expect([body, told]).toEqual([BODY, ['kept back']])
    expect(calls[0]?.entry).not.toHaveProperty('isCut')
  })

  it('may be late as well', async () => {
    const { ask, clock, told } = start(late(2), slow(1000))
    const replied = ask()
    await until('it waits', () => clock.nextAwaited === START + 2000)
    clock.moveTo(START + 2000)
    await until('it waits for its bytes', () => clock.nextAwaited === START + 2017)
    clock.moveTo(START + 2017)
    expect((await replied).body).toBe(BODY)
    expect(told).toEqual(['kept back'])
  })
})

describe('a refusal by an effect', () => {
  const refusal = { status: 429, code: 'used_up', message: 'all gone' } as const

  it.each([
    ['2026-05', true],
    ['2026-08', false],
  ] as const)('is worded as in %s', async (revision, saysSuccess) => {
    const { ask, calls } = startCalls(
      (request, reply) => answerRefusal(request, reply, { ...refusal, headers: { 'retry-after': '7' } }),
      { settings: { revision } },
    )
    const reply = await ask()
    expect([reply.statusCode, reply.headers['retry-after'], reply.headers['content-type']]).toEqual([
      429,
      '7',
      JSON_TYPE,
    ])
    expect(reply.json()).toEqual({
      ...(saysSuccess && { success: false }),
      ...{ error: { code: 'used_up', message: 'all gone' }, trace_id: 'trace' },
    })
    expect(calls[0]?.entry).toMatchObject({ code: 'used_up', message: 'all gone' })
  })

  it('is put through the other effects, as an error', async () => {
    const { ask } = startCalls((request, reply) => answerRefusal(request, reply, refusal), {
      effects: [effect('fail', { code: 'api_error', status: 418 })],
    })
    expect((await ask()).statusCode).toBe(418)
  })
})
