import { z } from 'zod'
import { CREDIT_PRICE, dollarsOf } from '../contract/pricing.ts'
import type { Duplicate, Duplicates } from '../journal/duplicates.ts'
import type { Ledger, Purchase } from '../journal/ledger.ts'
import type { Finding, Manners } from '../journal/manners.ts'
import { shortHash } from '../journal/wording.ts'
import { DroppedView } from './journal-views.ts'
import { of } from './shapes.ts'

/** How the books are shown: namespaces by their first digits only. */

const credits = () => z.number().describe('Credits; an estimate.')
const digits = () => z.string().describe('First eight digits of it.')

const PurchaseView = of<Purchase>(
  z
    .strictObject({
      seq: z.int().describe('Place in the journal; 0: accepted by an earlier process, and kept by --state.'),
      at: z.number(),
      namespace: digits(),
      taskId: z.string(),
      action: z.string().nullable(),
      model: z.string().nullable().describe('As asked for.'),
      mode: z.string().nullable(),
      outcome: z.string(),
      credits: credits(),
      state: z
        .enum(['charged', 'reserved', 'failed'])
        .describe('Billed, set aside until the task settles, or not billed because it failed.'),
      settlesAt: z.number().nullable().describe('When the task settles or settled.'),
    })
    .meta({ id: 'Purchase', description: 'An accepted create.' }),
)

export const LedgerView = z
  .strictObject({
    purchases: z.array(PurchaseView).describe('Oldest first.'),
    totals: z.strictObject({
      creates: z.int(),
      charged: credits(),
      reserved: credits(),
      failed: z.number().describe('Prices of what failed, which nobody pays.'),
      credits: z.number().describe('Charged and reserved.'),
    }),
    dollars: z.number().describe(`The same in US dollars, at about ${CREDIT_PRICE.dollars} a Credit: an estimate.`),
  })
  .meta({ id: 'Ledger' })

const Half = z.strictObject({
  seq: z.int(),
  at: z.number(),
  taskId: z.string(),
  credits: credits(),
  settlesAt: z.number().nullable(),
  status: z.int().nullable().describe('What was answered.'),
})

const DuplicateView = of<Duplicate>(
  z
    .strictObject({
      namespace: digits(),
      first: Half,
      second: Half,
      lost: z.enum(['hang-up', 'broken-off', 'server-error']).nullable().describe('How the first’s answer was lost.'),
      wasUnsettled: z.boolean().describe('The first was not settled yet when the second was accepted.'),
      credits: z.number().describe('What the second costs on top.'),
      differing: z
        .record(z.string(), z.tuple([z.unknown(), z.unknown()]))
        .describe('Fields of the body in which they differ, with both values; null where there is none.'),
      why: z.string(),
    })
    .meta({ id: 'Duplicate', description: 'Two accepted creates that ask for the same video.' }),
)

export const DuplicatesView = z.strictObject({
  pairs: z.array(DuplicateView),
  count: z.int().describe('How many pairs there are.'),
  credits: z.number().describe('What all of them cost on top.'),
})

const FindingView = of<Finding>(
  z
    .strictObject({
      habit: z.enum(['too-fast', 'after-terminal', 'no-backoff', 'singles']),
      namespace: digits(),
      tasks: z.array(z.string()),
      seqs: z.array(z.int()).describe('Places of the polls that show it.'),
      says: z.string(),
      advice: z.string(),
      source: z.string(),
      grade: z.literal('chosen').describe('An opinion of ours, not the upstream’s.'),
    })
    .meta({ id: 'Finding', description: 'A bad habit of a client that polls.' }),
)

export const MannersView = z.strictObject({
  findings: z.array(FindingView),
  polls: z.int().describe('Polls looked at: questions about one task each.'),
  notJudged: z.array(z.string()).describe('What could not be judged, and why.'),
})

export const ReportView = z
  .strictObject({
    ledger: LedgerView,
    duplicates: DuplicatesView,
    manners: MannersView,
    dropped: DroppedView,
    text: z.string().describe('The whole of it for people.'),
  })
  .meta({ id: 'Report' })

export function ledgerView({ purchases, totals }: Ledger): z.output<typeof LedgerView> {
  return { purchases: purchases.map(shortened), totals, dollars: dollarsOf(totals.credits) }
}

export function duplicatesView({ pairs, count, credits }: Duplicates) {
  return { pairs: pairs.map(shortened), count, credits }
}

export function mannersView({ findings, polls, notJudged }: Manners) {
  return { findings: findings.map(shortened), polls, notJudged: [...notJudged] }
}

function shortened<T extends { readonly namespace: string }>(item: T): T {
  return { ...item, namespace: shortHash(item.namespace) }
}
