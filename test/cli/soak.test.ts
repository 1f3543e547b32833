import { describe, expect, it } from 'vitest'
import { drill, reasonsAgainst } from '../../scripts/drills/soak.mjs'
import { growthOf, type Sample } from '../../scripts/drills/soak-verdict.mjs'
import { kindsOf, OUTCOMES } from '../../scripts/drills/soak-visits.mjs'
import { KINDS } from '../../src/faults/catalogue.ts'

const MEGABYTE = 1024 * 1024

/** Half an hour of it, a sample every two seconds: as it was at a share of the time from 0 to 1. */
function course(at: (share: number, n: number) => Partial<Sample>): Sample[] {
  const flat = { rss: 200 * MEGABYTE, heap: 60 * MEGABYTE, fds: 40, threads: 12, handles: 20 }
  return Array.from({ length: 900 }, (_, n) => ({ atMs: n * 2000, ...flat, ...at(n / 899, n) }))
}

/** Up and down. */
const saw = (n: number, least: number) => (least + (n % 10) * 4) * MEGABYTE

describe('the verdict on a soak', () => {
  it.each<[string, Sample[]]>([
    ['what stays as it is', course(() => ({}))],
    ['what grows while it warms up', course(share => ({ rss: Math.min(200, 100 + share * 400) * MEGABYTE }))],
    ['a heap that goes up and down', course((_, n) => ({ heap: saw(n, 40), rss: saw(n, 200) }))],
    ['a peak', course((_, n) => (n === 700 ? { rss: 900 * MEGABYTE, fds: 400, heap: 500 * MEGABYTE } : {}))],
    ['what comes and goes with the requests', course((_, n) => ({ fds: 40 + (n % 30), handles: 20 + (n % 30) }))],
    ['what shrinks', course(share => ({ rss: (300 - share * 100) * MEGABYTE }))],
  ])('lets %s pass', (_, samples) => expect(growthOf(samples)).toEqual([]))

  it.each<[string, RegExp, Sample[]]>([
    [
      'RSS',
      /^RSS: 2\d\d\.\d MB after the warm-up, 2\d\d\.\d MB later$/,
      course(share => ({ rss: (180 + share * 90) * MEGABYTE })),
    ],
    ['the heap, under its ups and downs', /^heap: /, course((share, n) => ({ heap: saw(n, 40 + share * 30) }))],
    [
      'open files',
      /^open files: 4\d after the warm-up, [67]\d later$/,
      course(share => ({ fds: 30 + Math.round(share * 40) })),
    ],
    ['threads', /^threads: 12 after the warm-up, 14 later$/, course(share => ({ threads: share < 0.8 ? 12 : 14 }))],
    ['handles', /^handles: /, course(share => ({ handles: 20 + Math.round(share * 40) }))],
  ])('says that there is more and more: %s', (_, sentence, samples) => {
    expect(growthOf(samples)).toEqual([expect.stringMatching(sentence)])
  })

  it('takes a step for growth in a long run only', () => {
    const stepped = course(share => ({ rss: (share < 0.7 ? 190 : 215) * MEGABYTE }))
    expect(growthOf(stepped)).toEqual(['RSS: 190.0 MB after the warm-up, 215.0 MB later'])
    expect(growthOf(stepped.map(sample => ({ ...sample, atMs: sample.atMs / 15 })))).toEqual([])
  })

  it('says what else was wrong', () => {
    const fine = { samples: course(() => ({})), lines: [], odd: [], exit: 0, gaps: 0, skipped: 0, count: 100 }
    const rest = { before: { fds: 20, held_requests: 0 }, after: { fds: 20, held_requests: 0 } }
    expect(reasonsAgainst({ ...fine, ...rest })).toEqual([])
    const wrong = { ...fine, lines: ['boom'], odd: ['GET /x: 500'], exit: 1, gaps: 100, skipped: 50 }
    expect(reasonsAgainst({ ...wrong, ...rest, after: { fds: 21, held_requests: 2 } })).toEqual([
      'it said: boom',
      'GET /x: 500',
      'it ended with 1',
      'fds: 21 when everybody had gone, 20 before anybody had come',
      'held_requests: 2 when everybody had gone, 0 before anybody had come',
      '100 samples could not be had',
      '50 of 100 visits were left out: it was too slow for them',
    ])
  })
})

it('has every outcome and fault among what the load asks for', () => {
  const kinds = KINDS.map(({ name }) => name)
  expect(kinds.filter(name => !kindsOf(OUTCOMES).has(name))).toEqual([])
})

/** `npm run drill:soak` takes half an hour. */
describe.skipIf(process.platform !== 'linux')('mockling serve', () => {
  it('takes no more of anything after two minutes of mixed load with faults than after one', async () => {
    const seen = await drill({ minutes: 2, seed: 7 })
    expect(reasonsAgainst(seen)).toEqual([])
    expect(seen.ends.answered).toBeGreaterThan(1000)
  }, 240_000)
})
