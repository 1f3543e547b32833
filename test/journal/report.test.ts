import { describe, expect, it } from 'vitest'
import { duplicatesOf } from '../../src/journal/duplicates.ts'
import type { Dropped, Entry } from '../../src/journal/journal.ts'
import { ledgerOf } from '../../src/journal/ledger.ts'
import { mannersOf } from '../../src/journal/manners.ts'
import { reportText } from '../../src/journal/report.ts'
import { START } from '../simulation/fake-timebase.ts'
import { accepted, planned, poll } from './entries.ts'

const NONE: Dropped = { entries: 0, requests: 0, downloads: 0, callbacks: 0, accepted: 0, lastSeq: 0 }

function textOf(entries: readonly Entry[], dropped = NONE): string {
  const present = { nowOf: () => START + 20_000 }
  const ledger = ledgerOf(entries, present)
  return reportText({ ledger, duplicates: duplicatesOf(entries, present), manners: mannersOf(entries), dropped })
}

describe('the report', () => {
  it('says what a run would have cost, and what of it for nothing', () => {
    const { status: _, ...lost } = accepted(3, { hungUp: true, endedAt: START + 2000 }, { timeout: 30 })
    const entries = [
      lost,
      accepted(7, { at: START + 3000 }),
      accepted(8, { at: START + 15_000, credits: 14 }, { model: 'kling-v2-master' }),
      accepted(9, { steps: planned(START, 10, true), credits: 2.8 }, { prompt: 'other' }),
      poll(10, START + 3500, { 'task-7': 'pending' }),
      poll(11, START + 3800, { 'task-7': 'pending' }),
    ]
    expect(textOf(entries)).toBe(`\
This run would have cost 16.8 Credits (about $1.60, estimated), 1.4 in 1 duplicate.
    creates   4 accepted
    charged   2.8 Credits for what succeeded
    reserved  14 for what is not settled yet
    failed    2.8 for what failed, which is not billed
    a Credit  about $0.0952 (gateway §11); prices are estimates
✗ duplicate: #7 buys again what #3 bought
    why        the caller of #3 hung up at 2026-06-01T00:00:02.000Z, before its answer, and its task went on
               the task of #3 was not settled yet (until 2026-06-01T00:00:10.000Z) when #7 was accepted at 2026-06-01T00:00:03.000Z
    tasks      task-3 (answered nothing)
               task-7 (answered 200)
    differing  timeout: 30 / absent
    costs      1.4 Credits more
    see both   GET /_mockling/v1/journal?operation=create&namespace=${lost.namespace.slice(0, 8)}&after=2
Polling manners (2 polls; our own opinion): 1 objection.
✗ too-fast: 1 poll of a pending task came sooner than 1000 ms after the one before, the soonest after 300 ms
    polls   #10, #11
    task    task-7
    advice  Wait a second at least between two looks at a task: videos take minutes.`)
  })

  it('is short about a run that did nothing', () => {
    expect(textOf([])).toBe(`\
This run would have cost 0 Credits (about $0.00, estimated), none of it in duplicates.
    creates   0 accepted
    charged   0 Credits for what succeeded
    a Credit  about $0.0952 (gateway §11); prices are estimates`)
  })

  it('says that a duplicate costs nothing where one of the two failed', () => {
    const failed = accepted(1, { steps: planned(START, 10, true), hungUp: true })
    expect(textOf([failed, accepted(2)])).toContain('costs      nothing more, since one of the two failed')
  })

  it('owns up to what it can’t know', () => {
    const text = textOf([accepted(1)], { ...NONE, entries: 5, requests: 5, accepted: 2, lastSeq: 5 })
    expect(text).toContain('Not counted: 2 creates the journal no longer holds.')
    expect(text).toContain('The journal is not whole: 5 older ones, up to #5, had to make room')
  })

  it('lists a dozen places of many', () => {
    const many = Array.from({ length: 20 }, (_, index) => poll(index + 1, START + index, { a: 'pending' }))
    expect(textOf(many)).toContain('#11, #12, and 8 more')
  })
})
