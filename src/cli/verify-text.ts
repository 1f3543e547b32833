import type { Verdict } from '../conformance/verify.ts'

/** Failures of one cause shown by name. */
const MOST_NAMES = 5

/** What came of a run, for people: failures of one cause together, and why what was left out was. */
export function summaryOf(verdicts: readonly Verdict[]): string {
  return [
    ...grouped(inState(verdicts, 'failed'), causeOf).map(([, same]) => failureOf(same)),
    ...grouped(inState(verdicts, 'skipped'), ({ text }) => reasonOf(text)).map(
      ([reason, same]) => `left out, ${same.length}: ${reason}`,
    ),
    countsOf(verdicts),
  ].join('\n')
}

export function inState(verdicts: readonly Verdict[], state: Verdict['state']): Verdict[] {
  return verdicts.filter(verdict => verdict.state === state)
}

/** `745 passed, 0 failed, 0 left out`. */
export function countsOf(verdicts: readonly Verdict[]): string {
  const [passed, failed, skipped] = (['passed', 'failed', 'skipped'] as const).map(
    state => inState(verdicts, state).length,
  )
  return `${passed} passed, ${failed} failed, ${skipped} left out`
}

function failureOf(same: readonly Verdict[]): string {
  const [first, ...others] = same as [Verdict, ...Verdict[]]
  const names = others.slice(0, MOST_NAMES).map(({ id }) => id)
  const more = others.length > MOST_NAMES ? ` and ${others.length - MOST_NAMES} more` : ''
  return [
    `failed: ${first.id}`,
    ...first.text.split('\n').map(line => `  ${line}`),
    ...(names.length > 0 ? [`  the same: ${names.join(', ')}${more}`] : []),
    '',
  ].join('\n')
}

/** What came, without what was promised and where: a server that is down looks alike to every case. */
function causeOf({ text, isUnanswered }: Verdict): string {
  if (isUnanswered) return text.replace(/^[A-Z]+ \S+: /, '')
  const came = text.split('\n').filter(line => /^ {2}\S.*: promised /.test(line))
  return came.length > 0 ? came.map(line => line.replace(/promised .*, came/, 'came')).join('\n') : text
}

/** Without the figures, which differ from case to case. */
function reasonOf(text: string): string {
  return text.replace(/\d+(?:\.\d+)? Credits/, '… Credits').replace(/; [\d.]+ are left/, '')
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return [...groups]
}
