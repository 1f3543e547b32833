import { randomUUID } from 'node:crypto'
import { Bag, type Bagged } from '../simulation/bag.ts'
import { callbackId, POST_HEADER } from '../simulation/callback-id.ts'
import type { VirtualClock } from '../simulation/clock.ts'
import type { Work } from '../simulation/crew.ts'
import { type Delivery, type Task, withoutUserinfo } from '../simulation/task.ts'
import { type Message, messageOf } from './message.ts'
import type { Attempt, Poster, PostOutcome } from './post.ts'

/** One try to deliver a callback, as it ended. */
export interface AttemptReport extends Omit<Attempt, 'outcome'> {
  /** As the journal keeps it. */
  readonly kind: 'callback'
  /** `lost`: it was never sent, which an effect on its task has so. */
  readonly outcome: PostOutcome | 'lost'
  /** When it was sent, on the namespace's clock. */
  readonly at: number
  /** When it was over, on the same clock. */
  readonly endedAt: number
  readonly namespace: string
  readonly taskId: string
  /** Which of the task's callbacks. */
  readonly callbackId: string
  /** From 1. */
  readonly attempt: number
  /** It was sent by a control command. */
  readonly resend?: true
  readonly url: string
  /** Its beginning, if it is longer than 100,000 characters. */
  readonly requestBody: string
  /** What `place` gave when it was sent. */
  readonly seq: number
}

/** A callback's body may be megabytes long, and attempts are kept. */
const MOST_SHOWN = 100_000

/** A post under way. */
export interface Posting {
  readonly namespace: string
  readonly taskId: string
  readonly clock: VirtualClock
  readonly work: Work
}

/** One that has been sent, or waits for its turn. */
interface UnderWay extends Bagged {
  readonly attempt: Promise<unknown>
}

/** Whose post it is. */
export interface Sender {
  readonly task: Task
  readonly place: number
  readonly attempt: number
  readonly work: Work
}

export interface OutboxOptions {
  readonly poster: Poster
  readonly clockOf: (namespace: string) => VirtualClock
  /** Called as an attempt is sent: its place among what happens. The report comes when it is over. */
  readonly place: (attempt: Pick<AttemptReport, 'namespace' | 'taskId' | 'callbackId' | 'attempt'>) => number
  /** Whether an address is one of our own inboxes, which are told whose post it is. */
  readonly isOurs?: (url: string) => boolean
}

/** Sends callbacks, each once, and says what came of it. */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #posting = new Bag<UnderWay>()
  /** Those of them that go to our own inboxes. */
  readonly #ours = new Map<string, Posting>()

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** Posts under way. */
  get posting(): number {
    return this.#posting.size
  }

  /** The post to one of our own inboxes that has this name. */
  postNamed(name: string): Posting | undefined {
    return this.#ours.get(name)
  }

  /** Posts under way may go on until `drained`, then they and all to come are cut off. */
  async close(drained: Promise<void>): Promise<void> {
    await Promise.race([this.#settled(), drained])
    await this.#options.poster.close()
    await this.#settled()
  }

  async #settled(): Promise<void> {
    // Some begin as others are over.
    while (this.#posting.size > 0) await Promise.allSettled(this.#posting.members.map(({ attempt }) => attempt))
  }

  /** What is said of a callback that an effect has lost. */
  lose({ task, place, attempt }: Sender, at: number): AttemptReport {
    const { namespace, id: taskId } = task
    const url = withoutUserinfo(task.deliveries[place]?.url ?? '')
    const nothing = { requestHeaders: {}, requestBody: '', durationMs: 0 }
    const which = { callbackId: callbackId(taskId, place), attempt }
    const seq = this.#options.place({ namespace, taskId, ...which })
    return { kind: 'callback', outcome: 'lost', seq, at, endedAt: at, namespace, taskId, ...which, url, ...nothing }
  }

  /** Sends the callback as it is planned. */
  post(sender: Sender, now: number): Promise<AttemptReport> {
    const { task, place } = sender
    const { url } = task.deliveries[place] as Delivery
    const { text, headers } = messageOf(task, place, now)
    return this.send(sender, { url, text, headers })
  }

  async send({ task, place, attempt, work }: Sender, { url, text, headers }: Message): Promise<AttemptReport> {
    const { namespace, id: taskId } = task
    const { clockOf, isOurs, poster } = this.#options
    const clock = clockOf(namespace)
    const name = isOurs?.(url) ? randomUUID() : undefined
    if (name !== undefined) this.#ours.set(name, { namespace, taskId, clock, work })
    let at = clock.now()
    const which = callbackId(taskId, place)
    const seq = this.#options.place({ namespace, taskId, callbackId: which, attempt })
    const named = name === undefined ? headers : { ...headers, [POST_HEADER]: name }
    // A crowd waits for its turn, one receiver's posts after another.
    const post = poster.post(url, text, named, undefined, () => {
      at = clock.now()
    })
    const underWay: UnderWay = { attempt: post, seat: -1 }
    this.#posting.add(underWay)
    try {
      const came = await post
      const { requestHeaders } = came
      if (name !== undefined) delete requestHeaders[POST_HEADER]
      return {
        kind: 'callback',
        outcome: came.outcome,
        error: came.error,
        status: came.status,
        responseHeaders: came.responseHeaders,
        responseBody: came.responseBody,
        truncated: came.truncated,
        address: came.address,
        durationMs: came.durationMs,
        requestHeaders,
        seq,
        namespace,
        taskId,
        callbackId: which,
        attempt,
        at,
        endedAt: clock.now(),
        url: withoutUserinfo(url),
        requestBody: beginningOf(text),
      }
    } finally {
      this.#posting.delete(underWay)
      if (name !== undefined) this.#ours.delete(name)
    }
  }
}

/** A copy where it is cut: a slice of a string keeps all of it in memory. */
function beginningOf(text: string): string {
  return text.length <= MOST_SHOWN ? text : Buffer.from(text.slice(0, MOST_SHOWN), 'utf16le').toString('utf16le')
}
