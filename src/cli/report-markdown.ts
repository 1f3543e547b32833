import { dollarsOf, sumOfCredits } from '../contract/pricing.ts'
import type { Report } from '../control/books.ts'
import type { Purchase } from '../journal/ledger.ts'
import { markdownCell, tableText } from './table.ts'

/** Rows of what was asked for at most; the rest is one line. */
const MOST_ROWS = 30

/** A report for the page of a CI run: what was asked for, what it would have cost, what was bought twice. */
export function reportMarkdown({ ledger, duplicates, manners, dropped }: Report, failures: readonly string[]): string {
  const { credits, creates } = ledger.totals
  const dollars = dollarsOf(credits).toFixed(2)
  const twice = duplicates.pairs.map(({ first, second, why, credits: more }) => [
    `#${second.seq} after #${first.seq}`,
    `${more}`,
    markdownCell(why),
  ])
  const habits = manners.findings.map(({ habit, says, advice }) => [habit, markdownCell(says), markdownCell(advice)])
  return [
    '## mockling',
    `**${creates}** accepted ${creates === 1 ? 'create' : 'creates'} would have cost **${credits} Credits** (about $${dollars}, estimated).`,
    failures.map(failure => `- ❌ ${markdownCell(failure)}`).join('\n'),
    creates === 0 ? 'Nothing was made: did the client call this server?' : '',
    section(['asked for', 'how often', 'Credits', 'came to'], askedFor(ledger.purchases)),
    twice.length === 0 ? '' : `### Bought twice\n\n${section(['requests', 'Credits more', 'why'], twice)}`,
    habits.length === 0 ? '' : `### How tasks were polled\n\n${section(['habit', 'what was seen', 'advice'], habits)}`,
    dropped.accepted > 0 ? `Not counted: ${dropped.accepted} creates the journal no longer holds.` : '',
  ]
    .filter(part => part !== '')
    .join('\n\n')
    .concat('\n')
}

/** Purchases that asked for the same, the most often asked for first. */
function askedFor(purchases: readonly Purchase[]): string[][] {
  const groups = new Map<string, Purchase[]>()
  for (const purchase of purchases) {
    const name = [purchase.action, purchase.model, purchase.mode].filter(part => part !== null).join(', ')
    groups.set(name, [...(groups.get(name) ?? []), purchase])
  }
  const rows = [...groups]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([name, group]) => [markdownCell(name), `${group.length}`, creditsOf(group), markdownCell(outcomesOf(group))])
  if (rows.length <= MOST_ROWS) return rows
  return [...rows.slice(0, MOST_ROWS), [`and ${rows.length - MOST_ROWS} other kinds`, '', '', '']]
}

function creditsOf(group: readonly Purchase[]): string {
  const billed = group.filter(({ state }) => state !== 'failed')
  return `${sumOfCredits(billed.map(({ credits }) => credits))}`
}

function outcomesOf(group: readonly Purchase[]): string {
  const counts = new Map<string, number>()
  for (const { outcome, state } of group) {
    const text = state === 'reserved' ? `${outcome} (not settled)` : outcome
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  return [...counts].map(([text, count]) => `${count} ${text}`).join(', ')
}

function section(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : tableText([heading, ...rows], 'markdown')
}
