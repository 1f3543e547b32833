import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Records } from '../../src/http/records.ts'
import { rerouted } from '../../src/simulation/reroute.ts'
import type { Task } from '../../src/simulation/task.ts'
import { START } from '../simulation/fake-timebase.ts'
import { FAILED, task } from '../simulation/sample.ts'

const ACCOUNT = { applicationId: 'a', userId: 'b', credentialId: 'c' }
const TOLD = { account: ACCOUNT, origin: 'http://127.0.0.1:4180', pending: 'absent' } as const

/** Of each kind, and the same task as a command has made it. */
const TASKS: readonly Task[] = [
  task(),
  task({ ordinal: 2, ending: FAILED }),
  task({ ordinal: 3, body: { callback_url: 'http://127.0.0.1:9/' } }),
  rerouted(task(), { to: 'settle', at: START + 500 }, START) as Task,
  task({ ordinal: 4, revision: '2026-10' }),
  task({ ordinal: 5, body: { prompt: 'x'.repeat(30_000) } }),
]

const asked = fc.record({
  task: fc.constantFrom(...TASKS),
  now: fc.integer({ min: START, max: START + 3_000 }),
  told: fc.record({
    account: fc.constantFrom(ACCOUNT, { ...ACCOUNT, userId: 'd' }),
    origin: fc.constantFrom('http://127.0.0.1:4180', 'https://mock.example'),
    pending: fc.constantFrom('absent', 'null', 'empty', 'snapshot'),
  }),
})

describe('records', () => {
  it('say the same, whatever was told before', () => {
    fc.assert(
      fc.property(fc.array(asked, { minLength: 2, maxLength: 40 }), all => {
        const records = new Records()
        for (const { task, now, told } of all)
          expect(records.textOf(task, now, told)).toBe(new Records().textOf(task, now, told))
      }),
    )
  })

  it('are told as they were while nothing changes, and anew when the task goes on', () => {
    const records = new Records()
    const one = task()
    const [first, , settled] = one.steps.map(({ at }) => records.textOf(one, at, TOLD))
    expect(records.textOf(one, START + 10, TOLD)).toBe(first)
    expect(JSON.parse(first ?? '')).not.toHaveProperty('response')
    expect(JSON.parse(settled ?? '')).toMatchObject({ elapsed: 1.94, response: { success: true } })
  })
})
