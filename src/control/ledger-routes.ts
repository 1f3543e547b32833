import { z } from 'zod'
import { THRESHOLDS, type Thresholds } from '../journal/manners.ts'
import type { Span as BooksSpan } from './books.ts'
import { type Command, command } from './command.ts'
import type { Control, Named } from './control.ts'
import { whole } from './fields.ts'
import { Span } from './filters.ts'
import {
  DuplicatesView,
  duplicatesView,
  LedgerView,
  ledgerView,
  MannersView,
  mannersView,
  ReportView,
} from './ledger-views.ts'
import { Scope } from './scope.ts'

const tag = 'money'

const SpanQuery = z.strictObject({ ...Scope, ...Span })

/** Of a list whose sums are of all. */
function newest(what: string) {
  return { limit: whole(1_000_000, `At most so many ${what}, the newest. Default all.`).optional() }
}

const HABITS = {
  leastGapMs: whole(
    3_600_000,
    `Two polls of a pending task closer together are too fast. Default ${THRESHOLDS.leastGapMs}.`,
  ).optional(),
  evenPolls: whole(
    10_000,
    `So many polls in a row, equally far apart, show no backoff. Default ${THRESHOLDS.evenPolls}.`,
  ).optional(),
  singles: whole(
    10_000,
    `So many tasks polled one by one could have been a batch. Default ${THRESHOLDS.singles}.`,
  ).optional(),
  singlesWithinMs: whole(3_600_000, `Within this time. Default ${THRESHOLDS.singlesWithinMs}.`).optional(),
}

const HabitsQuery = z.strictObject({ ...SpanQuery.shape, ...HABITS })

/** What a run cost, and how its client behaved. */
export function ledgerCommands(control: Control): Command[] {
  const { books } = control
  const reported = (query: z.output<typeof HabitsQuery>) => books.report(spanOf(control, query), habitsOf(query))
  return [
    command({
      method: 'GET',
      url: '/v1/ledger',
      tag,
      summary: 'Show what was bought, and what became of it',
      query: z.strictObject({ ...SpanQuery.shape, ...newest('purchases') }),
      response: LedgerView,
      run: async ({ query }) => ledgerView(await books.ledger(spanOf(control, query), query.limit)),
    }),
    command({
      method: 'GET',
      url: '/v1/duplicates',
      tag,
      summary: 'Show what was bought twice',
      description:
        'Two accepted creates of one token with the same body but for callback_url, async and timeout, where the first’s answer was lost or the first was not settled yet.',
      query: z.strictObject({ ...SpanQuery.shape, ...newest('pairs') }),
      response: DuplicatesView,
      run: async ({ query }) => duplicatesView(await books.duplicates(spanOf(control, query), query.limit)),
    }),
    command({
      method: 'GET',
      url: '/v1/manners',
      tag,
      summary: 'Judge how tasks were polled',
      description: 'By our own opinion: the upstream says nothing about it.',
      query: HabitsQuery,
      response: MannersView,
      run: async ({ query }) => mannersView(await books.manners(spanOf(control, query), habitsOf(query))),
    }),
    command({
      method: 'GET',
      url: '/v1/report',
      tag,
      summary: 'Show money, duplicates and manners together',
      query: HabitsQuery,
      response: ReportView,
      run: async ({ query }) => {
        const { ledger, duplicates, manners, dropped, text } = await reported(query)
        const shown = { ledger: ledgerView(ledger), duplicates: duplicatesView(duplicates) }
        return { ...shown, manners: mannersView(manners), dropped, text }
      },
    }),
    command({
      method: 'GET',
      url: '/v1/report.txt',
      tag,
      summary: 'Show the same as text',
      query: HabitsQuery,
      response: { type: 'text/plain', description: 'The report for people.' },
      run: async ({ query, reply }) =>
        reply.header('content-type', 'text/plain; charset=utf-8').send(`${(await reported(query)).text}\n`),
    }),
  ]
}

function spanOf(
  control: Control,
  { from, to, after, ...named }: Named & Partial<Record<'from' | 'to' | 'after', number | undefined>>,
): BooksSpan {
  const scope = control.scopeOf(named)
  return {
    ...(scope !== 'server' && { namespace: scope.namespace }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(after !== undefined && { after }),
  }
}

function habitsOf(query: z.output<typeof HabitsQuery>): Partial<Thresholds> {
  const { leastGapMs, evenPolls, singles, singlesWithinMs } = query
  const given = Object.entries({ leastGapMs, evenPolls, singles, singlesWithinMs })
  return Object.fromEntries(given.filter(([, value]) => value !== undefined))
}
