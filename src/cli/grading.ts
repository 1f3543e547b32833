import type { Attempt } from '../callbacks/post.ts'
import { printable } from '../journal/wording.ts'
import type { Case } from './hostile-set.ts'

/** What became of one case. */
export interface Graded {
  readonly name: string
  readonly group: string
  readonly summary: string
  readonly verdict: 'pass' | 'warn' | 'fail'
  /** Why, if it is no plain pass. */
  readonly because: string | undefined
  /** Status of each answer, or what came instead. */
  readonly answers: readonly string[]
  /** Of the slowest answer, in real milliseconds. */
  readonly slowestMs: number
}

/** Where a callback's sender begins to wait noticeably; its limit is the poster's own. */
const SLOW_MS = 1000

/** What the receiver's state was before a case, after its first shot, and after its last. */
export interface States {
  readonly before: string
  readonly first: string
  readonly last: string
}

/** Grades one case by its answers, and by the receiver's state where that could be looked at. */
export function grade(one: Case, attempts: readonly Attempt[], states: States | undefined): Graded {
  const { name, group, summary } = one
  const slowestMs = Math.round(Math.max(0, ...attempts.map(attempt => attempt.durationMs))) - sendingMs(one)
  const answers = attempts.map(({ status, outcome }) =>
    status === undefined || outcome === 'timeout' ? outcome : String(status),
  )
  const failure = attempts.map(attempt => failureOf(one, attempt)).find(text => text !== undefined)
  const change = states && one.keepsState ? changeOf(states) : undefined
  const warning = suspicionOf(one, attempts) ?? hangUpOf(one, attempts) ?? change?.unknown
  const because = failure ?? change?.wrong ?? warning
  const verdict = (failure ?? change?.wrong) !== undefined ? 'fail' : warning !== undefined ? 'warn' : 'pass'
  return { name, group, summary, verdict, because, answers, slowestMs }
}

function failureOf(
  { wants, mayHangUp }: Case,
  { status, outcome, error, responseBody = '' }: Attempt,
): string | undefined {
  if (mayHangUp && outcome === 'connection-error') return undefined
  if (status === undefined || outcome === 'timeout') return error ?? outcome
  if (status >= 500) return `${status}: it broke on it${excerptOf(responseBody)}`
  if (status >= 300 && status < 400) return `${status}: redirects of callbacks are not followed`
  if (wants === '2xx' && status >= 400) return `${status} where a 2xx is due: the callback counts as not delivered`
  if (wants === '4xx' && status < 300) return `${status}: accepted what it must refuse with 4xx`
  return undefined
}

/** The first line of an answer, fit for a terminal. */
function excerptOf(body: string): string {
  const line = printable(body.split('\n')[0] ?? '').slice(0, 120)
  return line === '' ? '' : `: ${line}`
}

function suspicionOf({ suspects2xx }: Case, attempts: readonly Attempt[]): string | undefined {
  if (suspects2xx === undefined) return undefined
  const accepted = attempts.find(({ outcome }) => outcome === 'delivered')
  return accepted && `${accepted.status}, though ${suspects2xx}`
}

function hangUpOf({ mayHangUp }: Case, attempts: readonly Attempt[]): string | undefined {
  const cut = attempts.find(({ outcome }) => outcome === 'connection-error')
  return mayHangUp && cut ? `it hung up without an answer that could be read: ${cut.error}` : undefined
}

function changeOf({ before, first, last }: States): { wrong?: string; unknown?: string } {
  if (first !== last) return { wrong: `the second one changed the state\n${differenceOf(first, last)}` }
  if (first === before)
    return { unknown: 'the first one changed nothing that --state-command shows: name a task with --task' }
  return {}
}

/** The first line in which two texts differ. */
function differenceOf(first: string, last: string): string {
  const [one, other] = [first.split('\n'), last.split('\n')]
  const at = one.findIndex((line, index) => line !== other[index])
  const line = at === -1 ? one.length : at
  return `  after the first:  ${(one[line] ?? '(ends)').slice(0, 200)}\n  after the second: ${(other[line] ?? '(ends)').slice(0, 200)}`
}

/** What our own slowness adds to the time an answer takes. */
function sendingMs({ shots }: Case): number {
  return shots.reduce((sum, { body }) => sum + (typeof body === 'string' ? 0 : (body.pieces - 1) * body.pauseMs), 0)
}

/** The grade for speed, over all cases. */
export function gradeOfSpeed(grades: readonly Graded[], limitMs: number): Graded {
  const late = grades.filter(({ answers }) => answers.includes('timeout'))
  const slow = grades.filter(({ slowestMs }) => slowestMs > SLOW_MS)
  const named = (which: readonly Graded[]) => which.map(({ name, slowestMs }) => `${name} ${slowestMs} ms`).join(', ')
  const because =
    late.length > 0
      ? `no answer in time: ${named(late)}`
      : slow.length > 0
        ? `answer first, work afterwards: ${named(slow)}`
        : undefined
  return {
    name: 'answers-in-time',
    group: 'speed',
    summary: `Each answer comes within ${limitMs / 1000} s, better within ${SLOW_MS / 1000} s.`,
    verdict: late.length > 0 ? 'fail' : slow.length > 0 ? 'warn' : 'pass',
    because,
    answers: [],
    slowestMs: Math.max(...grades.map(grade => grade.slowestMs)),
  }
}
