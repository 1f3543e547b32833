import { EventEmitter } from 'node:events'
import type { FastifyInstance } from 'fastify'
import { describe, expect, it } from 'vitest'
import { boundBodies } from '../../src/http/bodies.ts'
import { Load } from '../../src/http/load.ts'
import { OVERLOADS } from '../../src/http/overload.ts'
import { refusals } from '../support/refusals.ts'

type Hook = (request: object, reply: object, payload: EventEmitter, done: (...given: unknown[]) => void) => void

/** A door that has room for 100,000 bytes, and a way to begin a request. */
function start() {
  const load = new Load({ bodyBytes: 100_000, held: 1, streams: 1, waits: 1, connections: 1, pending: 1 })
  const hooks: [name: string, hook: Hook][] = []
  const app = { addHook: (name: string, hook: Hook) => hooks.push([name, hook]) }
  boundBodies(app as unknown as FastifyInstance, load)
  const begin = (headers: Record<string, string>) => {
    const [payload, raw, errors] = [new EventEmitter(), new EventEmitter(), [] as Error[]]
    payload.on('error', error => errors.push(error))
    let passed: unknown[] = []
    for (const [name, hook] of hooks) {
      expect(name).toBe('preParsing')
      hook({ headers }, { raw }, payload, (...given) => {
        passed = given
      })
    }
    expect(passed).toEqual([null, payload])
    const send = (bytes: number) => payload.emit('data', Buffer.alloc(bytes))
    return { payload, raw, errors, send }
  }
  return { load, begin }
}

const CHUNKED = { 'transfer-encoding': 'chunked' }

describe('bodies on their way', () => {
  it.each([
    [{}, 0],
    [{ 'content-length': '16384' }, 0],
    [{ 'content-length': '16384', ...CHUNKED }, 0],
    [{ 'content-length': '16385' }, 7],
    [CHUNKED, 7],
  ])('are counted unless they are small: %j', (headers, counted) => {
    const { load, begin } = start()
    begin(headers as Record<string, string>).send(7)
    expect(load.bodyBytes).toBe(counted)
  })

  it.each(['end', 'close'] as const)('are counted together, each until its %s', what => {
    const { load, begin } = start()
    const [one, other] = [begin(CHUNKED), begin(CHUNKED)]
    one.send(1000)
    other.send(500)
    one.send(1000)
    expect(load.bodyBytes).toBe(2500)
    const ended = what === 'end' ? one.payload : one.raw
    ended.emit(what)
    expect(load.bodyBytes).toBe(500)
    one.raw.emit('close')
    one.send(1000)
    expect(load.bodyBytes).toBe(500)
  })

  it('are refused with the byte that is one too many, and take nothing from others', () => {
    const { load, begin } = start()
    const [one, other] = [begin(CHUNKED), begin(CHUNKED)]
    one.send(60_000)
    other.send(40_000)
    expect([one.errors, other.errors]).toEqual([[], []])
    one.send(1)
    expect(one.errors).toMatchObject([{ message: OVERLOADS.bodies }])
    expect(load.bodyBytes).toBe(40_000)
    one.send(60_001)
    expect([one.errors.length, load.bodyBytes]).toEqual([1, 40_000])
    one.raw.emit('close')
    expect([load.bodyBytes, ...refusals(load)]).toEqual([40_000, ['bodies', 1]])
  })
})
