import { sumOfCredits } from '../contract/pricing.ts'
import { isoTime } from '../simulation/timebase.ts'
import { canonicalJson, digestOf } from './canonical.ts'
import type { Entry } from './entries.ts'
import { type AcceptedCreate, acceptedAt, acceptedCreates, endOf, type Present, priceState } from './ledger.ts'
import { fieldOf, newest, sentJson } from './reading.ts'

/** How the answer of an accepted create came to nothing. */
export type Loss =
  /** The caller went away before it, as one does whose own time limit ends first. */
  | 'hang-up'
  /** The connection was broken while it was on its way, or before. */
  | 'broken-off'
  /** 5xx, though the task was accepted, and not because it had failed. */
  | 'server-error'

/** One of the two creates. */
export interface Half {
  readonly seq: number
  /** When it was accepted. */
  readonly at: number
  readonly taskId: string
  readonly credits: number
  /** When its task settles or settled; `null` if it never does. */
  readonly settlesAt: number | null
  /** What was answered; `null` if nothing was. */
  readonly status: number | null
}

/** Two accepted creates that ask for the same video, the second of which the first made needless. */
export interface Duplicate {
  readonly namespace: string
  readonly first: Half
  readonly second: Half
  /** How the first's answer was lost; `null` if it arrived. */
  readonly lost: Loss | null
  /** The first was not settled yet when the second was accepted. */
  readonly wasUnsettled: boolean
  /** What the second costs on top: its price, or 0 if one of the two failed and is not billed. */
  readonly credits: number
  /** Fields of the body in which they differ, with both values; only such as do not change what is made. */
  readonly differing: Readonly<Record<string, readonly [first: unknown, second: unknown]>>
  /** Why it counts, in one sentence. */
  readonly why: string
}

export interface Duplicates {
  /** In the order of the second create's acceptance. Each create is the second of one pair at most. */
  readonly pairs: readonly Duplicate[]
  /** How many there are, also where `pairs` has only the newest. */
  readonly count: number
  /** What all of them cost on top. */
  readonly credits: number
}

/**
 * Creates that were bought twice: of one token, with the same body but for `callback_url`, `async` and `timeout`, where
 * the first's answer was lost or the first was not settled yet. Refused creates never count. A create that repeats
 * several is paired with the last of them that will be billed, or else with the last. At most `most` of the pairs are laid
 * out, the newest.
 */
export function duplicatesOf(entries: readonly Entry[], present: Present, most = Number.POSITIVE_INFINITY): Duplicates {
  const groups = new Map<string, Past[]>()
  for (const [turn, create] of acceptedCreates(entries).entries()) {
    const key = `${create.namespace} ${create.path} ${create.requestDigest ?? digestOf(sentJson(create))}`
    const group = groups.get(key)
    const past = pastOf(create, turn, present)
    if (group) group.push(past)
    else groups.set(key, [past])
  }
  const pairs = [...groups.values()].flatMap(pairsIn)
  pairs.sort((a, b) => a.second.turn - b.second.turn)
  return {
    pairs: newest(pairs, most).map(pairOf),
    count: pairs.length,
    credits: sumOfCredits(pairs.map(costOf)),
  }
}

/** What is known of a create once it is in the past. */
interface Past {
  readonly create: AcceptedCreate
  /** Its place among all that were accepted. */
  readonly turn: number
  readonly lost: Loss | undefined
  readonly settledAt: number
  readonly isBilled: boolean
}

interface Pair {
  readonly first: Past
  readonly second: Past
}

function pastOf(create: AcceptedCreate, turn: number, present: Present): Past {
  return {
    create,
    turn,
    lost: lossOf(create, present),
    settledAt: endOf(create, present)?.at ?? Number.POSITIVE_INFINITY,
    isBilled: priceState(create, present) !== 'failed',
  }
}

function pairsIn(group: readonly Past[]): Pair[] {
  const any = new Latest()
  const billed = new Latest()
  return group.flatMap(second => {
    const at = acceptedAt(second.create)
    const first = billed.before(at) ?? any.before(at)
    any.add(second)
    if (second.isBilled) billed.add(second)
    return first ? [{ first, second }] : []
  })
}

/** Of the creates so far, the last one that makes another needless. Asked for instants in order. */
class Latest {
  #lost: Past | undefined
  readonly #unsettled: Past[] = []

  add(past: Past): void {
    if (past.lost !== undefined) this.#lost = past
    this.#unsettled.push(past)
  }

  before(at: number): Past | undefined {
    while (this.#unsettled.length > 0 && (this.#unsettled.at(-1)?.settledAt ?? 0) <= at) this.#unsettled.pop()
    const unsettled = this.#unsettled.at(-1)
    return (unsettled?.turn ?? -1) > (this.#lost?.turn ?? -1) ? unsettled : this.#lost
  }
}

function lossOf(create: AcceptedCreate, present: Present): Loss | undefined {
  const { hungUp, isCut, status, endedAt } = create
  if (hungUp) return 'hang-up'
  if (isCut || (endedAt !== undefined && status === undefined)) return 'broken-off'
  if (status === undefined || status < 500) return undefined
  const end = endOf(create, present)
  const toldOfItsFailure = end?.state === 'failed' && end.at <= (create.answeredAt ?? create.at)
  return toldOfItsFailure ? undefined : 'server-error'
}

function costOf({ first, second }: Pair): number {
  return first.isBilled && second.isBilled ? second.create.credits : 0
}

function pairOf({ first, second }: Pair): Duplicate {
  const wasUnsettled = first.settledAt > acceptedAt(second.create)
  return {
    namespace: second.create.namespace,
    first: halfOf(first),
    second: halfOf(second),
    lost: first.lost ?? null,
    wasUnsettled,
    credits: costOf({ first, second }),
    differing: differencesOf(sentJson(first.create), sentJson(second.create)),
    why: whyOf(first, second.create, wasUnsettled),
  }
}

function halfOf({ create, settledAt }: Past): Half {
  const { seq, taskId, credits, status = null } = create
  const settlesAt = Number.isFinite(settledAt) ? settledAt : null
  return { seq, at: acceptedAt(create), taskId, credits, settlesAt, status }
}

function differencesOf(first: unknown, second: unknown): Duplicate['differing'] {
  const names = new Set([...Object.keys(first ?? {}), ...Object.keys(second ?? {})])
  const pairs = [...names].map(name => [name, [fieldOf(first, name), fieldOf(second, name)]] as const)
  return Object.fromEntries(pairs.filter(([, [a, b]]) => canonicalJson(a) !== canonicalJson(b)))
}

function whyOf({ create, lost, settledAt }: Past, second: AcceptedCreate, wasUnsettled: boolean): string {
  const { seq, status, endedAt = create.at } = create
  const losses: Readonly<Record<Loss, string>> = {
    'hang-up': `the caller of #${seq} hung up at ${isoTime(endedAt)}, before its answer, and its task went on`,
    'broken-off': `the answer of #${seq} was broken off at ${isoTime(endedAt)}, and its task went on`,
    'server-error': `#${seq} was answered ${status}, though its task had been accepted and went on`,
  }
  const until = Number.isFinite(settledAt) ? `until ${isoTime(settledAt)}` : 'and never will be'
  const unsettled = `the task of #${seq} was not settled yet (${until}) when #${second.seq} was accepted at ${isoTime(acceptedAt(second))}`
  return [...(lost ? [losses[lost]] : []), ...(wasUnsettled ? [unsettled] : [])].join('; ')
}
