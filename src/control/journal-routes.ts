import { z } from 'zod'
import { toHar } from '../journal/har.ts'
import { nearMisses } from '../journal/near-misses.ts'
import { verifySequence } from '../journal/sequence.ts'
import { verify } from '../journal/verify.ts'
import type { ClockScope } from '../simulation/namespaces.ts'
import type { Timebase } from '../simulation/timebase.ts'
import { type Command, command } from './command.ts'
import type { Control } from './control.ts'
import { whole } from './fields.ts'
import { filterOf, Match, MatchQuery } from './filters.ts'
import type { Enter } from './health-routes.ts'
import { streamJournal } from './journal-stream.ts'
import { DroppedView, NearMissView, nearMissView, shown } from './journal-views.ts'
import { Refused } from './refused.ts'
import { Scope } from './scope.ts'
import { JournalEntry } from './shapes.ts'

const tag = 'journal'

const Query = z.strictObject({ ...Scope, ...MatchQuery })

const PageQuery = z.strictObject({
  ...Query.shape,
  limit: whole(10_000, 'At most so many, the newest. Default 1000.').default(1000),
  offset: whole(1e9, 'Leaves out so many of the newest. Default 0.').default(0),
})

const Place = z.strictObject({ seq: whole(Number.MAX_SAFE_INTEGER, 'Its place in the journal.') })

const count = z.int().min(0)

const Check = z
  .strictObject({
    ...Scope,
    match: Match.default({}),
    atLeast: count.optional().describe('Default 1 if nothing else is said.'),
    atMost: count.optional(),
    exactly: count.optional(),
  })
  .refine(check => check.exactly === undefined || (check.atLeast ?? check.atMost) === undefined, {
    path: ['exactly'],
    error: 'must stand alone, without atLeast and atMost',
  })
  .refine(({ atLeast = 0, atMost = Number.POSITIVE_INFINITY }) => atLeast <= atMost, {
    path: ['atLeast'],
    error: 'must not be more than atMost',
  })

const verdict = {
  passed: z.boolean(),
  matching: z.array(z.int()).describe('Places of the entries that match.'),
  nearMisses: z.array(NearMissView).describe('What came nearest to what was not found.'),
  text: z.string().describe('The whole of it for people.'),
}

const Verdict = z.strictObject({ ...verdict, count: z.int() }).meta({ id: 'Verdict' })

const SequenceVerdict = z
  .strictObject({
    ...verdict,
    missing: z.int().nullable().describe('The first step that nothing matches in its turn, from 1.'),
    early: z.array(z.int()).describe('Places of entries that match that step, but come too early.'),
  })
  .meta({ id: 'SequenceVerdict' })

/** What the commands need beside the control. */
export interface JournalSurroundings {
  readonly timebase: Pick<Timebase, 'after'>
  readonly version: string
  readonly enter: Enter
  /** Scheme and host of requests that named no host. */
  readonly origin: () => string
}

/** Shows what happened, and checks it. */
export function journalCommands(control: Control, around: JournalSurroundings): Command[] {
  return [...listCommands(control), ...checkCommands(control), ...exportCommands(control, around)]
}

function keyOf(scope: ClockScope): string | undefined {
  return scope === 'server' ? undefined : scope.namespace
}

function listCommands(control: Control): Command[] {
  const { journal } = control
  return [
    command({
      method: 'GET',
      url: '/v1/journal',
      tag,
      summary: 'List what happened, oldest first',
      query: PageQuery,
      response: z.strictObject({
        items: z.array(JournalEntry),
        count: z.int().describe('How many match in all.'),
        dropped: DroppedView,
      }),
      run: async ({ query: { token, namespace, scope, limit, offset, ...match } }) => {
        const filter = filterOf(match, keyOf(control.scopeOf({ token, namespace, scope })))
        const { entries, count } = await journal.readPage(filter, limit, offset)
        return { items: entries.map(shown), count, dropped: journal.dropped }
      },
    }),
    command({
      method: 'GET',
      url: '/v1/journal/:seq',
      tag,
      summary: 'Show one thing that happened',
      params: Place,
      response: JournalEntry,
      refusals: { 404: 'Nothing is in that place, or it had to make room.' },
      run: ({ params: { seq } }) => {
        const entry = journal.at(seq)
        if (!entry) throw new Refused(`nothing is in place ${seq} of the journal, or no more`, 404)
        return shown(entry)
      },
    }),
    command({
      method: 'GET',
      url: '/v1/journal/count',
      tag,
      summary: 'Count what happened',
      query: PageQuery,
      response: z.strictObject({ count: z.int() }),
      run: async ({ query: { token, namespace, scope, limit: _, offset: __, ...match } }) => {
        const filter = filterOf(match, keyOf(control.scopeOf({ token, namespace, scope })))
        const { count } = await journal.readPage(filter, 0, 0)
        return { count }
      },
    }),
  ]
}

function checkCommands(control: Control): Command[] {
  const { journal } = control
  const looked = async () => ({ entries: await journal.readAll(), dropped: journal.dropped })
  return [
    command({
      method: 'POST',
      url: '/v1/journal/verify',
      tag,
      summary: 'Check how many entries match',
      description: 'At least one, unless something else is said. Answers 200 whether it holds or not.',
      body: Check,
      response: Verdict,
      run: async ({ body: { match, atLeast, atMost, exactly, ...named } }) => {
        const wanted = Object.entries({ atLeast, atMost, exactly }).filter(([, value]) => value !== undefined)
        const filter = filterOf(match, keyOf(control.scopeOf(named)))
        const { nearMisses: near, ...rest } = verify(await looked(), filter, Object.fromEntries(wanted))
        return { ...rest, matching: [...rest.matching], nearMisses: near.map(nearMissView) }
      },
    }),
    command({
      method: 'POST',
      url: '/v1/journal/sequence',
      tag,
      summary: 'Check that entries match in this order',
      description:
        'Others may lie between. A request stands where it began, a callback where it was sent. Answers 200 whether it holds or not.',
      body: z.strictObject({ ...Scope, steps: z.array(Match).min(1).max(100) }),
      response: SequenceVerdict,
      run: async ({ body: { steps, ...named } }) => {
        const key = keyOf(control.scopeOf(named))
        const found = verifySequence(
          await looked(),
          steps.map(step => filterOf(step, key)),
        )
        const { matching, early, nearMisses: near, ...rest } = found
        return { ...rest, matching: [...matching], early: [...early], nearMisses: near.map(nearMissView) }
      },
    }),
    command({
      method: 'POST',
      url: '/v1/journal/near-misses',
      tag,
      summary: 'Show the entries that come nearest to a filter without matching',
      body: z.strictObject({ ...Scope, match: Match, limit: z.int().min(1).max(100).default(3) }),
      response: z.strictObject({ items: z.array(NearMissView).describe('The nearest first.') }),
      run: async ({ body: { match, limit, ...named } }) => {
        const filter = filterOf(match, keyOf(control.scopeOf(named)))
        return { items: nearMisses(await journal.readAll(), filter, limit).map(nearMissView) }
      },
    }),
  ]
}

function exportCommands(control: Control, { timebase, version, origin, enter }: JournalSurroundings): Command[] {
  const { journal } = control
  return [
    command({
      method: 'GET',
      url: '/v1/journal/stream',
      tag,
      summary: 'Follow what happens, as server-sent events',
      description:
        'Each entry once it is complete, with its place as the id. Goes on after Last-Event-ID or after; without either, with what is complete from now on. A reader who falls so far behind that an entry he has not had must make room gets the event dropped, and the end; one who reads nothing for half a minute is cut off.',
      refusals: { 503: 'As many follow it as may be.' },
      query: z.strictObject({
        ...Query.shape,
        brief: z
          .enum(['true', 'false'])
          .default('false')
          .describe(
            'Only that something happened, ten times a second at most: kind, seq, at, namespace and taskId of the newest entry. Default false.',
          ),
      }),
      response: { type: 'text/event-stream', description: 'Entries of the journal, one an event.' },
      run: ({ query: { token, namespace, scope, after, brief, ...match }, request, reply }) => {
        const last = request.headers['last-event-id']
        const filter = filterOf(match, keyOf(control.scopeOf({ token, namespace, scope })))
        const goesOnAfter = typeof last === 'string' && /^\d{1,15}$/.test(last) ? Number(last) : after
        const leave = enter('streams')
        reply.hijack()
        reply.raw.once('close', leave)
        streamJournal(reply.raw, { journal, filter, after: goesOnAfter, timebase, isBrief: brief === 'true' })
        return reply
      },
    }),
    command({
      method: 'GET',
      url: '/v1/journal.har',
      tag,
      summary: 'Export what happened as an HTTP Archive (HAR 1.2)',
      query: Query,
      response: { type: 'application/json', description: 'An HTTP Archive 1.2.' },
      run: async ({ query: { token, namespace, scope, ...match }, reply }) => {
        const filter = filterOf(match, keyOf(control.scopeOf({ token, namespace, scope })))
        const har = toHar(await journal.readAll(filter), { version, origin: origin(), dropped: journal.dropped })
        return reply
          .header('content-type', 'application/json; charset=utf-8')
          .header('content-disposition', 'attachment; filename="mockling.har"')
          .send(JSON.stringify(har, null, 2))
      },
    }),
  ]
}
