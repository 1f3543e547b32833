import { ConfigError } from '../config.ts'
import type { Report } from '../control/books.ts'
import { CommandRefused } from '../control/faces.ts'
import { Unreachable } from '../testing/client.ts'
import { connect } from '../testing/connect.ts'
import { accountChecks, budgetOf, exitCodeOf, failuresOf, jsonOf, type Limits } from './exec-report.ts'
import { writeOutput } from './file.ts'
import { junitOf } from './junit.ts'
import { urlOf } from './options.ts'
import { reportFileFrom } from './report-files.ts'
import { reportMarkdown } from './report-markdown.ts'

interface ReportOptions {
  readonly token?: string
  readonly key?: string
  readonly maxCredits?: string
  readonly failOnDuplicates?: true
  readonly report?: readonly string[]
  readonly json?: true
}

const FORMS: Readonly<Record<string, (url: string, report: Report, limits: Limits) => string>> = {
  junit: (url, report, limits) => junitOf(`mockling ${url}`, accountChecks(report, limits)),
  markdown: (_url, report, limits) => reportMarkdown(report, failuresOf(report, limits)),
  json: (_url, report) => `${JSON.stringify(jsonOf(report), undefined, 2)}\n`,
}

/**
 * `mockling report`: tells of a running server what `mockling exec` tells of its own. Resolves to 4 over `--max-credits`, to 1 for
 * duplicates under `--fail-on-duplicates`, to 3 if no mockling answers, else to 0.
 * @throws ConfigError if an option can't be used, or the door wants another key.
 */
export async function report(given: string, options: ReportOptions): Promise<number> {
  const limits = { maxCredits: budgetOf(options.maxCredits), failOnDuplicates: options.failOnDuplicates === true }
  const files = (options.report ?? []).map(text => reportFileFrom(text, Object.keys(FORMS)))
  const all = connect(urlOf(given), options.key)
  const server = options.token === undefined ? all : all.as(options.token)
  const seen = await server.report().catch((error: Error) => error)
  if (seen instanceof CommandRefused) throw new ConfigError(`report: ${server.url}: ${seen.message}`, { cause: seen })
  if (seen instanceof Unreachable) {
    process.stderr.write(`mockling: report: ${seen.message}\n`)
    return 3
  }
  if (seen instanceof Error) throw seen
  for (const { form, file } of files) {
    writeOutput(file, FORMS[form]?.(server.url, seen, limits) ?? '', { option: '--report' })
  }
  const lines = [...seen.text.split('\n'), ...failuresOf(seen, limits).map(failure => `✗ ${failure}`)]
  process.stdout.write(`${options.json ? JSON.stringify(jsonOf(seen)) : lines.join('\n')}\n`)
  return exitCodeOf(seen, limits)
}
