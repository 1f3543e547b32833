import type { Checked } from '../control/journal-faces.ts'
import type { Duplicate } from '../journal/duplicates.ts'
import type { CallbackEntry, DownloadEntry, Entry, RequestEntry } from '../journal/entries.ts'

/** What `verify` may pass over. */
export type Tolerance = 'unexpected' | 'duplicates'

/** Everything a verdict over a test is made from. */
export interface Evidence {
  readonly url: string
  readonly token: string | undefined
  /** Oldest first. */
  readonly entries: readonly Entry[]
  readonly verdicts: readonly Checked[]
  readonly duplicates: readonly Duplicate[]
  readonly tolerated: ReadonlySet<Tolerance>
}

/** What was expected did not happen, or what happened was not expected. The message says everything that is known. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError'
}

/** Codes of requests that the API does not understand, whatever the state of the account. */
const MISUNDERSTOOD: ReadonlySet<string> = new Set([
  'bad_request',
  'token_mismatched',
  'api_not_implemented',
  'no_api',
  'content_too_large',
])

/** Entries listed at most. */
const MOST_LISTED = 40

/** What is wrong, with all that happened below it; `undefined` if nothing is. */
export function complaintOf(evidence: Evidence): string | undefined {
  const { verdicts, duplicates, tolerated } = evidence
  const expected = new Set(verdicts.flatMap(({ passed, matching }) => (passed ? matching : [])))
  const unexpected = evidence.entries
    .filter(isRequest)
    .filter(entry => isMisunderstood(entry) && !expected.has(entry.seq))
  const findings = [
    ...verdicts.filter(({ passed }) => !passed).map(({ text }) => text),
    ...(tolerated.has('unexpected') ? [] : unexpected.map(unexpectedText)),
    ...(tolerated.has('duplicates') ? [] : duplicates.map(duplicateText)),
  ]
  if (findings.length === 0) return undefined
  const count = findings.length === 1 ? '1 thing is' : `${findings.length} things are`
  return [`${count} not as it should be`, ...findings, storyOf(evidence)].join('\n\n')
}

function isRequest(entry: Entry): entry is RequestEntry {
  return entry.kind === 'request'
}

/** Refused because it makes no sense, and not because anybody wanted it refused. */
function isMisunderstood({ code = '', outcome = '', objections = [], rules = [] }: RequestEntry): boolean {
  if (outcome.startsWith('refuse')) return false
  return objections.length > 0 || (MISUNDERSTOOD.has(code) && rules.length === 0)
}

function unexpectedText({
  seq,
  method,
  path,
  status,
  code,
  message,
  objections = [],
  requestBody,
}: RequestEntry): string {
  return [
    `✗ unexpected: #${seq} ${method} ${path} was answered ${status} ${code}: ${message}`,
    ...objections.map(({ rule, field, message: text }) => `    ${field}: ${text} (${rule})`),
    ...(requestBody === undefined ? [] : [`    sent  ${cut(requestBody, 300)}`]),
  ].join('\n')
}

function duplicateText({ first, second, credits, why }: Duplicate): string {
  return [
    `✗ paid twice: #${second.seq} buys again what #${first.seq} bought, for ${credits} Credits more`,
    ...why.split('; ').map(reason => `    ${reason}`),
    `    tasks ${first.taskId} and ${second.taskId}`,
  ].join('\n')
}

/** All that happened, so that nobody has to run it again to know. */
export function storyOf({ url, token, entries }: Pick<Evidence, 'url' | 'token' | 'entries'>): string {
  const shown = entries.slice(0, MOST_LISTED)
  const start = entries[0]?.at ?? 0
  const who = token === undefined ? '' : ` of the token ${token}`
  if (entries.length === 0) return `No request${who} has come to ${url}.`
  return [
    `What happened${who}, in virtual time:`,
    ...shown.map(entry => `  ${lineOf(entry, start)}`),
    ...(entries.length > shown.length ? [`  … and ${entries.length - shown.length} more`] : []),
  ].join('\n')
}

/** What happened in one line, dated from `start`. */
export function lineOf(entry: Entry, start: number): string {
  const parts = [`#${entry.seq}`, `+${((entry.at - start) / 1000).toFixed(3)} s`, ...partsOf(entry)]
  return cut(
    parts
      .filter(part => part !== undefined && part !== '')
      .join('  ')
      .replace(/\p{C}/gu, '?'),
    300,
  )
}

function partsOf(entry: Entry): readonly (string | undefined)[] {
  switch (entry.kind) {
    case 'request':
      return requestParts(entry)
    case 'download':
      return downloadParts(entry)
    case 'callback':
      return callbackParts(entry)
  }
}

function requestParts({ method, path, status, hungUp, code, taskId, outcome, rules, ignored }: RequestEntry) {
  return [
    `${method} ${path}`,
    hungUp ? 'the caller hung up' : String(status ?? 'no answer'),
    code,
    taskId && `task ${taskId}`,
    outcome && outcome !== 'succeed' ? `outcome ${outcome}` : undefined,
    rules?.length ? `by ${rules.join(', ')}` : undefined,
    ignored?.length ? `ignored: ${ignored.join(', ')}` : undefined,
  ]
}

function downloadParts({ method, path, range, status, bytes, hungUp }: DownloadEntry) {
  return [`${method} ${path}`, range, hungUp ? 'the caller hung up' : String(status ?? 'no answer'), `${bytes} bytes`]
}

function callbackParts({ attempt, url, status, outcome, error, taskId }: CallbackEntry) {
  const end = status === undefined ? (error ?? outcome) : String(status)
  return [`callback to ${url}`, attempt > 1 ? `attempt ${attempt}` : undefined, end, `task ${taskId}`]
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}
