import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DownloadEntry, type Entry, type EntryFilter, Journal, type Unplaced } from '../../src/journal/journal.ts'
import type { Sealed } from '../../src/journal/sealed.ts'
import { Places } from '../../src/simulation/places.ts'
import { ALICE, BOB } from '../simulation/sample.ts'
import { download } from './entries.ts'

/** Counts how often it is opened. */
function sealed(seq: number, part: Partial<DownloadEntry> & { isBad?: boolean } = {}) {
  const { isBad = false, ...given } = part
  const entry = { ...download({ seq, namespace: ALICE, ...given }) } as Entry
  const { kind, namespace } = entry
  const one = { seq, kind, namespace, accepted: undefined, bytes: 100, opened: 0 }
  return Object.assign(one, {
    open: () => {
      one.opened++
      return isBad ? undefined : entry
    },
  }) satisfies Sealed
}

const journalOf = (most = 100, mostBytes?: number) =>
  new Journal(most, mostBytes, new Places({ step: 100, residue: 1 }))
const own = (): Unplaced<DownloadEntry> => {
  const { seq: _, ...entry } = download()
  return entry
}
const placesOf = (entries: readonly Entry[]) => entries.map(({ seq }) => seq)

describe('an entry of another replica', () => {
  it('is opened when somebody reads it, once', () => {
    const journal = journalOf()
    const one = sealed(7)
    journal.take(one)
    expect(journal.count()).toBe(1)
    expect(one.opened).toBe(0)
    expect(placesOf(journal.list())).toEqual([7])
    expect(journal.at(7)).toBe(journal.list()[0])
    expect(one.opened).toBe(1)
  })

  it('stands in its place, and what follows here comes after it', () => {
    const journal = journalOf()
    journal.record(own())
    journal.take(sealed(302))
    journal.record(own())
    journal.take(sealed(202))
    expect(placesOf(journal.list())).toEqual([1, 202, 302, 401])
    expect(journal.completeAfter(0).map(({ entry }) => entry.seq)).toEqual([1, 302, 401, 202])
    expect(journal.turnOf(202)).toBe(4)
  })

  it('makes room unread, and is counted', () => {
    const journal = journalOf(2)
    const some = [3, 4, 5].map(seq => sealed(seq))
    for (const one of some) journal.take(one)
    expect(some.map(({ opened }) => opened)).toEqual([0, 0, 0])
    expect(journal.dropped).toMatchObject({ entries: 1, downloads: 1, lastSeq: 3 })
    expect(journal.lostTurn).toBe(1)
    const narrow = journalOf(100, 250)
    for (const seq of [3, 4, 5]) narrow.take(sealed(seq))
    expect(placesOf(narrow.list())).toEqual([4, 5])
  })

  it('is not opened for a question that it is certainly no answer to', () => {
    const journal = journalOf()
    const [mine, others] = [sealed(3), sealed(4, { namespace: BOB })]
    for (const one of [mine, others]) journal.take(one)
    expect(journal.count({ namespace: ALICE })).toBe(1)
    expect(journal.list({ after: 4 })).toEqual([])
    expect(journal.list({ before: 3 })).toEqual([])
    expect(journal.list({ kind: 'callback' })).toEqual([])
    expect([mine.opened, others.opened]).toEqual([0, 0])
    expect(journal.count({ path: '/elsewhere', namespace: ALICE })).toBe(0)
    expect([mine.opened, others.opened]).toEqual([1, 0])
  })

  it('is opened for no other page than its own, and counted for all', () => {
    const journal = journalOf()
    const some = Array.from({ length: 20 }, (_, n) => sealed(n + 2, { namespace: n % 2 === 0 ? ALICE : BOB }))
    for (const one of some) journal.take(one)
    const { entries, count } = journal.page({ namespace: ALICE, after: 4 }, 3, 2)
    expect([placesOf(entries), count]).toEqual([[12, 14, 16], 8])
    expect(placesOf(journal.list({ kind: 'download' }, 2))).toEqual([20, 21])
    expect(some.flatMap(({ opened, seq }) => (opened > 0 ? [seq] : []))).toEqual([12, 14, 16, 20, 21])
  })

  it('is found on the same page as one that was never sealed', () => {
    const entries = fc.array(
      fc.record({
        namespace: fc.constantFrom(ALICE, BOB),
        path: fc.constantFrom('/a', '/b'),
        isSealed: fc.boolean(),
      }),
      { maxLength: 30 },
    )
    const place = fc.option(fc.nat(32), { nil: undefined })
    const filters = fc.record(
      {
        ...{ namespace: fc.constantFrom(ALICE, BOB), path: fc.constantFrom('/a', '/b'), after: place, before: place },
        kind: fc.constantFrom<('download' | 'callback')[]>('download', 'download', 'callback'),
      },
      { requiredKeys: [] },
    )
    const reads = fc.array(fc.tuple(filters, fc.nat(12), fc.nat(12)), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(entries, reads, (given, asked) => {
        const [some, open] = [journalOf(), journalOf()]
        for (const [n, { isSealed, ...part }] of given.entries()) {
          const entry = download({ seq: n + 2, ...part })
          if (isSealed) some.take(sealed(n + 2, part))
          else some.record(structuredClone(entry))
          open.record(entry)
        }
        for (const [filter, limit, offset] of asked as [EntryFilter, number, number][]) {
          expect(some.page(filter, limit, offset)).toEqual(open.page(filter, limit, offset))
          expect(some.list(filter, limit)).toEqual(open.list(filter, limit))
          expect(some.count(filter)).toBe(open.count(filter))
        }
        expect(some.list()).toEqual(open.list())
      }),
    )
  })

  it('is opened with others a part at a time, where much is to be read', async () => {
    const journal = journalOf(3000)
    const some = Array.from({ length: 2500 }, (_, n) => sealed(n + 2, { namespace: n < 2000 ? ALICE : BOB }))
    for (const one of some) journal.take(one)
    const opened = () => some.filter(one => one.opened > 0).length
    const parts: number[] = []
    let isReady = false
    const ready = journal.readAll({ namespace: ALICE }).then(() => {
      isReady = true
    })
    while (!isReady) {
      parts.push(opened())
      await turn()
    }
    await ready
    expect(opened()).toBe(2000)
    const most = Math.max(...[...parts, 2000].map((part, index, all) => part - (all[index - 1] ?? 0)))
    expect(most).toBeLessThanOrEqual(1000)
    expect(journal.list({ namespace: ALICE })).toHaveLength(2000)
    expect(some.every(one => one.opened === (one.namespace === ALICE ? 1 : 0))).toBe(true)
  })

  it('goes with its namespace, unread', () => {
    const journal = journalOf()
    const [mine, others] = [sealed(3), sealed(4, { namespace: BOB })]
    for (const one of [mine, others]) journal.take(one)
    journal.clear(ALICE)
    expect([mine.opened, others.opened]).toEqual([0, 0])
    expect(placesOf(journal.list())).toEqual([4])
  })

  it('stays as it is when it is told again', () => {
    const journal = journalOf()
    for (const seq of [3, 4, 3, 4]) journal.take(sealed(seq))
    expect(placesOf(journal.list())).toEqual([3, 4])
    expect(journal.turn).toBe(2)
  })

  it('is gone once it turns out to be none', () => {
    const journal = journalOf()
    for (const seq of [3, 4, 5, 6]) journal.take(sealed(seq, { isBad: seq < 6 && seq !== 4 }))
    expect(journal.completeAfter(0, 1).map(({ entry }) => entry.seq)).toEqual([4])
    expect(placesOf(journal.list())).toEqual([4, 6])
    expect(journal.at(5)).toBeUndefined()
    expect(journal.count()).toBe(2)
    journal.take(sealed(7, { isBad: true }))
    const { entries, count } = journal.page({}, 2, 0)
    expect([placesOf(entries), count]).toEqual([[4, 6], 2])
  })

  it('is heard of at once by who listens to all, and not by who listens to what happens here', () => {
    const journal = journalOf()
    const [all, here]: number[][] = [[], []]
    journal.listen(({ seq }) => all?.push(seq))
    journal.listenHere(({ seq }) => here?.push(seq))
    journal.take(sealed(3))
    journal.take(sealed(4, { isBad: true }))
    journal.record(own())
    expect([all, here]).toEqual([[3, 101], [101]])
    const none = journalOf(0)
    none.listen(({ seq }) => all?.push(seq))
    none.take(sealed(9))
    expect(all).toEqual([3, 101, 9])
    expect(none.count()).toBe(0)
  })
})
