/** What a run of `mockling verify` or `mockling drift` found, as it was posted. */
export interface ReportDraft {
  readonly kind: 'verify' | 'drift'
  /** What was looked at: an address, a folder. */
  readonly subject: string
  readonly revision: string
  /** The command's own JSON. */
  readonly found: unknown
}

/** What of a report says whether it needs a reader. */
export interface ReportSummary extends Omit<ReportDraft, 'found'> {
  /** Its place among the reports, from 1. */
  readonly id: number
  /** On the server's clock, in Unix milliseconds. */
  readonly at: number
  /** Of verify: cases by state. Of drift: recordings compared, and the differences found. */
  readonly counts: Readonly<Record<string, number>>
}

/** A report that is kept. */
export interface KeptReport extends ReportSummary {
  readonly found: unknown
}

/** Reports kept; the oldest goes for each new one beyond them. */
const MOST_REPORTS = 50

/** Reports of other commands, for the inspector to show. Bounded, and gone with the process. */
export class Reports {
  #kept: KeptReport[] = []
  #newest = 0

  /** Newest first. */
  get all(): readonly KeptReport[] {
    return this.#kept
  }

  add(draft: ReportDraft, at: number): KeptReport {
    const report = { id: ++this.#newest, at, ...draft, counts: countsOf(draft) }
    this.#kept = [report, ...this.#kept].slice(0, MOST_REPORTS)
    return report
  }

  find(id: number): KeptReport | undefined {
    return this.#kept.find(report => report.id === id)
  }

  clear(): number {
    const { length } = this.#kept
    this.#kept = []
    return length
  }
}

/** A report without what it found. */
export function summaryOf({ found: _, ...summary }: KeptReport): ReportSummary {
  return summary
}

function countsOf({ kind, found }: ReportDraft): Record<string, number> {
  if (kind === 'drift') {
    const { compared, causes } = found as { compared: number; causes: readonly unknown[] }
    return { compared, differences: causes.length }
  }
  const verdicts = found as readonly { state: string }[]
  const count = (wanted: string) => verdicts.filter(({ state }) => state === wanted).length
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
}
