import type { Verdict } from '../conformance/verify.ts'

/** Failures of one cause shown by name. */
const MOST_NAMES = 5

/** What came of a run, for people: failures of one cause together, and why what was left out was. */
export function summaryOf(verdicts: readonly Verdict[]): string {
  const of = (state: Verdict['state']) => verdicts.filter(verdict => verdict.state === state)
  const [failed, skipped] = [of('failed'), of('skipped')]
  return [
    ...grouped(failed, causeOf).map(([, same]) => failureOf(same)),
    ...grouped(skipped, ({ text }) => reasonOf(text)).map(([reason, same]) => `left out, ${same.length}: ${reason}`),
    `${of('passed').length} passed, ${failed.length} failed, ${skipped.length} left out`,
  ].join('\n')
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
function causeOf({ text }: Verdict): string {
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
