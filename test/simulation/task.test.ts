import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GUIDE_TASKS } from '../../src/simulation/guide-tasks.ts'
import {
  createdAt,
  fileAt,
  fileLifeMs,
  isExtensible,
  isForgotten,
  isTerminal,
  isVisible,
  newestFirst,
  type Step,
  settlesAt,
  startedAt,
  stepAt,
  type Task,
  VIDEO_LIFE_MS,
  withoutUserinfo,
} from '../../src/simulation/task.ts'
import { START } from './fake-timebase.ts'
import { FAILED, task } from './sample.ts'

const RANKS: Readonly<Record<Step['state'], number>> = { accepted: 0, processing: 1, succeed: 2, failed: 2 }

const DAY_MS = 24 * 60 * 60 * 1000

describe('stepAt', () => {
  const example = task({ now: START, pace: 2 })

  it.each([
    ['long before it', START - DAY_MS, 'accepted'],
    ['at the acceptance', START, 'accepted'],
    ['a millisecond before work starts', START + 59, 'accepted'],
    ['when work starts', START + 60, 'processing'],
    ['a millisecond before it settles', START + 1_999, 'processing'],
    ['when it settles', START + 2_000, 'succeed'],
    ['for ever after', START + 1_000 * DAY_MS, 'succeed'],
  ])('is the last step dated at or before the instant: %s', (_when, instant, state) => {
    expect(stepAt(example, instant).state).toBe(state)
  })

  it('is settled from the first instant when the pace is instant', () => {
    expect(stepAt(task({ pace: 'instant' }), START).state).toBe('succeed')
    expect(stepAt(task({ pace: 'instant', ending: FAILED }), START)).toEqual({ at: START, ...FAILED })
  })

  it('sees states in the order of the moments of looking, whatever the plan', () => {
    const plans = fc.record({
      pace: fc.oneof(
        fc.constantFrom('instant' as const, 'fast' as const, 'real' as const),
        fc.double({ min: 0, max: 86_400, noNaN: true }),
      ),
      ordinal: fc.integer({ min: 1, max: 1_000_000 }),
      ending: fc.constantFrom(FAILED, { state: 'succeed' } as const),
    })
    const moments = fc.array(fc.integer({ min: -1_000, max: 90_000_000 }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(plans, moments, (plan, offsets) => {
        const looked = task({ ...plan, now: START })
        const near = looked.steps.flatMap(({ at }) => [at - 1, at, at + 1])
        const seen = [...offsets.map(offset => START + offset), ...near]
          .sort((a, b) => a - b)
          .map(instant => ({ instant, step: stepAt(looked, instant) }))
        const ranks = seen.map(({ step }) => RANKS[step.state])
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
        const settled = settlesAt(looked) ?? Number.NaN
        for (const { instant, step } of seen) expect(isTerminal(step)).toBe(instant >= settled)
      }),
    )
  })
})

describe('settlesAt', () => {
  it('is the instant of the end, however it ends', () => {
    expect(settlesAt(task({ pace: 5 }))).toBe(START + 5_000)
    expect(settlesAt(task({ pace: 5, ending: FAILED }))).toBe(START + 5_000)
    expect(createdAt(task({ pace: 5 }))).toBe(START)
  })

  it('is nothing for a plan without an end', () => {
    const stalled: Task = {
      ...task(),
      steps: [
        { at: START, state: 'accepted' },
        { at: START + 60, state: 'processing' },
      ],
    }
    expect(settlesAt(stalled)).toBeUndefined()
    expect(stepAt(stalled, START + 1_000 * DAY_MS).state).toBe('processing')
  })
})

describe('isExtensible', () => {
  const end = START + 2_000

  it.each([
    [false, START],
    [false, end - 1],
    [true, end],
    [true, end + 30 * DAY_MS],
    [false, end + 30 * DAY_MS + 1],
  ])('is %s at %d: a video may be 30 days old and no older', (isOffered, instant) => {
    expect(isExtensible(task(), instant)).toBe(isOffered)
    expect(isExtensible(task({ ending: FAILED }), instant)).toBe(false)
  })
})

describe('isForgotten', () => {
  it.each([
    [false, START - DAY_MS],
    [false, START],
    [false, START + 2_000 + 60 * DAY_MS - 1],
    [true, START + 2_000 + 60 * DAY_MS],
  ])('is %s at %d, 60 days after the end', (isGone, instant) => {
    expect(isForgotten(task(), instant)).toBe(isGone)
    expect(isForgotten(task({ ending: FAILED }), instant)).toBe(isGone)
  })

  it('is never so for a task without an end', () => {
    const stalled: Task = { ...task(), steps: [{ at: START, state: 'accepted' }] }
    expect(isForgotten(stalled, START + 100_000 * DAY_MS)).toBe(false)
  })
})

describe('startedAt', () => {
  it('is when work began, once it has', () => {
    expect(startedAt(task(), START + 59)).toBeUndefined()
    expect(startedAt(task(), START + 60)).toBe(START + 60)
    expect(startedAt(task(), START + DAY_MS)).toBe(START + 60)
  })
})

it('newestFirst puts the younger first, and of equal age the last accepted', () => {
  const [first, second, third] = [task({ ordinal: 1 }), task({ ordinal: 2 }), task({ ordinal: 3, now: START - 1 })]
  expect([first, second, third].toSorted(newestFirst)).toEqual([second, first, third])
})

describe('fileAt', () => {
  const end = START + 2_000

  it.each([
    ['absent', START],
    ['absent', end - 1],
    ['there', end],
    ['there', end + 30 * DAY_MS - 1],
    ['expired', end + 30 * DAY_MS],
    ['expired', end + 60 * DAY_MS - 1],
    ['absent', end + 60 * DAY_MS],
    ['absent', end + 1_000 * DAY_MS],
  ])('is %s at %d', (state, instant) => {
    expect(VIDEO_LIFE_MS).toBe(30 * DAY_MS)
    expect(fileAt(task(), instant)).toBe(state)
  })

  it('is absent for ever when the task failed', () => {
    expect(fileAt(task({ ending: FAILED }), end + DAY_MS)).toBe('absent')
  })

  it('never expires for the guides’ own', () => {
    for (const guide of GUIDE_TASKS) expect(fileAt(guide, START + 100_000 * DAY_MS)).toBe('there')
  })
})

describe('a task that is hidden at first', () => {
  it('is known from its instant on; any other always', () => {
    const hidden = { ...task({ now: START }), visibleAt: START + 5 }
    expect([0, 4, 5, 6].map(ms => isVisible(hidden, START + ms))).toEqual([false, false, true, true])
    expect(isVisible(task({ now: START }), START - 1)).toBe(true)
  })
})

it('counts the life of a file from when its task settled; that of a permanent one never runs', () => {
  const made = task({ now: START, pace: 2 })
  expect(fileLifeMs(made, START + 2_000)).toBe(VIDEO_LIFE_MS)
  expect(fileLifeMs(made, START + 2_000 + DAY_MS)).toBe(VIDEO_LIFE_MS - DAY_MS)
  const [permanent] = GUIDE_TASKS
  expect(permanent && fileLifeMs(permanent, START)).toBe(VIDEO_LIFE_MS)
})

it.each([
  ['https://example.com/a', 'https://example.com/a'],
  ['https://anna:secret@example.com/a@b', 'https://***@example.com/a@b'],
  ['HTTP://anna@example.com', 'HTTP://***@example.com'],
  ['http://a:b@c@example.com/', 'http://***@example.com/'],
  ['https://example.com/?to=anna@example.com', 'https://example.com/?to=anna@example.com'],
  ['https://example.com#anna@example.com', 'https://example.com#anna@example.com'],
  ['see https://anna@example.com', 'see https://anna@example.com'],
])('hides name and password in a URL: %s', (url, shown) => {
  expect(withoutUserinfo(url)).toBe(shown)
})
