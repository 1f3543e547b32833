import Builder from 'fast-xml-builder'
import { ConfigError } from '../config.ts'
import { writeOutput } from './file.ts'

/** One check of ours, as CI systems count them. */
export interface Check {
  readonly name: string
  /** Why it failed; absent if it passed. The first line is the summary. */
  readonly failure?: string | undefined
  /** Why it was left out; absent if it was not. */
  readonly skipped?: string | undefined
  /** What was seen, for a check that passed. */
  readonly note?: string | undefined
  /** How long it took, in real milliseconds. */
  readonly durationMs?: number | undefined
}

/** Checks as a JUnit report: one suite, one case each. */
export function junitOf(suite: string, checks: readonly Check[]): string {
  const cases = checks.map(({ name, failure, skipped, note, durationMs }) => ({
    '@name': clean(name),
    '@classname': clean(suite),
    ...(durationMs !== undefined && { '@time': seconds(durationMs) }),
    ...(skipped !== undefined && { skipped: clean(skipped) }),
    ...(failure !== undefined && {
      failure: { '@message': clean(failure.split('\n')[0] ?? ''), '#text': clean(failure) },
    }),
    ...(note !== undefined && { 'system-out': clean(note) }),
  }))
  const totals = {
    '@tests': checks.length,
    '@failures': checks.filter(check => check.failure !== undefined).length,
    '@errors': 0,
    '@time': seconds(checks.reduce((sum, check) => sum + (check.durationMs ?? 0), 0)),
  }
  const skipped = checks.filter(check => check.skipped !== undefined).length
  const builder = new Builder({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    format: true,
    suppressEmptyNode: true,
  })
  return builder.build({
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    testsuites: { ...totals, testsuite: { '@name': clean(suite), ...totals, '@skipped': skipped, testcase: cases } },
  })
}

/**
 * Where `--report junit=FILE` is to be written. The file is made at once: better known before a long run than after it.
 * @throws ConfigError if it is of another form or can't be written.
 */
export function junitFile(report: string | undefined): string | undefined {
  if (report === undefined) return undefined
  const file = /^junit=(.+)$/.exec(report)?.[1]
  if (file !== undefined) {
    writeJunit(file, '', [])
    return file
  }
  throw new ConfigError(`--report: ${JSON.stringify(report)} is not allowed; it must be junit=FILE`)
}

/** @throws ConfigError if the file can't be written. */
export function writeJunit(file: string, suite: string, checks: readonly Check[]): void {
  writeOutput(file, junitOf(suite, checks), { option: '--report' })
}

/** Characters that XML 1.0 has no place for, not even escaped, become question marks. */
function clean(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '?')
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}
