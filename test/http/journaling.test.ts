import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import type { Call } from '../../src/http/call.ts'
import type { Door } from '../../src/http/door.ts'
import {
  headersOf,
  journalAcceptance,
  journalAnswer,
  journalAnswers,
  journalEnd,
  openEntry,
  queryOf,
} from '../../src/http/journaling.ts'
import type { RequestEntry } from '../../src/journal/journal.ts'
import type { Namespace } from '../../src/simulation/namespaces.ts'
import { task } from '../simulation/sample.ts'

const NAMESPACE = { key: 'alice', clock: { now: () => 1234 } } as unknown as Namespace

function request(url: string, rawHeaders: readonly string[] = [], socket: object = {}): FastifyRequest {
  return { url, method: 'POST', raw: { rawHeaders, socket } } as unknown as FastifyRequest
}

/** A door that notes what is done to its journal. */
function notingDoor() {
  const noted: [what: string, entry: RequestEntry][] = []
  const note = (what: string) => (entry: RequestEntry) => {
    noted.push([what, entry])
    return entry
  }
  const door = { journal: { add: note('add'), complete: note('complete') }, onEnd: note('end') }
  return { noted, door: door as unknown as Door }
}

describe('the query', () => {
  it.each([
    ['/kling/tasks', undefined],
    ['/kling/tasks?', ''],
    ['/x?a=1&b=2', 'a=1&b=2'],
    ['/x?a=1?b=2', 'a=1?b=2'],
    ['/x?token=s', 'token=***'],
    ['/x?a=1&token=s&b=2', 'a=1&token=***&b=2'],
    ['/x?API_KEY=s&my-secret-thing=t', 'API_KEY=***&my-secret-thing=***'],
    ['/x?password=&signature=a=b', 'password=***&signature=***'],
    ['/x?x-authorization=a%20b', 'x-authorization=***'],
    ['/x?a=token', 'a=token'],
    ['/x?a=token=s', 'a=token=s'],
    ['/x?token', 'token'],
  ])('of %s is kept as %s', (url, kept) => {
    expect(queryOf(request(url))).toBe(kept)
  })
})

describe('the headers', () => {
  it.each([
    'authorization',
    'Proxy-Authorization',
    'COOKIE',
    'x-mockling-key',
    'X-Api-Key',
    'api-key',
    'x-auth-token',
    'x-access-token',
  ])('are kept without the secret in %s', name => {
    expect(headersOf(request('/', ['a', 'b', name, 'secret', 'c', 'd']))).toEqual(['a', 'b', name, '***', 'c', 'd'])
  })

  it('are kept with all others, also where a value is called like a secret', () => {
    const rawHeaders = ['x-name', 'cookie', 'accept', '*/*', 'authorizations', 'x']
    expect(headersOf(request('/', rawHeaders))).toEqual(rawHeaders)
  })

  it('are kept once where a connection repeats itself', () => {
    const socket = {}
    const of = (...rawHeaders: string[]) => headersOf(request('/', rawHeaders, socket))
    const first = of('a', 'b', 'cookie', 'one')
    expect(of('a', 'b', 'cookie', 'two')).toBe(first)
    expect(of('a', 'b')).toEqual(['a', 'b'])
    expect(of('a', 'b', 'cookie', 'one')).toEqual(first)
    expect(of('a', 'c', 'cookie', 'one')).toEqual(['a', 'c', 'cookie', '***'])
    expect(of('a', 'c', 'cookie', 'one')).not.toBe(first)
    expect(headersOf(request('/', ['a', 'c', 'cookie', 'one']))).toEqual(['a', 'c', 'cookie', '***'])
  })
})

describe('an entry', () => {
  it('begins with what the request says', () => {
    const { door, noted } = notingDoor()
    const entry = openEntry(door, NAMESPACE, 'trace', request('/kling/tasks?a=1', ['cookie', 'x']))
    expect(noted).toEqual([['add', entry]])
    expect(entry).toEqual({
      ...{ kind: 'request', seq: 0, at: 1234, namespace: 'alice', traceId: 'trace' },
      ...{ method: 'POST', path: '/kling/tasks', query: 'a=1', rawHeaders: ['cookie', '***'] },
    })
  })

  it('has nothing of what could not be read', () => {
    const entry = openEntry(notingDoor().door, NAMESPACE, 'trace')
    expect(entry).toMatchObject({ method: '', path: '', query: undefined, rawHeaders: [] })
  })

  it('notes the answer as it goes out, with its body if there is one', () => {
    const entry = {} as RequestEntry
    const call = { entry, namespace: NAMESPACE } as Call
    journalAnswer(call, undefined)
    expect(entry).toEqual({ answeredAt: 1234 })
    expect(entry).not.toHaveProperty('responseBody')
    journalAnswer(call, '')
    expect(entry).toEqual({ answeredAt: 1234, responseBody: '' })
  })

  it.each([
    ['text', 'text'],
    [Buffer.from('bytes'), 'bytes'],
    [null, undefined],
    [{}, undefined],
  ])('notes bodies of text and bytes: %s', (payload, responseBody) => {
    const call = { entry: {}, namespace: NAMESPACE }
    let isDone = false
    const app = {
      addHook: (name: string, hook: (...given: unknown[]) => void) => {
        expect(name).toBe('onSend')
        hook({ call }, {}, payload, () => {
          isDone = true
        })
      },
    }
    journalAnswers(app as unknown as FastifyInstance)
    expect(call.entry).toEqual({ answeredAt: 1234, responseBody })
    expect(isDone).toBe(true)
  })

  it.each([
    [{}, undefined],
    [{ answeredAt: 1 }, { etag: 'x' }],
    [{ answeredAt: 1, responseHeaders: { kept: 'y' } }, { kept: 'y' }],
  ])('is complete at the end, with the headers of what was sent: %j', (before, responseHeaders) => {
    const { door, noted } = notingDoor()
    const entry = { ...before } as RequestEntry
    const reply = { getHeaders: () => ({ etag: 'x' }) } as unknown as FastifyReply
    journalEnd(door, { entry, namespace: NAMESPACE, elapsedMs: 1.23456 } as Call, reply)
    expect(entry).toMatchObject({ endedAt: 1234, durationMs: 1.235 })
    expect(entry.responseHeaders).toEqual(responseHeaders)
    expect(noted).toEqual([
      ['complete', entry],
      ['end', entry],
    ])
  })

  it('of a create says what is to become of it', () => {
    const made = task({ credits: 7 })
    const entry = {} as RequestEntry
    journalAcceptance(entry, made)
    expect(entry).toEqual({ accepted: true, taskId: made.id, credits: 7, steps: made.steps })
  })
})
