import { describe, expect, it } from 'vitest'
import type { Dropped, Entry } from '../../src/journal/journal.ts'
import { nearMisses } from '../../src/journal/near-misses.ts'
import { verifySequence } from '../../src/journal/sequence.ts'
import { type Expectation, verify } from '../../src/journal/verify.ts'
import { START } from '../simulation/fake-timebase.ts'
import { ALICE, BOB } from '../simulation/sample.ts'
import { accepted, callback, download, poll, request } from './entries.ts'

const ENTRIES: readonly Entry[] = [
  accepted(3),
  poll(4, START + 1000, { 'task-3': 'pending' }),
  request({ seq: 5, at: START + 2000, status: 400, code: 'bad_request', requestBody: '{"model":"kling-v9"}' }),
  callback({ seq: 6, at: START + 10_000, taskId: 'task-3', status: 200 }),
  download({ seq: 7, at: START + 10_500, taskId: 'task-3', status: 200, path: '/bs2/a.mp4' }),
  accepted(8, { at: START + 11_000 }),
]
const looked = { entries: ENTRIES }

const DROPPED: Dropped = { entries: 2, requests: 2, downloads: 0, callbacks: 0, accepted: 0, lastSeq: 2 }

describe('verify', () => {
  it.each<[Expectation, number, boolean]>([
    [{}, 0, false],
    [{}, 1, true],
    [{ atLeast: 2 }, 1, false],
    [{ atLeast: 2 }, 2, true],
    [{ atLeast: 0 }, 0, true],
    [{ atMost: 0 }, 0, true],
    [{ atMost: 0 }, 1, false],
    [{ atMost: 2 }, 0, true],
    [{ exactly: 2 }, 1, false],
    [{ exactly: 2 }, 2, true],
    [{ exactly: 2 }, 3, false],
    [{ atLeast: 1, atMost: 2 }, 3, false],
    [{ atLeast: 1, atMost: 2 }, 2, true],
  ])('takes %j of %d as %s', (expectation, count, passed) => {
    const entries = Array.from({ length: count }, (_, index) => accepted(index + 1))
    expect(verify({ entries }, { operation: 'create' }, expectation)).toMatchObject({ passed, count })
  })

  it('says all there is to know when too few match', () => {
    const verdict = verify(
      { entries: ENTRIES, dropped: DROPPED },
      { operation: 'create', status: '2xx', body: { model: 'kling-v3' } },
      { exactly: 1 },
    )
    expect(verdict).toMatchObject({ passed: false, count: 0, matching: [] })
    expect(verdict.text).toBe(`\
✗ expected exactly 1 entry, found 0
    wanted     operation create, status 2xx, body with {"model":"kling-v3"}
    nearest    #8 POST /kling/videos → 200 at 2026-06-01T00:00:11.000Z, task task-8
                 body.model is "kling-v1", not "kling-v3"
               #3 POST /kling/videos → 200 at 2026-06-01T00:00:00.000Z, task task-3
                 body.model is "kling-v1", not "kling-v3"
               #5 POST /kling/videos → 400 bad_request at 2026-06-01T00:00:02.000Z
                 status is 400, not 2xx
                 body.model is "kling-v9", not "kling-v3"
    looked at  6 entries, #3 to #8
               2 older ones, up to #2, had to make room: raise --journal-size or --journal-memory`)
  })

  it('lists what was found when too many match', () => {
    const verdict = verify(looked, { operation: 'create', status: 200 }, { atMost: 1 })
    expect(verdict).toMatchObject({ passed: false, count: 2, matching: [3, 8], nearMisses: [] })
    expect(verdict.text).toBe(`\
✗ expected at most 1 entry, found 2
    wanted     operation create, status 200
    found      #3 POST /kling/videos → 200 at 2026-06-01T00:00:00.000Z, task task-3
               #8 POST /kling/videos → 200 at 2026-06-01T00:00:11.000Z, task task-8
    looked at  6 entries, #3 to #8`)
  })

  it('lists ten of many', () => {
    const entries = Array.from({ length: 12 }, (_, index) => accepted(index + 1))
    const lines = verify({ entries }, {}, { exactly: 0 }).text.split('\n')
    expect(lines.filter(line => line.includes('POST'))).toHaveLength(10)
    expect(lines.at(-2)?.trim()).toBe('and 2 more')
  })

  it('says little when all is well, and that nothing was there when nothing was', () => {
    expect(verify(looked, { kind: 'callback' }).text).toBe(`\
✓ at least 1 entry: 1 found
    wanted  kind callback`)
    expect(verify({ entries: [] }, { from: START, namespace: ALICE }).text).toBe(`\
✗ expected at least 1 entry, found 0
    wanted     from 2026-06-01T00:00:00.000Z, namespace ${ALICE.slice(0, 8)}
    looked at  0 entries`)
  })

  it('lets nothing from outside write to the terminal', () => {
    const { text } = verify({ entries: [request({ path: '/\u001b[31mred', code: '\n✓ passed' })] }, {}, { atMost: 0 })
    expect(text).toContain('POST /?[31mred')
    expect(text.split('\n').filter(line => line.startsWith('✓'))).toEqual([])
  })
})

describe('near misses', () => {
  const places = (...given: Parameters<typeof nearMisses>) => nearMisses(...given).map(({ entry }) => entry.seq)

  it('come in the order of how much holds, the newest first of equals', () => {
    expect(places(ENTRIES, { operation: 'create', status: 400, taskId: 'task-3' })).toEqual([5, 3, 8])
    expect(places(ENTRIES, { operation: 'create', status: 400, taskId: 'task-3' }, 1)).toEqual([5])
  })

  it('are none of those that match, nor of those with nothing in common', () => {
    expect(places(ENTRIES, { operation: 'create' })).toEqual([])
    expect(places(ENTRIES, { operation: 'download', status: 206 })).toEqual([7])
  })

  it('are not made by the namespace or the time alone', () => {
    expect(places(ENTRIES, { namespace: ALICE, from: START, operation: 'create', code: 'used_up' })).toEqual([8, 5, 3])
    expect(places(ENTRIES, { namespace: ALICE, code: 'used_up' })).toEqual([])
  })

  it('are of the filter’s own namespace if there are any', () => {
    const other = accepted(9, { namespace: BOB })
    expect(places([...ENTRIES, other], { namespace: ALICE, operation: 'create', code: 'used_up' })).toEqual([8, 5, 3])
    expect(places([other], { namespace: ALICE, operation: 'create' })).toEqual([9])
    expect(verify({ entries: [other] }, { namespace: ALICE, operation: 'create' }).text).toContain(
      `namespace is ${BOB.slice(0, 8)}, not ${ALICE.slice(0, 8)}`,
    )
  })

  it.each([
    [{ operation: 'create', after: 8 }, 'it is #8, not after #8'],
    [
      { operation: 'create', from: START + 20_000 },
      'it began 2026-06-01T00:00:11.000Z, before 2026-06-01T00:00:20.000Z',
    ],
    [{ operation: 'create', to: START - 1 }, 'it began 2026-06-01T00:00:11.000Z, after 2026-05-31T23:59:59.999Z'],
    [{ operation: 'create', body: { duration: 5 } }, 'body.duration is absent, not 5'],
  ] as const)('say what does not hold of %j', (filter, text) => {
    expect(verify(looked, filter).text).toContain(text)
  })
})

describe('a sequence', () => {
  it('is found with others in between', () => {
    const steps = [{ operation: 'create', status: 200 }, { kind: 'callback' }, { operation: 'download' }] as const
    const verdict = verifySequence(looked, steps)
    expect(verdict).toMatchObject({ passed: true, matching: [3, 6, 7], missing: null })
    expect(verdict.text).toBe(`\
✓ all 3 steps, in this order
    step 1  operation create, status 200
              #3 POST /kling/videos → 200 at 2026-06-01T00:00:00.000Z, task task-3
    step 2  kind callback
              #6 callback 1 to http://127.0.0.1/hook → delivered 200 at 2026-06-01T00:00:10.000Z, task task-3
    step 3  operation download
              #7 GET /bs2/a.mp4 → 200 at 2026-06-01T00:00:10.500Z, task task-3`)
  })

  it('names the step that is missing, what came too early, and what came near in its turn', () => {
    const verdict = verifySequence(looked, [
      { operation: 'download' },
      { kind: 'callback' },
      { operation: 'create', body: { model: 'kling-v3' } },
    ])
    expect(verdict).toMatchObject({ passed: false, matching: [7], missing: 2, early: [6] })
    expect(verdict.text).toBe(`\
✗ step 2 of 3 matches nothing after #7
    step 1     operation download
                 #7 GET /bs2/a.mp4 → 200 at 2026-06-01T00:00:10.500Z, task task-3
    step 2     kind callback
                 nothing, in its turn
    step 3     operation create, body with {"model":"kling-v3"}
                 (not looked for)
    too early  #6 callback 1 to http://127.0.0.1/hook → delivered 200 at 2026-06-01T00:00:10.000Z, task task-3
    looked at  6 entries, #3 to #8`)
  })

  it('uses no entry twice, and does not call it early for having been used', () => {
    const create = { operation: 'create', status: 200 } as const
    expect(verifySequence(looked, [create, create]).matching).toEqual([3, 8])
    expect(verifySequence(looked, [create, create, create])).toMatchObject({ passed: false, missing: 3, early: [] })
  })

  it('looks for near misses after the last step that was found', () => {
    const { nearMisses: near } = verifySequence(looked, [{ kind: 'callback' }, { operation: 'create', status: 201 }])
    expect(near.map(({ entry }) => entry.seq)).toEqual([8])
  })
})
