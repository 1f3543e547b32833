import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sumOfCredits } from '../../src/contract/pricing.ts'
import { ledgerOf } from '../../src/journal/ledger.ts'
import { START } from '../simulation/fake-timebase.ts'
import { ALICE, BOB } from '../simulation/sample.ts'
import { accepted, callback, download, planned, poll, request } from './entries.ts'

const at = (ms: number) => ({ nowOf: () => START + ms })

describe('the ledger', () => {
  it('holds every accepted create, oldest first, and nothing else', () => {
    const entries = [
      accepted(4, { at: START + 5 }, { model: 'kling-v3', mode: 'pro' }),
      accepted(1, { outcome: 'takes 3' }),
      request({ seq: 2, status: 400 }),
      poll(3, START, { 'task-1': 'pending' }),
      callback({ seq: 5 }),
      download({ seq: 6 }),
    ]
    const { purchases, totals } = ledgerOf(entries, at(0))
    expect(purchases).toEqual([
      {
        ...{ seq: 1, at: START, namespace: ALICE, taskId: 'task-1' },
        ...{ action: 'text2video', model: 'kling-v1', mode: null },
        ...{ outcome: 'takes 3', credits: 1.4, state: 'reserved', settlesAt: START + 10_000 },
      },
      expect.objectContaining({
        seq: 4,
        model: 'kling-v3',
        mode: 'pro',
        outcome: 'succeed',
        settlesAt: START + 10_005,
      }),
    ])
    expect(totals).toEqual({ creates: 2, charged: 0, reserved: 2.8, failed: 0, credits: 2.8 })
  })

  it.each([
    ['succeeds later', planned(START, 10_000), 9_999, 'reserved'],
    ['succeeds now', planned(START, 10_000), 10_000, 'charged'],
    ['fails later', planned(START, 10_000, true), 9_999, 'reserved'],
    ['has failed', planned(START, 10_000, true), 10_000, 'failed'],
    ['never settles', planned(START, undefined), 1e12, 'reserved'],
  ] as const)('books the price of a task that %s', (_, steps, ms, state) => {
    const { purchases, totals } = ledgerOf([accepted(1, { steps })], at(ms))
    expect(purchases[0]).toMatchObject({ state, settlesAt: steps.find(step => step.at !== START)?.at ?? null })
    expect(totals).toMatchObject({ [state]: 1.4, credits: state === 'failed' ? 0 : 1.4 })
  })

  it('goes by each namespace’s own time', () => {
    const nowOf = (namespace: string) => START + (namespace === BOB ? 10_000 : 0)
    const { purchases } = ledgerOf([accepted(1), accepted(2, { namespace: BOB })], { nowOf })
    expect(purchases.map(({ state }) => state)).toEqual(['reserved', 'charged'])
  })

  it('goes by the plan as it is by now', () => {
    const planOf = (id: string) => (id === 'task-1' ? planned(START, 0, true) : undefined)
    const { purchases } = ledgerOf([accepted(1), accepted(2)], { ...at(0), planOf })
    expect(purchases.map(({ state }) => state)).toEqual(['failed', 'reserved'])
  })

  it('reads a create whose body is only the beginning of one', () => {
    const { purchases } = ledgerOf([accepted(1, { requestBody: '{"model":"kling-v', requestCut: 99_999 })], at(0))
    expect(purchases[0]).toMatchObject({ model: null, action: null, credits: 1.4 })
  })

  it('adds up, whatever the prices and plans', () => {
    const create = fc.record({
      credits: fc.integer({ min: 0, max: 50_000 }).map(thousandths => thousandths / 1000),
      ms: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
      hasFailed: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(create), fc.integer({ min: 0, max: 100 }), (creates, now) => {
        const entries = creates.map(({ credits, ms, hasFailed }, index) =>
          accepted(index + 1, { credits, steps: planned(START, ms, hasFailed) }),
        )
        const { purchases, totals } = ledgerOf(entries, at(now))
        expect(purchases).toHaveLength(creates.length)
        for (const most of [0, 1, 3])
          expect(ledgerOf(entries, at(now), { most })).toEqual({
            purchases: most === 0 ? [] : purchases.slice(-most),
            totals,
          })
        expect(totals.credits).toBe(sumOfCredits([totals.charged, totals.reserved]))
        expect(sumOfCredits([totals.credits, totals.failed])).toBe(sumOfCredits(creates.map(one => one.credits)))
      }),
    )
  })
})
