import type { Deliveries } from './callbacks/deliveries.ts'
import type { AttemptReport } from './callbacks/dispatcher.ts'
import type { Fares } from './control/health-routes.ts'
import type { Identity } from './control/shapes.ts'
import type { Caps, Load } from './http/load.ts'
import { OVERLOADS, type OverloadKind } from './http/overload.ts'
import type { Journal } from './journal/journal.ts'
import type { Family } from './metrics/exposition.ts'
import { Tally } from './metrics/tally.ts'
import { readCallbackId } from './simulation/callback-id.ts'
import type { Namespaces } from './simulation/namespaces.ts'
import { Overload } from './simulation/overload.ts'
import type { Store } from './store/store.ts'

/** What is watched. */
export interface Watched {
  readonly load: Load
  readonly store: Store
  readonly journal: Journal
  readonly namespaces: Namespaces
  readonly dispatcher: () => Pick<Deliveries, 'waiting' | 'posting'>
  readonly identity: Identity
  /** Whether what is shared with replicas can be reached and changed; absent without any. */
  readonly isConnected?: (() => boolean) | undefined
  /** How often something that replicas share was missed. */
  readonly gaps: () => number
}

/** How a simulator fares: counted all along, and asked for at a scrape or a probe. */
export class Monitoring implements Fares {
  readonly tally = new Tally()
  readonly #watched: Watched

  constructor(watched: Watched) {
    this.#watched = watched
  }

  /** A try to deliver a callback is over. */
  onAttempt(report: AttemptReport): void {
    this.tally.delivery(report)
    if (report.attempt === 1 && !report.resend && report.outcome !== 'lost') void this.#late(report).catch(() => {})
  }

  readonly enter: Fares['enter'] = what => this.#watched.load.enter(what)

  readonly objections: Fares['objections'] = async () => {
    const { load, store } = this.#watched
    if (load.phase === 'starting') return ['mockling is starting']
    if (load.phase === 'stopping') return ['mockling is shutting down']
    if (this.#isCutOff) return [OVERLOADS.redis]
    const isFull = (await store.pending()) >= load.caps.pending
    return [...load.full, ...(isFull ? ['pending' as const] : [])].map(kind => OVERLOADS[kind])
  }

  /** What makes the text is loaded when somebody asks: a start pays nothing for it. */
  readonly metrics: Fares['metrics'] = async () => {
    const { load, journal, identity, gaps } = this.#watched
    const { expose } = await import('./metrics/exposition.ts')
    return expose({
      identity,
      tally: this.tally,
      overloads: () => load.refused,
      gauges: () => this.#gauges(),
      journalDropped: () => journal.dropped.entries,
      journalGaps: gaps,
    })
  }

  get #isCutOff(): boolean {
    return this.#watched.isConnected?.() === false
  }

  async #late({ namespace, taskId, callbackId, at }: AttemptReport): Promise<void> {
    const task = await this.#watched.store.task(namespace, taskId, at)
    const due = task?.deliveries[readCallbackId(callbackId)?.place ?? -1]?.at
    if (due !== undefined) this.tally.late(due, at)
  }

  /** What is counted where it is kept; nothing while that can't be reached. */
  async #kept(): Promise<Family[]> {
    const { store, dispatcher } = this.#watched
    try {
      const census = Object.entries(await store.census())
      return [
        {
          name: 'mockling_tasks',
          help: 'Tasks kept, by the state they are in.',
          values: census.map(([state, value]) => ({ labels: { state }, value })),
          isShared: true,
        },
        ofAll('tasks_pending', 'Tasks that are not settled.', await store.pending()),
        ofAll('deliveries_waiting', 'Callbacks that wait to be due.', await dispatcher().waiting),
      ]
    } catch (error) {
      if (error instanceof Overload) return []
      throw error
    }
  }

  async #gauges(): Promise<Family[]> {
    const { load, journal, namespaces, dispatcher } = this.#watched
    return [
      ...(await this.#kept()),
      one('deliveries_in_flight', 'Callbacks whose answer is awaited.', dispatcher().posting),
      one('held_requests', 'Requests held until their task settles.', load.of('held')),
      one('connections', 'Connections that are open.', load.connections),
      one('bodies_arriving_bytes', 'Bytes of large bodies that have not arrived whole.', load.bodyBytes),
      one('stream_clients', 'Readers who follow the journal.', load.of('streams')),
      one('inbox_waits', 'Requests that wait for something to come to an inbox.', load.of('waits')),
      ofAll('journal_entries', 'Entries in the journal.', journal.count()),
      ofAll('namespaces', 'Tokens that are known, and the server itself.', namespaces.all().length),
      one('ready', '1 while callers may be sent here.', Number((await this.objections()).length === 0)),
      {
        name: 'mockling_limit',
        help: 'How much there may be of what, as the header x-mockling-overload names it; of pending, over all replicas.',
        values: limitsOf(load.caps).map(([kind, value]) => ({ labels: { kind }, value })),
      },
    ]
  }
}

function one(name: string, help: string, value: number): Family {
  return { name: `mockling_${name}`, help, values: [{ labels: {}, value }] }
}

/** A number that replicas have together. */
function ofAll(name: string, help: string, value: number): Family {
  return { ...one(name, help, value), isShared: true }
}

/** How much there may be of what, by the names that refusals give it. */
function limitsOf({ bodyBytes, ...caps }: Caps): [kind: OverloadKind, value: number][] {
  return Object.entries({ ...caps, bodies: bodyBytes }) as [OverloadKind, number][]
}
