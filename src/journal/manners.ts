import { CHOSEN, type Evidence } from '../contract/evidence.ts'
import type { Entry } from './entries.ts'
import { type Poll, pollsIn } from './polls.ts'
import { counted } from './wording.ts'

/** From where on a habit is called a bad one. Lengths are in milliseconds of virtual time. */
export interface Thresholds {
  /** Two polls of a pending task closer together are too fast. */
  readonly leastGapMs: number
  /** So many polls of a pending task in a row, all equally far apart, show no backoff. */
  readonly evenPolls: number
  /** Gaps that differ by less than this share of the longest are equal. */
  readonly evenness: number
  /** So many tasks polled one by one … */
  readonly singles: number
  /** … within this time could have been asked for at once. */
  readonly singlesWithinMs: number
}

/** Our own opinion: no page of the upstream's says how often one may ask. */
export const THRESHOLDS: Thresholds = {
  leastGapMs: 1000,
  evenPolls: 10,
  evenness: 0.1,
  singles: 3,
  singlesWithinMs: 1000,
}

export type Habit = 'too-fast' | 'after-terminal' | 'no-backoff' | 'singles'

/** One bad habit, with what shows it. Graded `chosen`: an opinion of ours, not the upstream's. */
export interface Finding extends Evidence {
  readonly habit: Habit
  readonly namespace: string
  readonly tasks: readonly string[]
  /** Places of the polls that show it. */
  readonly seqs: readonly number[]
  /** What was seen, in one sentence. */
  readonly says: string
  readonly advice: string
}

export interface Manners {
  readonly findings: readonly Finding[]
  /** Polls looked at: questions about one task each. */
  readonly polls: number
  /** What could not be judged, and why. */
  readonly notJudged: readonly string[]
}

/** How the clock ran that the polls are dated by. On one that moves by leaps, gaps say nothing about the client. */
export type ClockKind = 'running' | 'frozen' | 'auto-skip'

const ADVICE: Readonly<Record<Habit, string>> = {
  'too-fast': 'Wait a second at least between two looks at a task: videos take minutes.',
  'after-terminal': 'Stop asking once a task has succeeded or failed: its state can’t change any more.',
  'no-backoff': 'Let the wait grow from look to look, or have the result called back with callback_url.',
  singles: 'Ask for several tasks at once: action retrieve_batch takes up to 100 ids.',
}

/** Judges how the tasks of each namespace were polled. */
export function mannersOf(
  entries: readonly Entry[],
  thresholds: Partial<Thresholds> = {},
  clockOf: (namespace: string) => ClockKind = () => 'running',
): Manners {
  const limits = { ...THRESHOLDS, ...thresholds }
  const polls = pollsIn(entries)
  const findings = [...groupedBy(polls, poll => poll.namespace)].flatMap(([namespace, own]) => {
    const clock = clockOf(namespace)
    const byTask = [...groupedBy(own, poll => poll.taskId).values()]
    return [
      ...byTask.flatMap(one => [
        ...tooFast(one, limits, clock),
        ...afterTerminal(one),
        ...noBackoff(one, limits, clock),
      ]),
      ...singles(own, limits),
    ]
  })
  const kinds = new Set([...groupedBy(polls, poll => poll.namespace).keys()].map(clockOf))
  return { findings, polls: polls.length, notJudged: notJudgedUnder(kinds) }
}

function notJudgedUnder(kinds: ReadonlySet<ClockKind>): string[] {
  return [
    ...(kinds.has('frozen')
      ? ['polls at one instant of a frozen clock, which only commands move: whether too fast']
      : []),
    ...(kinds.has('frozen') || kinds.has('auto-skip')
      ? ['gaps on a frozen or auto-skip clock, which moves by leaps: whether there is backoff']
      : []),
  ]
}

function tooFast(polls: readonly Poll[], { leastGapMs }: Thresholds, clock: ClockKind): Finding[] {
  const fast = gapsOf(polls).filter(({ ms, from }) => {
    return from.seen === 'pending' && ms < leastGapMs && !(clock === 'frozen' && ms === 0)
  })
  if (fast.length === 0) return []
  const shortest = Math.min(...fast.map(({ ms }) => ms))
  const says = `${counted(fast.length, 'poll')} of a pending task came sooner than ${leastGapMs} ms after the one before, the soonest after ${shortest} ms`
  return [finding('too-fast', [...new Set(fast.flatMap(({ from, to }) => [from, to]))], says)]
}

function afterTerminal(polls: readonly Poll[]): Finding[] {
  const end = polls.findIndex(({ seen }) => seen === 'terminal')
  const late = end === -1 ? [] : polls.slice(end + 1)
  if (late.length === 0) return []
  const says = `${counted(late.length, 'poll')} came after #${polls[end]?.seq} had shown that the task is over`
  return [finding('after-terminal', late, says)]
}

function noBackoff(polls: readonly Poll[], { evenPolls, evenness }: Thresholds, clock: ClockKind): Finding[] {
  if (clock !== 'running') return []
  const longest = evenRuns(polls, evenness).reduce((most, run) => (run.length > most.length ? run : most), [])
  if (longest.length < Math.max(2, evenPolls)) return []
  const mean = Math.round(((longest.at(-1)?.at ?? 0) - (longest[0]?.at ?? 0)) / (longest.length - 1))
  return [
    finding('no-backoff', longest, `${longest.length} polls of a pending task in a row came about ${mean} ms apart`),
  ]
}

/** Stretches of polls of a pending task, all gaps of which are about equal. */
function evenRuns(polls: readonly Poll[], evenness: number): (readonly Poll[])[] {
  const runs: Poll[][] = []
  let [shortest, longest] = [0, 0]
  for (const { from, to, ms } of gapsOf(polls).filter(gap => gap.from.seen === 'pending')) {
    const run = runs.at(-1)
    const [low, high] = [Math.min(shortest, ms), Math.max(longest, ms)]
    if (run?.at(-1) === from && high - low <= high * evenness) {
      run.push(to)
      shortest = low
      longest = high
    } else {
      runs.push([from, to])
      shortest = longest = ms
    }
  }
  return runs
}

function singles(polls: readonly Poll[], limits: Thresholds): Finding[] {
  const single = polls.filter(({ isBatch }) => !isBatch)
  const bursts = burstsIn(single, limits)
  if (bursts.length === 0) return []
  const most = Math.max(...bursts.map(burst => distinctTasks(burst).length))
  const times = bursts.length === 1 ? 'once' : `${bursts.length} times`
  const says = `${times}, up to ${most} tasks were polled one by one, ${limits.singles} or more within ${limits.singlesWithinMs} ms`
  return [finding('singles', bursts.flat(), says)]
}

/** Stretches of polls in which enough tasks were asked for one by one, not far enough apart. */
function burstsIn(polls: readonly Poll[], { singles: enough, singlesWithinMs }: Thresholds): Poll[][] {
  const bursts: Poll[][] = []
  /** Tasks of the polls from `start` on, and how often each was asked for. */
  const window = new Map<string, number>()
  let start = 0
  /** Index of the first poll that is in no burst yet. */
  let free = 0
  for (const [index, poll] of polls.entries()) {
    window.set(poll.taskId, (window.get(poll.taskId) ?? 0) + 1)
    for (let oldest = polls[start]; oldest && poll.at - oldest.at > singlesWithinMs; oldest = polls[++start]) {
      const left = (window.get(oldest.taskId) ?? 0) - 1
      if (left === 0) window.delete(oldest.taskId)
      else window.set(oldest.taskId, left)
    }
    if (window.size < Math.max(2, enough)) continue
    if (start < free) bursts.at(-1)?.push(...polls.slice(free, index + 1))
    else bursts.push(polls.slice(start, index + 1))
    free = index + 1
  }
  return bursts
}

interface Gap {
  readonly from: Poll
  readonly to: Poll
  readonly ms: number
}

/** From each poll to the next. */
function gapsOf(polls: readonly Poll[]): Gap[] {
  return polls.slice(1).map((to, index) => {
    const from = polls[index] as Poll
    return { from, to, ms: to.at - from.at }
  })
}

function finding(habit: Habit, polls: readonly Poll[], says: string): Finding {
  return {
    ...CHOSEN,
    habit,
    namespace: polls[0]?.namespace ?? '',
    tasks: distinctTasks(polls),
    seqs: polls.map(({ seq }) => seq),
    says,
    advice: ADVICE[habit],
  }
}

function distinctTasks(polls: readonly Poll[]): string[] {
  return [...new Set(polls.map(({ taskId }) => taskId))]
}

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}
