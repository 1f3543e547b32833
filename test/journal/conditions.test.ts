import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conditionsOf, type EntryFilter, matches } from '../../src/journal/conditions.ts'
import type { Entry } from '../../src/journal/journal.ts'
import { START } from '../simulation/fake-timebase.ts'
import { ALICE, BOB } from '../simulation/sample.ts'
import { accepted, callback, download, poll, request } from './entries.ts'

const ENTRIES: readonly Entry[] = [
  accepted(1, { outcome: 'succeed' }, { model: 'kling-v3', camera_control: { type: 'simple', config: { zoom: 1 } } }),
  request({
    seq: 2,
    at: START + 10,
    status: 400,
    code: 'bad_request',
    requestBody: '{"model":"kling-v3"',
    namespace: BOB,
  }),
  poll(3, START + 20, { 'task-1': 'pending' }),
  poll(4, START + 30, { 'task-1': 'pending', 'task-9': 'pending' }),
  callback({
    seq: 5,
    at: START + 40,
    taskId: 'task-1',
    status: 503,
    outcome: 'bad-status',
    requestBody: '{"success":true,"n":[1,{"a":2,"b":3}]}',
  }),
  download({ seq: 6, at: START + 50, taskId: 'task-1', status: 206, path: '/bs2/a.mp4', method: 'HEAD' }),
  request({ seq: 7, at: START + 60, method: 'GET', path: '/kling/videos', status: 404 }),
  request({ seq: 8, at: START + 70, hungUp: true }),
]

const found = (filter: EntryFilter) => ENTRIES.filter(entry => matches(entry, filter)).map(({ seq }) => seq)

describe('a filter', () => {
  it.each<[EntryFilter, number[]]>([
    [{}, [1, 2, 3, 4, 5, 6, 7, 8]],
    [{ operation: 'create' }, [1, 2, 8]],
    [{ operation: 'tasks' }, [3, 4]],
    [{ operation: 'download' }, [6]],
    [{ operation: 'callback' }, [5]],
    [{ kind: 'request', method: 'get' }, [7]],
    [{ method: 'POST' }, [1, 2, 3, 4, 5, 8]],
    [{ status: 200 }, [1, 3, 4]],
    [{ status: '2xx' }, [1, 3, 4, 6]],
    [{ status: '4xx' }, [2, 7]],
    [{ status: '5xx' }, [5]],
    [{ code: 'bad_request' }, [2]],
    [{ outcome: 'bad-status' }, [5]],
    [{ taskId: 'task-1' }, [1, 3, 4, 5, 6]],
    [{ taskId: 'task-9' }, [4]],
    [{ path: 'http://127.0.0.1/hook' }, [5]],
    [{ from: START + 50 }, [6, 7, 8]],
    [{ to: START + 10 }, [1, 2]],
    [{ from: START + 10, to: START + 20 }, [2, 3]],
    [{ after: 6 }, [7, 8]],
    [{ before: 3 }, [1, 2]],
    [{ after: 2, before: 5 }, [3, 4]],
    [{ namespace: BOB }, [2]],
    [{ namespace: ALICE, operation: 'create' }, [1, 8]],
    [{ body: {} }, [1, 3, 4, 5]],
    [{ body: { model: 'kling-v3' } }, [1]],
    [{ body: { model: 'kling-v1' } }, []],
    [{ body: { camera_control: { config: { zoom: 1 } } } }, [1]],
    [{ body: { camera_control: { config: {} } } }, [1]],
    [{ body: { camera_control: { config: { zoom: 1, pan: 0 } } } }, []],
    [{ body: { camera_control: null } }, []],
    [{ body: { ids: ['task-1', 'task-9'] } }, [4]],
    [{ body: { ids: ['task-1'] } }, []],
    [{ body: { n: [1, { a: 2 }] } }, [5]],
    [{ body: { n: [1, { a: 2, b: 3 }] } }, [5]],
    [{ body: { n: [{ a: 2 }, 1] } }, []],
    [{ body: { toString: 1 } }, []],
    [{ body: { constructor: {} } }, []],
  ])('%j matches %j', (filter, expected) => {
    expect(found(filter)).toEqual(expected)
  })

  it('matches exactly where every one of its conditions holds, and has as many for every entry', () => {
    const part = <T>(...values: T[]) => fc.constantFrom(undefined, ...values)
    const anyFilter = fc.record({
      operation: part('create', 'tasks', 'download', 'callback'),
      status: part<string | number>(200, 400, '2xx', '4xx'),
      method: part('POST', 'GET'),
      taskId: part('task-1', 'task-9'),
      namespace: part(ALICE, BOB),
      from: part(START, START + 25),
      to: part(START + 25),
      after: part(0, 4),
      before: part(3, 9),
      body: part({}, { model: 'kling-v3' }, { n: [1, {}], success: true }, { a: { b: { c: 1 } }, d: 2 }),
    }) as fc.Arbitrary<EntryFilter>
    fc.assert(
      fc.property(anyFilter, filter => {
        const all = ENTRIES.map(entry => conditionsOf(entry, filter))
        expect(new Set(all.map(conditions => conditions.length)).size).toBe(1)
        const holding = ENTRIES.filter((_, index) => all[index]?.every(({ holds }) => holds))
        expect(holding.map(({ seq }) => seq)).toEqual(found(filter))
      }),
    )
  })
})

describe('a condition', () => {
  it('names the place in the body, what was expected there and what was got', () => {
    const filter = { status: 201, body: { model: 'kling-v1', camera_control: { type: 'simple', config: { pan: 1 } } } }
    expect(conditionsOf(ENTRIES[0] as Entry, filter)).toEqual([
      { name: 'status', expected: 201, got: 200, holds: false },
      { name: 'body.model', expected: 'kling-v1', got: 'kling-v3', holds: false },
      { name: 'body.camera_control.type', expected: 'simple', got: 'simple', holds: true },
      { name: 'body.camera_control.config.pan', expected: 1, got: undefined, holds: false },
    ])
  })

  it('got nothing from a body that is no JSON', () => {
    expect(conditionsOf(ENTRIES[1] as Entry, { body: { model: 'kling-v3' } })).toEqual([
      { name: 'body.model', expected: 'kling-v3', got: undefined, holds: false },
    ])
  })

  it('shows one task of many that were asked for as all of them', () => {
    expect(conditionsOf(ENTRIES[3] as Entry, { taskId: 'other' })[0]?.got).toEqual(['task-1', 'task-9'])
  })
})
