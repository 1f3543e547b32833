import type { FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import type { Door } from '../../src/http/door.ts'
import { answerRecorded, isDecidedByHead, markRecorded, recordedFor, recordedOutcome } from '../../src/http/recorded.ts'
import type { Found } from '../../src/recording/answers.ts'
import type { Task } from '../../src/simulation/task.ts'
import { FakeReply } from '../support/reply.ts'

const FOUND = { name: 'a.json', status: 402, headers: { 'x-a': 'b' }, text: (id: string) => `of ${id}` } as Found

function request(authorization: string | undefined, is404 = false): FastifyRequest {
  return {
    ...{ is404, method: 'POST', url: '/kling/tasks?x', headers: { authorization } },
    call: { namespace: { key: 'alice' }, traceId: 'trace' },
  } as unknown as FastifyRequest
}

describe('what is recorded for a request', () => {
  const looked = (header: string | undefined, found: Found | undefined, ...body: [unknown?]) => {
    const asked: object[] = []
    const recordings = {
      find: (what: object) => {
        asked.push(what)
        return found
      },
    }
    const reply = new FakeReply()
    const answer = recordedFor({ recordings } as unknown as Door, request(header), reply.real, ...body)
    return { answer, asked, told: reply.told }
  }

  it('is nothing without recordings', () => {
    const reply = new FakeReply()
    expect(recordedFor({} as Door, request('Bearer a'), reply.real)).toBeUndefined()
    expect(reply.told).toEqual({})
  })

  it('is looked for by whose it is, method, path and body, and named in a header', () => {
    const asked = { namespace: 'alice', method: 'POST', path: '/kling/tasks', authorization: 'bearer' }
    expect(looked('Bearer a', FOUND)).toStrictEqual({
      ...{ answer: FOUND, asked: [asked], told: { 'x-mockling-replayed': 'a.json' } },
    })
    expect(looked('Bearer a', FOUND, undefined).asked).toStrictEqual([{ ...asked, body: undefined }])
    expect(looked('Bearer a', undefined, { id: 'x' })).toStrictEqual({
      ...{ answer: undefined, asked: [{ ...asked, body: { id: 'x' } }], told: {} },
    })
  })

  it.each([
    [undefined, 'none'],
    ['', 'none'],
    [' Bearer ', 'none'],
    ['bearer', 'none'],
    ['Bearer a', 'bearer'],
    ['BEARER   a.b', 'bearer'],
    ['Bearer a b', 'other'],
    [' Bearer a', 'other'],
    ['xBearer', 'other'],
    ['Bearer', 'none'],
    ['x', 'other'],
  ])('is told apart by the kind of credential: %j is %s', (header, authorization) => {
    expect(looked(header, undefined).asked).toMatchObject([{ authorization }])
    expect([isDecidedByHead(request(header)), isDecidedByHead(request(header, true))]).toEqual([
      authorization !== 'bearer',
      true,
    ])
  })

  it('is answered as it was', () => {
    const reply = new FakeReply()
    answerRecorded(request('Bearer a'), reply.real, FOUND)
    expect([reply.status, reply.told, String(reply.body)]).toEqual([402, { 'x-a': 'b' }, 'of trace'])
  })
})

describe('tasks that go as recorded', () => {
  const effects = ({ effects }: ReturnType<typeof recordedOutcome>) => ({ effects }) as Task
  const one = recordedOutcome(FOUND)
  const other = recordedOutcome({ ...FOUND, name: 'b.json', task: { steps: 1 } } as unknown as Found)

  it('have the recording for their outcome', () => {
    expect(one).toEqual({ text: 'recorded', effects: [{ name: 'recorded', options: { file: 'a.json' } }] })
    expect(other.effects).toEqual([{ name: 'recorded', options: { file: 'b.json', steps: 1 } }])
  })

  it('are named by their recordings, once each', () => {
    const told = (...tasks: Task[]) => {
      const reply = new FakeReply()
      markRecorded(reply.real, tasks)
      return reply.told
    }
    expect(told(effects(one), {} as Task, effects(other), effects(one))).toEqual({
      'x-mockling-replayed': 'a.json, b.json',
    })
    expect(told()).toEqual({})
    expect(told({ effects: [{ name: 'lost', options: { file: 'c' } }] } as unknown as Task)).toEqual({})
  })
})
