import type { Case, Sending } from './case.ts'
import type { Difference } from './difference.ts'
import type { Target } from './target.ts'

/** What was promised, by whom, what came, and a line to try it by hand. */
export function failureText(one: Case, differences: readonly Difference[], target: Target): string {
  return [
    `${one.promise} (${one.source}; ${one.grade})`,
    ...differences.map(({ at, promised, seen }) => `  ${at}: promised ${promised}, came ${seen}`),
    ...curlOf(one, target).map(line => `  ${line}`),
  ].join('\n')
}

/** The token is left to the environment: failures are kept and shown. */
function curlOf({ check }: Case, { url }: Target): string[] {
  if (check.kind === 'query') return []
  const sending: Sending = check.kind === 'refused' ? check.sending : check.production
  const { path, method = 'POST', body, text, token = 'given' } = sending
  const data = text ?? (body && JSON.stringify(body))
  return [
    [
      `curl -X ${method} ${url}${path}`,
      ...(token === 'given' ? ['-H "authorization: Bearer $MOCKLING_TOKEN"'] : []),
      "-H 'content-type: application/json'",
      ...(data === undefined ? [] : [`-d ${quoted(data.length > 2000 ? `${data.slice(0, 2000)}…` : data)}`]),
    ].join(' '),
  ]
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
