import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CallbackEntry,
  type Dropped,
  type Entry,
  Journal,
  type RequestEntry,
  type Unplaced,
} from '../../src/journal/journal.ts'
import { LONGEST_BODY } from '../../src/journal/trimming.ts'
import { ALICE, BOB } from '../simulation/sample.ts'
import { callback as callbackEntry, download, request as requestEntry } from './entries.ts'

function request(part: Partial<RequestEntry> = {}): Unplaced<RequestEntry> {
  const { seq: _, ...unplaced } = requestEntry(part)
  return unplaced
}

function callback(part: Partial<CallbackEntry> = {}): Unplaced<CallbackEntry> {
  const { seq: _, ...unplaced } = callbackEntry(part)
  return unplaced
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const NONE: Dropped = { entries: 0, requests: 0, downloads: 0, callbacks: 0, accepted: 0, lastSeq: 0 }

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
    expect(journal.dropped).toEqual(NONE)
    for (let index = 0; index < 4; index++) journal.add(request())
    expect(seqs(journal.list())).toEqual([5, 6, 7])
    expect(journal.dropped).toEqual({ ...NONE, entries: 4, requests: 4, lastSeq: 4 })
    expect(journal.count()).toBe(3)
  })

  it('keeps one', () => {
    const journal = new Journal(1)
    journal.add(request())
    journal.add(request())
    expect(seqs(journal.list())).toEqual([2])
    expect(journal.dropped.entries).toBe(1)
  })

  it('says what had to go: how much of each kind, and how many accepted creates', () => {
    const journal = new Journal(1)
    journal.record(request({ accepted: true, taskId: 'a', credits: 1.4, steps: [] }))
    journal.record(callback())
    journal.record({ ...download(), seq: journal.place() })
    journal.record(request())
    expect(journal.dropped).toEqual({ entries: 3, requests: 1, downloads: 1, callbacks: 1, accepted: 1, lastSeq: 3 })
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

  it('goes back from the newest, page by page', () => {
    const page = (limit: number, offset: number, filter = {}) => {
      const { entries, count } = journal.page(filter, limit, offset)
      return [seqs(entries), count]
    }
    expect([page(2, 0), page(2, 2), page(2, 4), page(2, 6)]).toEqual([
      [[4, 5], 5],
      [[2, 3], 5],
      [[1], 5],
      [[], 5],
    ])
    expect(page(1, 1, { kind: 'request' })).toEqual([[2], 3])
    expect(page(0, 0)).toEqual([[], 5])
  })

  it('has each in its place, and nothing where nothing is', () => {
    const small = new Journal(2)
    for (let index = 0; index < 4; index++) small.add(request())
    expect([0, 1, 2, 3, 4, 5].map(place => small.at(place)?.seq)).toEqual([
      undefined,
      undefined,
      undefined,
      3,
      4,
      undefined,
    ])
  })
})

describe('place', () => {
  it('is kept for an entry that comes later, and stays its own', () => {
    const journal = new Journal(10)
    const place = journal.place()
    journal.record(request())
    journal.record(request())
    journal.record({ ...callback(), seq: place })
    expect(journal.list().map(({ seq, kind }) => [seq, kind])).toEqual([
      [1, 'callback'],
      [2, 'request'],
      [3, 'request'],
    ])
  })

  it('goes like any other when the journal is full by then', () => {
    const journal = new Journal(2)
    const place = journal.place()
    for (let index = 0; index < 3; index++) journal.record(request())
    journal.record({ ...callback(), seq: place })
    expect(seqs(journal.list())).toEqual([3, 4])
    expect(journal.dropped).toEqual({ ...NONE, entries: 2, requests: 1, callbacks: 1, lastSeq: 2 })
  })

  it('is found among places that were given and never filled', () => {
    const journal = new Journal(10)
    for (let index = 0; index < 6; index++) journal.place()
    journal.record({ ...callback(), seq: 4 })
    journal.record({ ...callback(), seq: 2 })
    journal.record({ ...callback(), seq: 6 })
    expect(seqs(journal.list())).toEqual([2, 4, 6])
    expect(journal.turnOf(4)).toBe(1)
    expect(journal.turnOf(3)).toBeUndefined()
    expect(journal.completeAfter(1).map(({ entry }) => entry.seq)).toEqual([2, 6])
  })
})

describe('complete', () => {
  const heard = (journal: Journal) => {
    const seen: number[] = []
    const stop = journal.listen(({ seq }) => seen.push(seq))
    return { seen, stop }
  }

  it('tells those who listen, in the order of completion and no longer than they wish', () => {
    const journal = new Journal(10)
    const { seen, stop } = heard(journal)
    const [first, second] = [journal.add(request()), journal.add(request())]
    expect(seen).toEqual([])
    journal.complete(second)
    journal.complete(first)
    journal.record(callback())
    stop()
    journal.record(callback())
    expect(seen).toEqual([2, 1, 3])
  })

  it('tells of an entry that is not kept any more, but not of one that was cleared', () => {
    const journal = new Journal(1)
    const { seen } = heard(journal)
    const dropped = journal.add(request())
    const cleared = journal.add(request({ namespace: BOB }))
    journal.clear(BOB)
    journal.complete(dropped)
    journal.complete(cleared)
    expect(seen).toEqual([1])
    expect(journal.list()).toEqual([])
  })

  it.each([0, 1])('tells of everything when the journal keeps %d', most => {
    const journal = new Journal(most)
    const { seen } = heard(journal)
    for (let index = 0; index < 3; index++) journal.record(request())
    expect(seen).toEqual([1, 2, 3])
  })

  it('gives every entry its turn, by which a reader goes on where he left off', () => {
    const journal = new Journal(10)
    const slow = journal.add(request())
    journal.record(request())
    journal.add(request())
    journal.record(request())
    journal.complete(slow)
    const completeAfter = (turn: number, limit?: number) =>
      journal.completeAfter(turn, limit).map(({ entry }) => entry.seq)
    expect([1, 2, 3, 4, 5].map(seq => journal.turnOf(seq))).toEqual([3, 1, undefined, 2, undefined])
    expect(journal.turn).toBe(3)
    expect([completeAfter(0), completeAfter(1), completeAfter(3), completeAfter(0, 2)]).toEqual([
      [2, 4, 1],
      [4, 1],
      [],
      [2, 4],
    ])
  })

  it.each([
    [2, [0, 0, 1]],
    [0, [1, 2, 3]],
  ])('says which turn was the last to be lost, from a journal that keeps %d', (most, lost) => {
    const journal = new Journal(most)
    const seen = lost.map(() => {
      journal.record(request())
      return journal.lostTurn
    })
    expect(seen).toEqual(lost)
  })

  it('does not count as lost what was cleared', () => {
    const journal = new Journal(2)
    journal.record(request())
    journal.clear()
    expect(journal.lostTurn).toBe(0)
  })
})

describe('what is kept of an entry', () => {
  const kept = (part: Partial<RequestEntry>) => {
    const journal = new Journal(1)
    journal.record(request(part))
    return journal.list()[0] as RequestEntry
  }

  it('is the whole of a body that is not long', () => {
    const body = 'x'.repeat(LONGEST_BODY)
    expect(kept({ requestBody: body, responseBody: body })).toMatchObject({ requestBody: body, responseBody: body })
    expect(kept({ requestBody: body })).not.toHaveProperty('requestCut')
  })

  it('is the beginning of a long one, with its length', () => {
    const entry = kept({ requestBody: 'x'.repeat(LONGEST_BODY + 1), responseBody: 'y'.repeat(200_000) })
    expect(entry).toMatchObject({ requestCut: LONGEST_BODY + 1, responseCut: 200_000 })
    expect(entry.requestBody).toBe('x'.repeat(LONGEST_BODY))
    expect(entry.responseBody).toBe('y'.repeat(LONGEST_BODY))
    expect(entry).not.toHaveProperty('requestDigest')
  })

  it('is never half a character', () => {
    const entry = kept({ requestBody: `x${'😀'.repeat(LONGEST_BODY)}` })
    expect(Buffer.from(entry.requestBody ?? '').toString()).toBe(entry.requestBody)
    expect(entry.requestBody).toHaveLength(LONGEST_BODY - 1)
  })

  it('tells apart accepted creates whose bodies are cut', () => {
    const long = { accepted: true, taskId: 'a', credits: 1, steps: [] } as const
    const digest = (body: object) => kept({ ...long, requestBody: JSON.stringify(body) }).requestDigest
    const padding = 'x'.repeat(LONGEST_BODY)
    expect(digest({ padding, prompt: 'a', async: true })).toBe(digest({ prompt: 'a', padding }))
    expect(digest({ padding, prompt: 'a' })).not.toBe(digest({ padding, prompt: 'b' }))
  })

  it('survives a refused body that is too deep to be written out again', () => {
    const requestBody = '['.repeat(500_000)
    expect(kept({ requestBody: requestBody + ']'.repeat(500_000) })).toMatchObject({ requestCut: 1_000_000 })
  })

  it.each([
    ['{"callback_url":"http://me:secret@host/hook"}', '{"callback_url":"http://*********@host/hook"}'],
    ['{"u":"https:\\/\\/me:secret@host"}', '{"u":"https:\\/\\/*********@host"}'],
    ['{"prompt":"write to a@b.c","u":"http://host/@home"}', '{"prompt":"write to a@b.c","u":"http://host/@home"}'],
  ])('hides names and passwords in URLs: %s', (requestBody, shown) => {
    expect(kept({ requestBody }).requestBody).toBe(shown)
  })
})

describe('the bound by memory', () => {
  const big = (letters = 10_000) => request({ requestBody: 'x'.repeat(letters) })

  it('lets the oldest go, as many as it takes', () => {
    const journal = new Journal(1000, 100_000)
    for (let index = 0; index < 4; index++) journal.record(big())
    expect(seqs(journal.list())).toEqual([1, 2, 3, 4])
    journal.record(big(30_000))
    expect(seqs(journal.list())).toEqual([4, 5])
    expect(journal.dropped).toMatchObject({ entries: 3, lastSeq: 3 })
  })

  it('counts an entry once it is complete', () => {
    const journal = new Journal(1000, 50_000)
    const entry: RequestEntry = journal.add(request())
    for (let index = 0; index < 2; index++) journal.record(big())
    entry.responseBody = 'y'.repeat(10_000)
    journal.complete(entry)
    expect(seqs(journal.list())).toEqual([2, 3])
  })

  it('has room again for what was cleared', () => {
    const journal = new Journal(1000, 50_000)
    for (let index = 0; index < 2; index++) journal.record(big())
    journal.clear(ALICE)
    for (let index = 0; index < 2; index++) journal.record(big())
    expect(seqs(journal.list())).toEqual([3, 4])
    expect(journal.dropped).toEqual(NONE)
  })

  it('is not held off by an entry larger than all of it', () => {
    const journal = new Journal(1000, 10_000)
    journal.record(request())
    journal.record(big())
    journal.record(request())
    expect(seqs(journal.list())).toEqual([3])
  })

  it.each(['objections', 'ignored', 'rawHeaders', 'responseBody', 'query'] as const)('heeds %s', name => {
    const text = 'x'.repeat(1000)
    const objection = {
      rule: 'R1',
      field: 'f',
      message: 'm',
      source: 's',
      grade: 'chosen',
      text: { source: 's', grade: 'chosen' },
      knownIn: undefined,
    } as const
    const part = {
      objections: Array(100).fill(objection),
      ignored: Array(100).fill(text),
      rawHeaders: Array(100).fill(text),
      responseBody: text.repeat(20),
      query: text.repeat(20),
    }
    const journal = new Journal(1000, 30_000)
    journal.record(request({ [name]: part[name] }))
    expect(journal.list()).toEqual([])
  })

  it('does not hold on to what it has let go', async () => {
    const journal = new Journal(10_000, 10_000)
    const gone = new WeakRef(journal.add(request()))
    journal.record(big())
    await setImmediate()
    collectGarbage()
    expect(journal.dropped.entries).toBe(2)
    expect(gone.deref()).toBeUndefined()
  })
})

describe('clear', () => {
  it('forgets everything, what was dropped too, and goes on with the next place', () => {
    const journal = new Journal(3)
    for (let index = 0; index < 5; index++) journal.add(request())
    journal.clear()
    expect(journal.dropped).toEqual(NONE)
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
    expect(journal.dropped).toEqual(NONE)
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
          if (one.clear === undefined) dropped = 0
        }
        expect(seqs(journal.list())).toEqual(kept.map(entry => entry.seq))
        expect(journal.count()).toBe(kept.length)
        expect(journal.dropped.entries).toBe(dropped)
      }
    }),
  )
})
