import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Route, rerouted, withoutDelivery } from '../../src/simulation/reroute.ts'
import { isTerminal, settlesAt, stepAt, type Task } from '../../src/simulation/task.ts'
import { START } from './fake-timebase.ts'
import { FAILED, task } from './sample.ts'

const URL = 'http://a.test/hook'
const FAIL: Route = { to: 'fail', code: 'timeout', message: 'too slow' }

/** Takes ten seconds, then calls back. */
function pending(ending?: typeof FAILED): Task {
  return task({ pace: 10, body: { callback_url: URL }, ...(ending && { ending }) })
}

function changed(route: Route, now = START + 5_000, of = pending()): Task {
  const made = rerouted(of, route, now)
  if (!made) throw new Error('it has no planned end')
  return made
}

describe('rerouted', () => {
  it.each<[string, Route, Task['steps'][number] | undefined]>([
    ['succeeds at once', { to: 'succeed' }, { at: START + 5_000, state: 'succeed' }],
    ['succeeds later', { to: 'succeed', at: START + 60_000 }, { at: START + 60_000, state: 'succeed' }],
    ['fails at once', FAIL, { at: START + 5_000, state: 'failed', code: 'timeout', message: 'too slow' }],
    [
      'fails sooner',
      { ...FAIL, at: START + 6_000 },
      { at: START + 6_000, state: 'failed', code: 'timeout', message: 'too slow' },
    ],
    [
      'ends as planned at another instant',
      { to: 'settle', at: START + 7_000 },
      { at: START + 7_000, state: 'succeed' },
    ],
    ['takes an instant that is past for now', { to: 'succeed', at: START }, { at: START + 5_000, state: 'succeed' }],
    ['never settles', { to: 'stall' }, undefined],
  ])('%s', (_what, route, end) => {
    const { steps, deliveries, reroutedAt } = changed(route)
    expect(steps.slice(0, 2)).toEqual(pending().steps.slice(0, 2))
    expect(steps[2]).toEqual(end)
    expect(deliveries).toEqual([end ? { url: URL, at: end.at } : { ...pending().deliveries[0], isCancelled: true }])
    expect(reroutedAt).toBe(START + 5_000)
  })

  it('keeps a planned failure that is only moved', () => {
    expect(changed({ to: 'settle', at: START + 99_000 }, START, pending(FAILED)).steps[2]).toEqual({
      at: START + 99_000,
      ...FAILED,
    })
  })

  it('works on it no later than it ends', () => {
    const { steps } = changed({ to: 'succeed' }, START + 10)
    expect(steps.map(({ at, state }) => [at - START, state])).toEqual([
      [0, 'accepted'],
      [10, 'processing'],
      [10, 'succeed'],
    ])
  })

  it('can’t move an end that there is none of', () => {
    const stalled = changed({ to: 'stall' })
    expect(rerouted(stalled, { to: 'settle', at: START + 9_000 }, START + 6_000)).toBeUndefined()
  })

  it('owes the callback again when a stalled task gets an end', () => {
    const revived = changed({ to: 'succeed', at: START + 9_000 }, START + 6_000, changed({ to: 'stall' }))
    expect(revived.deliveries.filter(({ isCancelled }) => !isCancelled)).toEqual([{ url: URL, at: START + 9_000 }])
  })

  it('owes no callback that nobody asked for', () => {
    const stalled = changed({ to: 'stall' }, START + 1, task({ pace: 10 }))
    expect(changed({ to: 'succeed' }, START + 2, stalled).deliveries).toEqual([])
  })

  it('keeps callbacks at their distance from the end, and those that are past where they were', () => {
    const [first] = pending().deliveries
    const of = {
      ...pending(),
      deliveries: [first, { url: URL, at: START + 13_000 }, { url: URL, at: START + 2_000 }] as Task['deliveries'],
    }
    expect(
      changed({ to: 'succeed', at: START + 6_000 }, START + 5_000, of).deliveries.map(({ at }) => at - START),
    ).toEqual([6_000, 9_000, 2_000])
  })

  it('changes nothing about the past, whatever becomes of the future', () => {
    const routes = fc.oneof(
      fc.record({ to: fc.constant('succeed' as const), at: fc.integer({ min: START, max: START + 30_000 }) }),
      fc.record({ to: fc.constant('settle' as const), at: fc.integer({ min: START, max: START + 30_000 }) }),
      fc.constant({ to: 'stall' } as const),
      fc.constant(FAIL),
    )
    fc.assert(
      fc.property(
        routes,
        fc.integer({ min: 0, max: 9_999 }),
        fc.integer({ min: 0, max: 9_999 }),
        (route, gone, look) => {
          const now = START + gone
          const before = pending()
          const after = changed(route, now, before)
          const instant = Math.min(START + look, now - 1)
          expect(stepAt(after, instant)).toEqual(stepAt(before, instant))
          const dates = after.steps.map(({ at }) => at)
          expect(dates).toEqual(dates.toSorted((a, b) => a - b))
          expect(after.steps.filter(isTerminal)).toHaveLength(route.to === 'stall' ? 0 : 1)
          expect(settlesAt(after) ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(now)
        },
      ),
    )
  })
})

describe('withoutDelivery', () => {
  it('cancels one callback and no other', () => {
    const [first] = pending().deliveries
    const twice = { ...pending(), deliveries: [first, first] as Task['deliveries'] }
    expect(withoutDelivery(twice, 1).deliveries).toEqual([first, { ...first, isCancelled: true }])
  })
})
