import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KINDS } from '../../src/faults/catalogue.ts'
import { answerBy, planBy } from '../../src/faults/effects.ts'
import { effectFrom, optionsOf } from '../../src/faults/text.ts'
import { plan } from '../../src/simulation/timeline.ts'
import { EPOCH } from '../support/requests.ts'
import { givenOf } from './arbitraries.ts'

/** Kinds that take seconds. */
const TIMED = KINDS.filter(kind => optionsOf(kind).some(({ value }) => value === 'seconds')).map(({ name }) => name)

const DRAFT = { steps: plan(EPOCH, 2000), deliveries: [{ url: 'http://127.0.0.1/hook', at: EPOCH + 2000 }] }

const ANSWER = { status: 200, headers: {}, body: '{}', isError: false, traceId: '', revision: '2026-05' as const }

describe('seconds', () => {
  it.each(TIMED)('given to %s become whole milliseconds, of whatever fraction', name => {
    fc.assert(
      fc.property(givenOf(name), given => {
        const effects = [effectFrom(given)]
        const { steps, deliveries, visibleAt = 0 } = planBy(effects, DRAFT)
        const { delayMs = 0 } = answerBy(effects, ANSWER)
        const dates = [...steps, ...deliveries].map(({ at }) => at)
        const lengths = deliveries.map(({ yieldsMs = 0 }) => yieldsMs)
        for (const ms of [...dates, ...lengths, visibleAt, delayMs]) expect(ms).toBe(Math.round(ms))
      }),
    )
  })
})
