import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../src/journal/canonical.ts'
import { duplicatesOf } from '../../src/journal/duplicates.ts'
import type { RequestEntry } from '../../src/journal/journal.ts'
import { START } from '../simulation/fake-timebase.ts'
import { BOB } from '../simulation/sample.ts'
import { accepted, planned, request } from './entries.ts'

const LATER = { nowOf: () => START + 1_000_000 }

/** Pairs by the places of their halves. */
function pairs(entries: readonly RequestEntry[]): [number, number][] {
  return duplicatesOf(entries, LATER).pairs.map(({ first, second }) => [first.seq, second.seq])
}

const settled = { at: START + 60_000 }

describe('a duplicate', () => {
  it.each<[string, Partial<RequestEntry>]>([
    ['hung up', { hungUp: true, status: undefined as never }],
    ['was cut off by an effect', { isCut: true }],
    ['got no answer', { status: undefined as never }],
    ['was told 500', { status: 500 }],
    ['was told 503', { status: 503 }],
  ])('is a create like one whose caller %s', (_, part) => {
    const { status, ...rest } = part
    const first = accepted(1, rest)
    if ('status' in part) Object.assign(first, { status })
    expect(pairs([first, accepted(2, settled)])).toEqual([[1, 2]])
  })

  it.each<[string, Partial<RequestEntry>]>([
    ['was answered and settled', {}],
    ['was told that its task failed', { status: 500, steps: planned(START, 0, true) }],
  ])('is none of a create that %s', (_, part) => {
    expect(pairs([accepted(1, part), accepted(2, settled)])).toEqual([])
  })

  it('is a create like one that is not settled yet, to the millisecond', () => {
    expect(pairs([accepted(1), accepted(2, { at: START + 9_999 })])).toEqual([[1, 2]])
    expect(pairs([accepted(1), accepted(2, { at: START + 10_000 })])).toEqual([])
    expect(pairs([accepted(1, { steps: planned(START, undefined) }), accepted(2, settled)])).toEqual([[1, 2]])
  })

  it('is of a task that failed only after its caller was told of something else', () => {
    const first = accepted(1, { status: 500, steps: planned(START, 1, true) })
    expect(pairs([first, accepted(2, settled)])).toEqual([[1, 2]])
  })

  it.each<[object, object, boolean]>([
    [{}, { callback_url: 'http://host/hook' }, true],
    [{ callback_url: 'http://host/a' }, { callback_url: 'http://host/b' }, true],
    [{ async: true }, { timeout: 3 }, true],
    [{ model: 'kling-v1', prompt: 'a' }, { prompt: 'a', model: 'kling-v1' }, true],
    [{ mode: null }, {}, true],
    [{ duration: 5 }, { duration: 5.0 }, true],
    [
      { camera_control: { type: 'simple', config: { pan: 1, tilt: 0 } } },
      { camera_control: { config: { tilt: 0, pan: 1 }, type: 'simple' } },
      true,
    ],
    [{ prompt: 'a' }, { prompt: 'b' }, false],
    [{ duration: 5 }, { duration: '5' }, false],
    [{ image_list: [1, 2] }, { image_list: [2, 1] }, false],
    [{ camera_control: { pan: null } }, { camera_control: {} }, false],
    [{ mode: 'std' }, {}, false],
  ])('compares bodies: %j and %j', (first, second, isSame) => {
    expect(pairs([accepted(1, {}, first), accepted(2, {}, second)])).toEqual(isSame ? [[1, 2]] : [])
  })

  it('is of one token', () => {
    expect(pairs([accepted(1), accepted(2, { namespace: BOB })])).toEqual([])
  })

  it('is never a refused create, nor of one', () => {
    const refused = request({ seq: 1, status: 500, hungUp: true, requestBody: accepted(2).requestBody ?? '' })
    expect(pairs([refused, accepted(2, settled), { ...refused, seq: 3, at: START + 60_001 }])).toEqual([])
  })

  it('is told by their digests of creates whose bodies are cut', () => {
    const cut = (seq: number, requestDigest: string) =>
      accepted(seq, { requestBody: '{"prompt":"x', requestCut: 70_000, requestDigest })
    expect(pairs([cut(1, 'a'), cut(2, 'b'), cut(3, 'a')])).toEqual([[1, 3]])
  })

  it('goes by the order of acceptance, not of arrival', () => {
    const late = accepted(1, { hungUp: true, steps: planned(START + 60_000, 10_000) })
    expect(pairs([late, accepted(2, { hungUp: true })])).toEqual([[2, 1]])
  })

  it('goes by plans as they are by now', () => {
    const present = { ...LATER, planOf: (id: string) => (id === 'task-1' ? planned(START, 90_000) : undefined) }
    expect(duplicatesOf([accepted(1), accepted(2, settled)], present).pairs).toHaveLength(1)
  })
})

describe('a pair', () => {
  it('stands side by side, with the fields that differ and why it counts', () => {
    const first = accepted(3, { hungUp: true, endedAt: START + 2000 }, { timeout: 30, mode: null })
    const second = accepted(7, { at: START + 3000 }, { callback_url: 'http://host/hook' })
    const { status: _, ...unanswered } = first
    const { pairs: found, credits } = duplicatesOf([unanswered, second], LATER)
    expect(credits).toBe(1.4)
    expect(found).toEqual([
      {
        namespace: first.namespace,
        first: { seq: 3, at: START, taskId: 'task-3', credits: 1.4, settlesAt: START + 10_000, status: null },
        second: { seq: 7, at: START + 3000, taskId: 'task-7', credits: 1.4, settlesAt: START + 13_000, status: 200 },
        lost: 'hang-up',
        wasUnsettled: true,
        credits: 1.4,
        differing: { timeout: [30, undefined], mode: [null, undefined], callback_url: [undefined, 'http://host/hook'] },
        why:
          'the caller of #3 hung up at 2026-06-01T00:00:02.000Z, before its answer, and its task went on; ' +
          'the task of #3 was not settled yet (until 2026-06-01T00:00:10.000Z) when #7 was accepted at 2026-06-01T00:00:03.000Z',
      },
    ])
  })

  it.each([
    [{ isCut: true }, 'broken-off', 'the answer of #1 was broken off at'],
    [{ status: 502 }, 'server-error', '#1 was answered 502, though its task had been accepted and went on'],
  ] as const)('says why %j counts', (part, lost, why) => {
    const { pairs: found } = duplicatesOf([accepted(1, part), accepted(2, settled)], LATER)
    expect(found[0]).toMatchObject({ lost, wasUnsettled: false, why: expect.stringContaining(why) })
  })

  it.each([
    [false, false, 1.4],
    [true, false, 0],
    [false, true, 0],
  ])('costs the second’s price, unless one of the two failed (%s, %s)', (firstFailed, secondFailed, credits) => {
    const first = accepted(1, { hungUp: true, steps: planned(START, 10, firstFailed) })
    const second = accepted(2, { ...settled, steps: planned(START + 60_000, 10, secondFailed) })
    expect(duplicatesOf([first, second], LATER).credits).toBe(credits)
  })

  it('is made with the last of several, of those that are billed if there are any', () => {
    const lost = { hungUp: true } as const
    const failed = (seq: number, ms: number) =>
      accepted(seq, { ...lost, at: START + ms, steps: planned(START + ms, 10, true) })
    expect(
      pairs([accepted(1, lost), accepted(2, { ...lost, ...settled }), accepted(3, { at: START + 90_000 })]),
    ).toEqual([
      [1, 2],
      [2, 3],
    ])
    expect(pairs([accepted(1, lost), failed(2, 60_000), accepted(3, { at: START + 90_000 })])).toEqual([
      [1, 2],
      [1, 3],
    ])
    expect(pairs([failed(1, 0), failed(2, 60_000), accepted(3, { at: START + 90_000 })])).toEqual([
      [1, 2],
      [2, 3],
    ])
  })
})

describe('over any run', () => {
  const create = fc.record({
    isAccepted: fc.boolean(),
    namespace: fc.constantFrom('a', 'b'),
    prompt: fc.constantFrom('x', 'y'),
    callback_url: fc.constantFrom(undefined, 'http://host/1', 'http://host/2'),
    gap: fc.integer({ min: 0, max: 8 }),
    ms: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
    hasFailed: fc.boolean(),
    end: fc.constantFrom({ status: 200 }, { status: 500 }, { hungUp: true } as const, { isCut: true } as const),
  })

  const runs = fc.array(create, { maxLength: 12 }).map(creates => {
    let at = START
    return creates.map(({ isAccepted, prompt, callback_url, namespace, gap, ms, hasFailed, end }, index) => {
      at += gap
      const { status: _, ...entry } = accepted(
        index + 1,
        { namespace, at, steps: planned(at, ms, hasFailed) },
        { prompt, callback_url },
      )
      if (isAccepted) return { ...entry, ...end }
      return { ...request({ seq: index + 1, namespace, at, requestBody: entry.requestBody ?? '' }), ...end }
    })
  })

  /** The definition, word by word. */
  function isDuplicate(first: RequestEntry, second: RequestEntry): boolean {
    if (!first.accepted || !second.accepted || first.namespace !== second.namespace) return false
    const bodyOf = ({ requestBody = '' }: RequestEntry) => {
      const { callback_url: _, async: __, timeout: ___, ...asked } = JSON.parse(requestBody)
      return canonicalJson(asked)
    }
    if (bodyOf(first) !== bodyOf(second)) return false
    const end = first.steps?.[1]
    const toldOfFailure = end?.state === 'failed' && end.at <= first.at
    const isLost = first.hungUp || first.isCut || (first.status === 500 && !toldOfFailure)
    return isLost || end === undefined || end.at > second.at
  }

  it('each create that has a forerunner is the second of one pair, and no other is of any', () => {
    fc.assert(
      fc.property(runs, entries => {
        const expected = entries.filter((second, index) =>
          entries.slice(0, index).some(first => isDuplicate(first, second)),
        )
        const found = duplicatesOf(entries, LATER).pairs
        expect(found.map(({ second }) => second.seq)).toEqual(expected.map(({ seq }) => seq))
        for (const { first, second } of found) {
          expect(isDuplicate(entries[first.seq - 1] as RequestEntry, entries[second.seq - 1] as RequestEntry)).toBe(
            true,
          )
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('they cost what could have been saved: every billed create that has a billed forerunner', () => {
    const isBilled = ({ steps }: RequestEntry) => steps?.[1]?.state !== 'failed'
    fc.assert(
      fc.property(runs, entries => {
        const wasted = entries.filter(
          (second, index) =>
            isBilled(second) && entries.slice(0, index).some(first => isBilled(first) && isDuplicate(first, second)),
        )
        expect(duplicatesOf(entries, LATER).credits).toBeCloseTo(1.4 * wasted.length, 6)
      }),
      { numRuns: 1000 },
    )
  })

  it('are the last of all, with the sums of all, where only the newest are asked for', () => {
    fc.assert(
      fc.property(runs, fc.nat({ max: 6 }), (entries, most) => {
        const all = duplicatesOf(entries, LATER)
        const pairs = most === 0 ? [] : all.pairs.slice(-most)
        expect(all.count).toBe(all.pairs.length)
        expect(duplicatesOf(entries, LATER, most)).toEqual({ ...all, pairs })
      }),
    )
  })

  it('are the same in whichever order the entries come', () => {
    fc.assert(
      fc.property(runs, entries => {
        expect(duplicatesOf(entries.toReversed(), LATER)).toEqual(duplicatesOf(entries, LATER))
      }),
    )
  })
})

it('takes a thousandth of a second for each of many creates, were they all alike', () => {
  const entries = Array.from({ length: 5000 }, (_, index) => accepted(index + 1, { steps: planned(START, undefined) }))
  const startedAt = performance.now()
  expect(duplicatesOf(entries, LATER).pairs).toHaveLength(4999)
  expect(performance.now() - startedAt).toBeLessThan(5000)
})
