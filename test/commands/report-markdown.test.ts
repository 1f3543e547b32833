import { describe, expect, it } from 'vitest'
import { reportMarkdown } from '../../src/cli/report-markdown.ts'
import type { Purchase } from '../../src/journal/ledger.ts'

function purchase(changes: Partial<Purchase> = {}): Purchase {
  return {
    ...{ seq: 1, at: 0, namespace: '', taskId: 'task', action: 'text2video', model: 'kling-v1', mode: null },
    ...{ outcome: 'succeed', credits: 1.4, state: 'charged', settlesAt: 0 },
    ...changes,
  }
}

function report(purchases: readonly Purchase[], failures: readonly string[] = []): string {
  const totals = { creates: purchases.length, charged: 0, reserved: 0, failed: 0, credits: 2.8 }
  return reportMarkdown(
    {
      ledger: { purchases, totals },
      duplicates: { pairs: [], count: 0, credits: 0 },
      manners: { findings: [], polls: 0, notJudged: [] },
      dropped: { entries: 0, requests: 0, downloads: 0, callbacks: 0, accepted: 0, lastSeq: 0 },
      text: '',
    },
    failures,
  )
}

describe('a report for the page of a CI run', () => {
  it('puts together what asked for the same, and leaves out what failed of the cost', () => {
    const failed = purchase({ state: 'failed', outcome: 'fail api_error' })
    expect(report([purchase(), failed, purchase({ model: 'kling-v3' })])).toMatch(
      /^\| text2video, kling-v1 +\| 2 +\| 1\.4 +\| 1 succeed, 1 fail api\\_error \|\n\| text2video, kling-v3 +\| 1 /m,
    )
  })

  it('lists no more kinds than a page should have', () => {
    const many = Array.from({ length: 40 }, (_, index) => purchase({ model: `kling-${index}` }))
    expect(report(many)).toContain('| and 10 other kinds')
    expect(
      report(many)
        .split('\n')
        .filter(line => line.startsWith('| text2video')),
    ).toHaveLength(30)
  })

  it('shows names as they are, whatever they are', () => {
    expect(report([purchase({ model: 'a|b <b>`' })])).toContain('text2video, a\\|b &lt;b&gt;\\`')
  })

  it('names first what is not held', () => {
    expect(report([purchase()], ['over the budget'])).toMatch(/estimated\)\.\n\n- ❌ over the budget\n\n\| asked for/)
  })

  it('asks whether anybody called where nothing was made', () => {
    expect(report([])).toContain('Nothing was made: did the client call this server?')
  })
})
