import { z } from 'zod'
import { type Command, command } from './command.ts'
import type { Control } from './control.ts'
import { Refused } from './refused.ts'
import { type KeptReport, type ReportDraft, type ReportSummary, summaryOf } from './reports.ts'
import { of } from './shapes.ts'

const tag = 'reports'

/** All cases of a run, with what was seen of each. */
const LARGEST_REPORT = 16 * 1024 * 1024

const Verdict = z.looseObject({
  id: z.string(),
  promise: z.string(),
  state: z.enum(['passed', 'failed', 'skipped']),
  text: z.string(),
})

const Cause = z.looseObject({
  at: z.string(),
  recorded: z.string(),
  played: z.string(),
  recordings: z.array(z.string()),
})

const about = {
  subject: z.string().min(1).max(2000).describe('What was looked at: an address, a folder.'),
  revision: z.string().min(1).max(100).describe('The dated reading of the contract it was held against.'),
}

const Draft = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('verify'),
      ...about,
      found: z.array(Verdict).max(100_000).describe('What mockling verify --json prints.'),
    }),
    z.strictObject({
      kind: z.literal('drift'),
      ...about,
      found: z
        .looseObject({ compared: z.int().min(0), causes: z.array(Cause).max(100_000) })
        .describe('What mockling drift --json prints.'),
    }),
  ])
  .meta({ id: 'ReportDraft', description: 'What a command found, to be shown in the inspector.' })

const summary = {
  id: z.int().describe('Its place among the reports, from 1.'),
  at: z.number().describe('When it came, on the server’s clock, in Unix milliseconds.'),
  kind: z.enum(['verify', 'drift']),
  subject: z.string(),
  revision: z.string(),
  counts: z
    .record(z.string(), z.int())
    .describe('Of verify: cases by state. Of drift: recordings compared, and differences.'),
}

const SummaryView = of<ReportSummary>(
  z.strictObject(summary).meta({ id: 'ReportSummary', description: 'A report without what it found.' }),
)

const ReportView = of<KeptReport>(
  z.strictObject({ ...summary, found: z.unknown() }).meta({ id: 'CommandReport', description: 'A report.' }),
)

const ReportId = z.strictObject({
  id: z
    .string()
    .regex(/^\d{1,9}$/, 'must be the number of a report')
    .transform(Number)
    .meta({ description: 'Number of the report.', wire: { type: 'integer', minimum: 0 } }),
})

/** What other commands found, kept for people to look at. */
export function reportCommands({ reports, nowOf }: Pick<Control, 'reports' | 'nowOf'>): Command[] {
  return [
    command({
      method: 'GET',
      url: '/v1/reports',
      tag,
      summary: 'List the reports that verify and drift have published, newest first',
      response: z.strictObject({ items: z.array(SummaryView) }),
      run: () => ({ items: reports.all.map(summaryOf) }),
    }),
    command({
      method: 'POST',
      url: '/v1/reports',
      tag,
      summary: 'Publish a report, as verify --publish and drift --publish do',
      description: 'The newest 50 are kept, by the process that was asked.',
      body: Draft,
      bodyLimit: LARGEST_REPORT,
      response: SummaryView,
      status: 201,
      run: ({ body }) => summaryOf(reports.add(body as ReportDraft, nowOf(''))),
    }),
    command({
      method: 'GET',
      url: '/v1/reports/:id',
      tag,
      summary: 'Show a report',
      params: ReportId,
      response: ReportView,
      refusals: { 404: 'There is no such report.' },
      run: ({ params: { id } }) => {
        const report = reports.find(id)
        if (!report) throw new Refused(`there is no report ${id}`, 404)
        return report
      },
    }),
    command({
      method: 'DELETE',
      url: '/v1/reports',
      tag,
      summary: 'Forget all reports',
      response: z.strictObject({ removed: z.int() }),
      run: () => ({ removed: reports.clear() }),
    }),
  ]
}
