import type { Verdict } from '../conformance/verify.ts'
import { writeOutput } from './file.ts'
import { junitOf } from './junit.ts'
import { type ReportFile, reportFileFrom } from './report-files.ts'
import { escaped, markdownCell, tableText } from './table.ts'
import { countsOf, inState } from './verify-text.ts'

/** What came of a run, for other programs and for people. */
export interface Run {
  /** Address of the target. */
  readonly target: string
  readonly revision: string
  readonly verdicts: readonly Verdict[]
}

const FORMS: Readonly<Record<string, (run: Run) => string>> = {
  junit,
  json: run => `${JSON.stringify(run, undefined, 2)}\n`,
  markdown,
  html,
}

/**
 * What `--report junit=FILE` asks for.
 * @throws ConfigError if the form is another or the file can't be written
 */
export function reportFrom(text: string): ReportFile {
  return reportFileFrom(text, Object.keys(FORMS))
}

export function writeReport({ form, file }: ReportFile, run: Run): void {
  writeOutput(file, FORMS[form]?.(run) ?? '', { option: '--report' })
}

function junit({ target, verdicts }: Run): string {
  return junitOf(
    `mockling verify ${target}`,
    verdicts.map(({ id, promise, state, text, durationMs }) => ({
      name: `${id}: ${promise}`,
      durationMs,
      ...(state === 'failed' && { failure: text }),
      ...(state === 'skipped' && { skipped: text }),
    })),
  )
}

/** Failures first, then what was left out: what passed needs no reader. */
function ofInterest({ verdicts }: Run): Verdict[] {
  return [...inState(verdicts, 'failed'), ...inState(verdicts, 'skipped')]
}

function markdown(run: Run): string {
  const rows = ofInterest(run).map(({ id, promise, state, text }) => [
    state,
    `\`${id}\``,
    markdownCell(promise),
    markdownCell(text),
  ])
  return [
    `# ${run.target}, revision ${run.revision}`,
    `${countsOf(run.verdicts)}.`,
    ...(rows.length > 0 ? [tableText([['', 'case', 'promise', 'what came'], ...rows], 'markdown')] : []),
    '',
  ].join('\n\n')
}

function html(run: Run): string {
  const rows = [...ofInterest(run), ...inState(run.verdicts, 'passed')].map(
    ({ id, promise, state, text }) =>
      `<tr class="${state}"><td>${state}<td><code>${escaped(id)}</code><td>${escaped(promise)}<td><pre>${escaped(text)}</pre>`,
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>mockling verify ${escaped(run.target)}</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; color: #1c1c1e }
  table { border-collapse: collapse; width: 100% }
  td { border-top: 1px solid #ddd; padding: .4rem .6rem; vertical-align: top }
  pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 13px }
  .failed td:first-child { color: #b00020; font-weight: 600 }
  .passed td:first-child { color: #1b6e3c }
  .skipped { color: #666 }
</style>
<h1>${escaped(run.target)}</h1>
<p>Revision ${escaped(run.revision)}: ${countsOf(run.verdicts)}.</p>
<table>
${rows.join('\n')}
</table>
</html>
`
}
