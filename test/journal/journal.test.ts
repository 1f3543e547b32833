import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CallbackEntry, type Entry, Journal, type RequestEntry, type Unplaced } from '../../src/journal/journal.ts'
import { START } from '../simulation/fake-timebase.ts'
import { ALICE, BOB } from '../simulation/sample.ts'

function request(part: Partial<Unplaced<RequestEntry>> = {}): Unplaced<RequestEntry> {
  return { kind: 'request', at: START, namespace: ALICE, traceId: 't', method: 'POST', path: '/kling/videos', ...part }
}

function callback(part: Partial<Unplaced<CallbackEntry>> = {}): Unplaced<CallbackEntry> {
  return {
    kind: 'callback',
    at: START,
    namespace: ALICE,
    taskId: 'task',
    attempt: 1,
    url: 'http://127.0.0.1/hook',
    requestHeaders: {},
    requestBody: '{}',
    outcome: 'delivered',
    durationMs: 1,
    ...part,
  }
}

const seqs = (entries: readonly Entry[]) => entries.map(({ seq }) => seq)

describe('add', () => {
  it('gives places from 1, over all namespaces', () => {
    const journal = new Journal(10)
    const added = [ALICE, BOB, ALICE].map(namespace => journal.add(request({ namespace })))
    expect(added.map(({ seq }) => seq)).toEqual([1, 2, 3])
    expect(seqs(journal.list())).toEqual([1, 2, 3])
  })

  it('lets the caller complete an entry later', () => {
    const journal = new Journal(10)
    const entry: RequestEntry = journal.add(request())
    entry.status = 200
    entry.taskId = 'task'
    expect(journal.list({ status: 200, taskId: 'task' })).toEqual([entry])
  })

  it('keeps the newest and counts those that had to go', () => {
    const journal = new Journal(3)
    for (let index = 0; index < 3; index++) journal.add(request())
    expect(journal.dropped).toBe(0)
    for (let index = 0; index < 4; index++) journal.add(request())
    expect(seqs(journal.list())).toEqual([5, 6, 7])
    expect(journal.dropped).toBe(4)
    expect(journal.count()).toBe(3)
  })

  it('keeps one', () => {
    const journal = new Journal(1)
    journal.add(request())
    journal.add(request())
    expect(seqs(journal.list())).toEqual([2])
    expect(journal.dropped).toBe(1)
  })

  it('keeps none, and still gives places', () => {
    const journal = new Journal(0)
    expect([journal.add(request()).seq, journal.add(request()).seq]).toEqual([1, 2])
    expect(journal.list()).toEqual([])
    expect(journal.count()).toBe(0)
    journal.clear(ALICE)
    journal.clear()
    expect(journal.list()).toEqual([])
  })
})

describe('list', () => {
  const journal = new Journal(100)
  journal.add(request({ path: '/kling/tasks', status: 200, taskId: 'a' }))
  journal.add(request({ status: 400, outcome: 'succeed', namespace: BOB }))
  journal.add(callback({ taskId: 'a', outcome: 'bad-status', status: 500 }))
  journal.add(callback({ taskId: 'b', status: 200, url: 'http://127.0.0.1/other', namespace: BOB }))
  journal.add(request({ status: 200, taskId: 'b', outcome: 'fail timeout' }))

  it.each([
    [{}, [1, 2, 3, 4, 5]],
    [{ kind: 'request' }, [1, 2, 5]],
    [{ kind: 'callback' }, [3, 4]],
    [{ namespace: BOB }, [2, 4]],
    [{ namespace: '' }, []],
    [{ taskId: 'a' }, [1, 3]],
    [{ path: '/kling/tasks' }, [1]],
    [{ path: 'http://127.0.0.1/other' }, [4]],
    [{ status: 200 }, [1, 4, 5]],
    [{ status: 500 }, [3]],
    [{ outcome: 'succeed' }, [2]],
    [{ outcome: 'delivered' }, [4]],
    [{ after: 3 }, [4, 5]],
    [{ after: 0 }, [1, 2, 3, 4, 5]],
    [{ after: 5 }, []],
    [{ kind: 'request', status: 200, after: 1 }, [5]],
    [{ kind: 'callback', path: '/kling/tasks' }, []],
  ] as const)('keeps what matches each part of %j', (filter, expected) => {
    expect(seqs(journal.list(filter))).toEqual(expected)
    expect(journal.count(filter)).toBe(expected.length)
  })

  it.each([
    [0, []],
    [2, [4, 5]],
    [5, [1, 2, 3, 4, 5]],
    [100, [1, 2, 3, 4, 5]],
  ])('gives the newest %d, oldest first', (limit, expected) => {
    expect(seqs(journal.list({}, limit))).toEqual(expected)
  })

  it('limits after filtering', () => {
    expect(seqs(journal.list({ kind: 'request' }, 2))).toEqual([2, 5])
  })
})

describe('clear', () => {
  it('forgets everything, and goes on with the next place', () => {
    const journal = new Journal(3)
    for (let index = 0; index < 5; index++) journal.add(request())
    journal.clear()
    expect(journal.list()).toEqual([])
    expect(journal.count()).toBe(0)
    for (let index = 0; index < 4; index++) journal.add(request())
    expect(seqs(journal.list())).toEqual([7, 8, 9])
  })

  it('forgets one namespace’s and leaves the others in their places', () => {
    const journal = new Journal(10)
    for (const namespace of [ALICE, BOB, BOB, ALICE, BOB]) journal.add(request({ namespace }))
    journal.clear(BOB)
    expect(seqs(journal.list())).toEqual([1, 4])
    expect(journal.count()).toBe(2)
    expect(journal.count({ namespace: BOB })).toBe(0)
    expect(journal.add(request({ namespace: BOB })).seq).toBe(6)
    expect(seqs(journal.list())).toEqual([1, 4, 6])
  })

  it('makes room: nothing has to go before the journal is full again', () => {
    const journal = new Journal(4)
    journal.add(request({ namespace: ALICE }))
    for (let index = 0; index < 3; index++) journal.add(request({ namespace: BOB }))
    journal.clear(BOB)
    for (let index = 0; index < 3; index++) journal.add(request({ namespace: BOB }))
    expect(seqs(journal.list())).toEqual([1, 5, 6, 7])
    expect(journal.dropped).toBe(0)
  })

  it('leaves entries that can still be completed', () => {
    const journal = new Journal(4)
    const entry: RequestEntry = journal.add(request({ namespace: ALICE }))
    journal.add(request({ namespace: BOB }))
    journal.clear(BOB)
    entry.status = 200
    expect(journal.list({ status: 200 })).toEqual([entry])
  })

  it('drops the oldest first once the journal is full again', () => {
    const journal = new Journal(3)
    for (const namespace of [ALICE, BOB, ALICE, BOB]) journal.add(request({ namespace }))
    journal.clear(BOB)
    for (let index = 0; index < 3; index++) journal.add(request({ namespace: BOB }))
    expect(seqs(journal.list())).toEqual([5, 6, 7])
  })
})

it('keeps the newest of what was not cleared, never more than the most, whatever happens', () => {
  const event = fc.oneof(
    { weight: 12, arbitrary: fc.record({ add: fc.constantFrom(ALICE, BOB, '') }) },
    { weight: 1, arbitrary: fc.record({ clear: fc.constantFrom(ALICE, BOB, undefined) }) },
  )
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8 }), fc.array(event, { maxLength: 60 }), (most, events) => {
      const journal = new Journal(most)
      let kept: { readonly seq: number; readonly namespace: string }[] = []
      let dropped = 0
      let seq = 0
      for (const one of events) {
        if ('add' in one) {
          journal.add(request({ namespace: one.add }))
          kept.push({ seq: ++seq, namespace: one.add })
          if (kept.length > most) {
            kept.shift()
            if (most > 0) dropped++
          }
        } else {
          journal.clear(one.clear)
          kept = kept.filter(({ namespace }) => one.clear !== undefined && namespace !== one.clear)
        }
        expect(seqs(journal.list())).toEqual(kept.map(entry => entry.seq))
        expect(journal.count()).toBe(kept.length)
        expect(journal.dropped).toBe(dropped)
      }
    }),
  )
})
