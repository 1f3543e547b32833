import type { Entry } from './shapes.ts'

/** How many entries must match. Without any of these: at least one. */
export interface Count {
  readonly atLeast?: number
  readonly atMost?: number
  readonly exactly?: number
}

/** What `verify` may pass over. */
export type Tolerance = 'unexpected' | 'duplicates'

/** What the server found out about one expectation. */
export interface Verdict {
  readonly passed: boolean
  /** Places of the entries that match. */
  readonly matching: readonly number[]
  /** The whole of it for people. */
  readonly text: string
}

/** Everything a verdict over a test is made from. */
export interface Evidence {
  readonly url: string
  readonly token: string | undefined
  /** Oldest first. */
  readonly entries: readonly Entry[]
  readonly verdicts: readonly Verdict[]
  /** Each as text for people. */
  readonly duplicates: readonly string[]
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
  const unexpected = evidence.entries.filter(entry => isMisunderstood(entry) && !expected.has(entry.seq))
  const findings = [
    ...verdicts.filter(({ passed }) => !passed).map(({ text }) => text),
    ...(tolerated.has('unexpected') ? [] : unexpected.map(unexpectedText)),
    ...(tolerated.has('duplicates') ? [] : duplicates),
  ]
  if (findings.length === 0) return undefined
  const count = findings.length === 1 ? '1 thing is' : `${findings.length} things are`
  return [`${count} not as it should be`, ...findings, storyOf(evidence)].join('\n\n')
}

/** Refused because it makes no sense, and not because anybody wanted it refused. */
function isMisunderstood({ kind, code, outcome = '', effects = [] }: Entry): boolean {
  return kind === 'request' && MISUNDERSTOOD.has(code ?? '') && !outcome.startsWith('refuse') && effects.length === 0
}

function unexpectedText(entry: Entry): string {
  const { seq, method, path, status, code, message, objections = [], requestBody } = entry
  return [
    `✗ unexpected: #${seq} ${method} ${path} was answered ${status} ${code}: ${message}`,
    ...objections.map(({ rule, field, message: text }) => `    ${field}: ${text} (${rule})`),
    ...(requestBody === undefined ? [] : [`    sent  ${cut(requestBody, 300)}`]),
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

function lineOf(entry: Entry, start: number): string {
  const { kind, seq, at, status, outcome, taskId, hungUp, code, error, ignored = [], effects = [] } = entry
  const what =
    kind === 'callback' ? `callback ${entry.attempt ?? 1} to ${entry.url}` : `${entry.method} ${entry.path}`
  const parts = [
    `#${seq}`,
    `+${((at - start) / 1000).toFixed(3)} s`,
    what,
    hungUp ? 'the caller hung up' : (status ?? 'no answer'),
    code ?? '',
    taskId === undefined ? '' : `task ${taskId}`,
    outcome === undefined || outcome === 'succeed' ? '' : kind === 'callback' ? outcome : `outcome ${outcome}`,
    error ?? '',
    effects.length > 0 ? `by ${effects.join(', ')}` : '',
    ignored.length > 0 ? `ignored: ${ignored.join(', ')}` : '',
  ]
  return cut(parts.filter(part => part !== '').join('  ').replace(/\p{C}/gu, '?'), 300)
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}
