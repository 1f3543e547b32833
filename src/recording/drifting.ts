import { examineFor } from '../contract/creates.ts'
import { differencesBetween, type Difference as Item } from '../contract/differences.ts'
import { ERRORS, isErrorCode } from '../contract/errors.ts'
import { isObject } from '../contract/reading.ts'
import { DEFAULT_REVISION, REVISIONS, type Revision } from '../contract/revisions.ts'
import { bearingOn, type Passage, SHOWN_BY } from './bearing.ts'
import { type Difference, differencesBetweenAnswers, differencesBetweenBodies, type Part } from './comparing.ts'
import type { Recording } from './exchange.ts'
import { type Played, played, type Stage } from './playing.ts'

/** Differences that have one cause. */
export interface Cause {
  readonly at: string
  readonly change: Difference['change'] | 'meaning'
  readonly recorded: string
  readonly played: string
  /** What of `diff-revisions` explains it; empty: nothing does. */
  readonly explainedBy: readonly Pick<Item, 'area' | 'item' | 'before' | 'after' | 'source' | 'grade'>[]
  /** Names of the recordings that it shows in. */
  readonly recordings: readonly string[]
}

/** What came of it. */
export interface Drift {
  readonly revision: Revision
  /** The revision whose answers are nearest to those recorded. */
  readonly nearest: Revision
  readonly compared: number
  /** Recordings that could not be played: without an answer, or about something that is not there. */
  readonly leftOut: readonly string[]
  readonly causes: readonly Cause[]
}

/** Opens a fake of a revision, on which nothing has been played yet. */
export type OpenStage = (revision: Revision) => Promise<Stage & AsyncDisposable>

/** Plays recordings on the fake, and says where it answers otherwise, and why if the contract knows. */
export async function driftOf(recordings: readonly Recording[], revision: Revision, open: OpenStage): Promise<Drift> {
  const runs = new Map<Revision, Run>()
  runs.set(revision, await runOf(recordings, await open(revision)))
  const own = runs.get(revision) as Run
  // Which revision the recordings are of, nobody has to say: it is the one that has them as they are.
  if (own.differences.length > 0) {
    for (const other of REVISIONS) if (other !== revision) runs.set(other, await runOf(recordings, await open(other)))
  }
  const nearest = nearestOf(runs, revision)
  const passage: Passage = { from: nearest, to: revision, items: differencesBetween(nearest, revision) }
  const atHome = new Set(runs.get(nearest)?.differences.map(keyOf))
  const found = own.differences.map(difference => ({
    difference,
    items: nearest !== revision && !atHome.has(keyOf(difference)) ? explanationOf(difference, own, passage) : [],
  }))
  const isCompared = ({ answer }: Played) => answer !== undefined
  return {
    revision,
    nearest,
    compared: own.all.filter(isCompared).length,
    leftOut: [
      ...recordings.filter(({ answer }) => answer === null),
      ...own.all.filter(one => !isCompared(one)).map(({ recording }) => recording),
    ].map(({ name }) => name),
    causes: together([...found, ...unseen(own, passage, found)]),
  }
}

interface Run {
  readonly all: readonly Played[]
  readonly differences: readonly Difference[]
}

async function runOf(recordings: readonly Recording[], opened: Stage & AsyncDisposable): Promise<Run> {
  await using stage = opened
  const all = await played(recordings, stage)
  return { all, differences: all.flatMap(one => differencesIn(one, stage.revision)) }
}

function differencesIn({ recording, answer, sent, type, strangers }: Played, revision: Revision): Difference[] {
  if (!answer || !recording.answer) return []
  const how = { isTextPromised: isTextPromised(answer.body, type, sent, revision) }
  const parts: Part[] =
    recording.kind === 'callback'
      ? differencesBetweenBodies(recording.request.body, answer.body, how)
      : differencesBetweenAnswers(recording.answer, answer, how)
  const others = strangers.map(({ at, isRecorded }) => {
    const [one, other] = ['another than before', 'the same as before']
    return { at, change: 'identity' as const, recorded: isRecorded ? one : other, played: isRecorded ? other : one }
  })
  return [...parts, ...others].map(part => ({ recording: recording.name, ...part }))
}

/** Whether the text of an error was read somewhere. */
function isTextPromised(answer: unknown, type: Played['type'], sent: unknown, revision: Revision): boolean {
  const error = isObject(answer) ? answer['error'] : undefined
  if (!isObject(error)) return true
  const { code, message } = error
  if (type !== undefined && isObject(sent)) {
    const [first] = examineFor(type, sent, revision, 'documented').objections
    if (first?.message === message) return first?.text.grade !== 'chosen'
  }
  return (
    typeof code === 'string' && isErrorCode(code) && ERRORS[code].message === message && ERRORS[code].grade !== 'chosen'
  )
}

/** The one with the fewest differences; of several, the one asked for, or else the usual one. */
function nearestOf(runs: ReadonlyMap<Revision, Run>, revision: Revision): Revision {
  const order = (one: Revision) => (one === revision ? 0 : one === DEFAULT_REVISION ? 1 : 2)
  const ranked = [...runs].toSorted(
    ([a, { differences: x }], [b, { differences: y }]) => x.length - y.length || order(a) - order(b),
  )
  return ranked[0]?.[0] ?? revision
}

function keyOf({ recording, at, change, recorded, played: now }: Difference): string {
  return JSON.stringify([recording, at, change, recorded, now])
}

/** The listed changes that a difference shows. */
function explanationOf({ recording: name, at }: Difference, { all }: Run, passage: Passage): Item[] {
  const one = all.find(({ recording }) => recording.name === name)
  const { request } = one?.recording ?? {}
  const isRefused = (one?.answer?.status ?? 0) >= 400
  const facts = SHOWN_BY.filter(
    fact =>
      fact.at.test(at) &&
      (fact.when !== 'no token' || request?.authorization === 'none') &&
      (fact.when !== 'refused' || isRefused),
  ).map(({ item }) => item)
  const shown = passage.items.filter(({ area, item }) => area === 'wire' && facts.includes(item))
  // What bears on a create shows in whether it is taken, and in how it is refused.
  const isTaking = /^(?:answer|status|body\/error\/\w+)$/.test(at) && one?.type !== undefined
  return shown.length > 0 || !isTaking ? shown : bearingOn(one.type, one.sent, passage)
}

interface Found {
  readonly difference: Omit<Difference, 'change'> & { readonly change: Cause['change'] }
  readonly items: readonly Item[]
}

/** Changes that bear on a request, though its answer looks as before: a field that is read now, say. */
function unseen({ all }: Run, passage: Passage, found: readonly Found[]): Found[] {
  const told = new Set(
    found.flatMap(({ difference, items }) => items.map(({ item }) => `${difference.recording} ${item}`)),
  )
  return all.flatMap(({ recording: { name }, type, sent }) => {
    if (type === undefined) return []
    const items = bearingOn(type, sent, passage).filter(({ item }) => !told.has(`${name} ${item}`))
    return items.map(item => ({
      difference: {
        ...{ recording: name, at: 'request', change: 'meaning' as const },
        ...{ recorded: item.before ?? 'nothing', played: item.after ?? 'nothing' },
      },
      items: [item],
    }))
  })
}

/** One cause for all that look the same and have the same explanation. */
function together(found: readonly Found[]): Cause[] {
  const causes = new Map<string, { cause: Omit<Cause, 'recordings'>; recordings: Set<string> }>()
  for (const { difference, items } of found) {
    const { recording, ...rest } = difference
    const explainedBy = items.map(({ area, item, before, after, source, grade }) => ({
      area,
      item,
      before,
      after,
      source,
      grade,
    }))
    const cause = { ...rest, explainedBy }
    const key = JSON.stringify(cause)
    const known = causes.get(key) ?? { cause, recordings: new Set() }
    known.recordings.add(recording)
    causes.set(key, known)
  }
  return [...causes.values()].map(({ cause, recordings }) => ({ ...cause, recordings: [...recordings] }))
}
