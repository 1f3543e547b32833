/** What one check of the doctor came to. */
export interface Finding {
  readonly check: string
  /** `note`: nothing is wrong, but worth knowing. */
  readonly verdict: 'pass' | 'note' | 'fail'
  readonly says: string
  /** What to do about it. */
  readonly advice?: string
}

const MARKS = { pass: '✓', note: '·', fail: '✗' } as const

/** One line for each check, and one below for the advice, if there is any. */
export function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length))
  return findings
    .map(({ check, verdict, says, advice }) => {
      const line = `${MARKS[verdict]} ${check.padEnd(width)}  ${says}`
      return advice === undefined ? line : `${line}\n${' '.repeat(width + 4)}${advice}`
    })
    .join('\n')
}
