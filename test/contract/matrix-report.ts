/** One row on which the two sides differ. */
export interface Disagreement {
  readonly row: string
  readonly expected: string
  readonly got: string
}

/** Kinds that a report shows before it only counts the rest. */
const SHOWN = 12

/** The disagreements as one text: how many of how many rows, then a few rows of each kind. Empty if there are none. */
export function report(rows: number, disagreements: readonly Disagreement[]): string {
  if (disagreements.length === 0) return ''
  const kinds = new Map<string, Disagreement[]>()
  for (const disagreement of disagreements) {
    const kind = `expected  ${disagreement.expected}\n  got       ${disagreement.got}`
    const members = kinds.get(kind)
    if (members) members.push(disagreement)
    else kinds.set(kind, [disagreement])
  }
  const texts = [...kinds].slice(0, SHOWN).map(([kind, members]) => {
    const examples = members.slice(0, 3).map(member => `    ${member.row}`)
    return [`✗ rows: ${members.length}`, `  ${kind}`, ...examples].join('\n')
  })
  if (kinds.size > SHOWN) texts.push(`… and ${kinds.size - SHOWN} more kinds`)
  return [`${disagreements.length} of ${rows} rows disagree`, ...texts].join('\n')
}
