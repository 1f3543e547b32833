import { CREDIT_PRICE, dollarsOf } from '../contract/pricing.ts'
import type { Duplicate, Duplicates } from './duplicates.ts'
import type { Dropped } from './journal.ts'
import type { Ledger } from './ledger.ts'
import type { Finding, Manners } from './manners.ts'
import { counted, droppedText, printable, rows, shortHash } from './wording.ts'

/** What a run cost, and how its client behaved. */
export interface Account {
  readonly ledger: Ledger
  readonly duplicates: Duplicates
  readonly manners: Manners
  readonly dropped: Readonly<Dropped>
}

/** Places listed in a text at most. */
const MOST_PLACES = 12

/** Says where the two requests of a duplicate can be seen. */
export type Whereabouts = (pair: Duplicate) => string

const AT_THE_DOOR: Whereabouts = ({ first, namespace }) =>
  `GET /_mockling/v1/journal?operation=create&namespace=${shortHash(namespace)}&after=${first.seq - 1}`

/** The whole account as text for people. */
export function reportText({ ledger, duplicates, manners, dropped }: Account, where = AT_THE_DOOR): string {
  return [
    ...moneyLines(ledger, duplicates),
    ...duplicates.pairs.flatMap(pair => duplicateLines(pair, where)),
    ...mannersLines(manners),
    ...(dropped.accepted > 0
      ? [`Not counted: ${counted(dropped.accepted, 'create')} the journal no longer holds.`]
      : []),
    ...droppedText(dropped).map(text => `The journal is not whole: ${text}.`),
  ].join('\n')
}

function moneyLines({ totals }: Ledger, { pairs, credits }: Duplicates): string[] {
  const { creates, charged, reserved, failed } = totals
  const doubled =
    pairs.length === 0 ? 'none of it in duplicates' : `${credits} in ${counted(pairs.length, 'duplicate')}`
  return [
    `This run would have cost ${totals.credits} Credits (about $${dollarsOf(totals.credits).toFixed(2)}, estimated), ${doubled}.`,
    ...rows([
      ['creates', [`${creates} accepted`]],
      ['charged', [`${charged} Credits for what succeeded`]],
      ...(reserved > 0 ? [['reserved', [`${reserved} for what is not settled yet`]] as const] : []),
      ...(failed > 0 ? [['failed', [`${failed} for what failed, which is not billed`]] as const] : []),
      ['a Credit', [`about $${CREDIT_PRICE.dollars} (${CREDIT_PRICE.source}); prices are estimates`]],
    ]),
  ]
}

/** One pair, side by side. */
export function duplicateLines(pair: Duplicate, where = AT_THE_DOOR): string[] {
  const { first, second, credits, why, differing } = pair
  const differences = Object.entries(differing).map(([name, [a, b]]) => `${name}: ${told(a)} / ${told(b)}`)
  return [
    printable(`✗ duplicate: #${second.seq} buys again what #${first.seq} bought`),
    ...rows([
      ['why', why.split('; ')],
      [
        'tasks',
        [
          `${first.taskId} (answered ${first.status ?? 'nothing'})`,
          `${second.taskId} (answered ${second.status ?? 'nothing'})`,
        ],
      ],
      ['differing', differences.length === 0 ? ['nothing'] : differences],
      ['costs', [credits === 0 ? 'nothing more, since one of the two failed' : `${credits} Credits more`]],
      ['see both', [where(pair)]],
    ]),
  ]
}

function mannersLines({ findings, polls, notJudged }: Manners): string[] {
  if (polls === 0) return []
  const head = findings.length === 0 ? 'nothing to object to' : counted(findings.length, 'objection')
  return [
    `Polling manners (${counted(polls, 'poll')}; our own opinion): ${head}.`,
    ...findings.flatMap(findingLines),
    ...notJudged.map(text => `Not judged: ${text}.`),
  ]
}

function findingLines({ habit, says, advice, seqs, tasks }: Finding): string[] {
  const places = seqs.slice(0, MOST_PLACES).map(seq => `#${seq}`)
  const more = seqs.length > MOST_PLACES ? [`and ${seqs.length - MOST_PLACES} more`] : []
  return [
    printable(`✗ ${habit}: ${says}`),
    ...rows([
      ['polls', [[...places, ...more].join(', ')]],
      ['task', tasks.slice(0, MOST_PLACES)],
      ['advice', [advice]],
    ]),
  ]
}

function told(value: unknown): string {
  return value === undefined ? 'absent' : (JSON.stringify(value) ?? String(value))
}
