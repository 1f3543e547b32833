import { sumOfCredits } from '../contract/pricing.ts'
import { createdAt, isTerminal, type Step, settlesAt, type Task } from '../simulation/task.ts'
import type { Entry, RequestEntry } from './entries.ts'
import { fieldOf, newest, sentJson } from './reading.ts'

/** A create that was accepted, as the journal has it. */
export interface AcceptedCreate extends RequestEntry {
  taskId: string
  credits: number
  steps: readonly Step[]
}

/** How things stand with the price: billed, set aside until the task settles, or given back because it failed. */
export type PriceState = 'charged' | 'reserved' | 'failed'

/** One accepted create. */
export interface Purchase {
  /** Of the create in the journal; 0 if that was accepted by an earlier process. */
  readonly seq: number
  /** When it was accepted, on the namespace's clock. */
  readonly at: number
  readonly namespace: string
  readonly taskId: string
  /** As asked for; `null` for a field that was not given. */
  readonly action: string | null
  readonly model: string | null
  readonly mode: string | null
  readonly outcome: string
  /** Its price. */
  readonly credits: number
  readonly state: PriceState
  /** When the task settles or settled; `null` if it never does. */
  readonly settlesAt: number | null
}

export interface Totals {
  readonly creates: number
  /** Billed: the prices of what succeeded. */
  readonly charged: number
  /** Prices of what is not settled yet. */
  readonly reserved: number
  /** Prices of what failed, which nobody pays. */
  readonly failed: number
  /** Billed, or to be billed if nothing fails any more: `charged` and `reserved`. */
  readonly credits: number
}

/** What was bought. Prices are estimates in Credits. */
export interface Ledger {
  /** Oldest first; only the newest, if no more were asked for. */
  readonly purchases: readonly Purchase[]
  /** Of everything. */
  readonly totals: Totals
}

/** What the journal can't know by itself. */
export interface Present {
  /** The instant on a namespace's clock. */
  readonly nowOf: (namespace: string) => number
  /** A task's plan as it is by now; `undefined`: as it was made. */
  readonly planOf?: (taskId: string) => readonly Step[] | undefined
}

/**
 * Every accepted create with its price, and what became of it: after the tasks of earlier ones. At most `most` are laid out, the
 * newest.
 */
export function ledgerOf(
  entries: readonly Entry[],
  present: Present,
  { earlier = [], most = Number.POSITIVE_INFINITY }: { earlier?: readonly Task[]; most?: number | undefined } = {},
): Ledger {
  const creates = acceptedCreates(entries)
  const shown = newest(creates, most)
  const before = newest(earlier, most - shown.length)
  return {
    purchases: [...before.map(task => purchaseOfTask(task, present)), ...shown.map(one => purchaseOf(one, present))],
    totals: totalsOf([
      ...earlier.map(task => ({ credits: task.credits, state: stateOfTask(task, present) })),
      ...creates.map(create => ({ credits: create.credits, state: priceState(create, present) })),
    ]),
  }
}

/** Accepted creates in the order of their acceptance. */
export function acceptedCreates(entries: readonly Entry[]): AcceptedCreate[] {
  return entries.filter(isAccepted).sort((a, b) => acceptedAt(a) - acceptedAt(b) || a.seq - b.seq)
}

function isAccepted(entry: Entry): entry is AcceptedCreate {
  return entry.kind === 'request' && entry.accepted === true
}

/** The instant a create was accepted: its plan begins there, a little later than the request maybe. */
export function acceptedAt({ steps, at }: AcceptedCreate): number {
  return steps[0]?.at ?? at
}

/** The last step of the task's plan, if it has an end. */
export function endOf(create: AcceptedCreate, { planOf }: Pick<Present, 'planOf'>): Step | undefined {
  const steps = planOf?.(create.taskId) ?? create.steps
  return steps.find(isTerminal)
}

/** How things stand with the create's price. */
export function priceState(create: AcceptedCreate, present: Present): PriceState {
  return stateBy(endOf(create, present), present.nowOf(create.namespace))
}

function stateBy(end: Step | undefined, now: number): PriceState {
  if (end === undefined || end.at > now) return 'reserved'
  return end.state === 'failed' ? 'failed' : 'charged'
}

function stateOfTask({ steps, namespace }: Task, present: Present): PriceState {
  return stateBy(steps.find(isTerminal), present.nowOf(namespace))
}

function purchaseOf(create: AcceptedCreate, present: Present): Purchase {
  const body = sentJson(create)
  const asked = (name: string) => {
    const value = fieldOf(body, name)
    return typeof value === 'string' ? value : null
  }
  const { seq, namespace, taskId, credits, outcome = 'succeed' } = create
  return {
    ...{ seq, at: acceptedAt(create), namespace, taskId },
    ...{ action: asked('action'), model: asked('model'), mode: asked('mode') },
    ...{ outcome, credits, state: priceState(create, present) },
    settlesAt: endOf(create, present)?.at ?? null,
  }
}

/** What a task that the journal does not know was bought for. */
function purchaseOfTask(task: Task, present: Present): Purchase {
  const { namespace, id: taskId, credits, outcome, request } = task
  const asked = (name: string) => {
    const value = request[name]
    return typeof value === 'string' ? value : null
  }
  return {
    ...{ seq: 0, at: createdAt(task), namespace, taskId },
    ...{ action: asked('action'), model: asked('model'), mode: asked('mode') },
    ...{ outcome, credits, state: stateOfTask(task, present) },
    settlesAt: settlesAt(task) ?? null,
  }
}

function totalsOf(purchases: readonly Pick<Purchase, 'credits' | 'state'>[]): Totals {
  const sumOf = (...states: PriceState[]) =>
    sumOfCredits(purchases.filter(({ state }) => states.includes(state)).map(({ credits }) => credits))
  return {
    creates: purchases.length,
    charged: sumOf('charged'),
    reserved: sumOf('reserved'),
    failed: sumOf('failed'),
    credits: sumOf('charged', 'reserved'),
  }
}
