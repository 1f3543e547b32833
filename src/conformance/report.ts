import type { Case, Sending } from './case.ts'
import type { Difference } from './difference.ts'
import { queryOf } from './queries.ts'
import { printable } from './reading.ts'
import type { Target } from './target.ts'

/** What was promised, by whom, what came, and a line to try it by hand. */
export function failureText(one: Case, differences: readonly Difference[], target: Target): string {
  return [
    `${one.promise} (${one.source}; ${one.grade})`,
    ...differences.map(({ at, promised, seen }) => `  ${at}: promised ${promised}, came ${printable(seen)}`),
    ...(differences.some(({ at, seen }) => at === 'status' && seen === '429') ? [`  ${TOO_FAST}`] : []),
    `  ${curlOf(one, target)}`,
  ].join('\n')
}

const TOO_FAST = 'the target limits how often it is asked: --rate spreads requests out'

/** The token is left to the environment: failures are kept and shown. */
function curlOf({ check }: Case, { url }: Target): string {
  const { path, method = 'POST', body, text, token = 'given' } = sendingOf(check)
  const data = text ?? (body && JSON.stringify(body))
  return [
    `curl -X ${method} ${url}${path}`,
    ...(token === 'given' ? ['-H "authorization: Bearer $MOCKLING_TOKEN"'] : []),
    "-H 'content-type: application/json'",
    ...(data === undefined ? [] : [`-d ${quoted(data.length > 2000 ? `${data.slice(0, 2000)}…` : data)}`]),
  ].join(' ')
}

function sendingOf(check: Case['check']): Sending {
  if (check.kind === 'refused') return check.sending
  return check.kind === 'made' ? check.production : queryOf(check.query, 'TASK_ID')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
