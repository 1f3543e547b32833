import { setTimeout as sleep } from 'node:timers/promises'
import type { Production } from './case.ts'
import { fieldOf } from './difference.ts'
import { withoutToken } from './reading.ts'
import type { Posted, Receiver } from './receiver.ts'
import { type Seen, send, type Target } from './target.ts'

/** A create that was sent. */
export interface Accepted {
  readonly id: string
  /** The body as it was sent. */
  readonly body: Readonly<Record<string, unknown>>
  /** To the create. */
  readonly answer: Seen
  readonly taskId: string | undefined
}

/** What came of a production. */
export interface Produced extends Accepted {
  /** Its record once it settled. */
  readonly record?: unknown
  /** The finished video, or the error, as JSON. */
  readonly result?: unknown
  /** What was posted to its callback address, in that order. */
  readonly callbacks?: readonly Posted[]
}

/** Remembers paid videos, so that none is paid for twice. */
export interface Ledger {
  /** Something that an earlier run made. */
  known(id: string): Produced | undefined
  /** The answer to a create that an earlier run sent, and did not wait for. */
  accepted(id: string): Accepted | undefined
  /** Called before a create is sent. Throws if one was sent before whose answer nobody knows. */
  begin(production: Production): Promise<void>
  /** Called as soon as a create is answered with a task that is still to be waited for. */
  accept(accepted: Accepted): Promise<void>
  /** Called once it is over. */
  end(produced: Produced): Promise<void>
  /** Called if the create was refused: nothing was made, and it may be sent in another run. */
  forget(production: Production): Promise<void>
}

/** Of a simulator, where nothing costs anything. */
export const NO_LEDGER: Ledger = {
  known: () => undefined,
  accepted: () => undefined,
  begin: async () => {},
  accept: async () => {},
  end: async () => {},
  forget: async () => {},
}

/** A production that can't be looked at, since what it needs went wrong. */
export class NotProduced extends Error {}

export interface StudioOptions {
  readonly target: Target
  readonly receiver: Receiver | undefined
  readonly ledger: Ledger
  /** Milliseconds between two polls, and that a task may take. */
  readonly pollMs: number
  readonly settleMs: number
  /** Milliseconds for which more callbacks of the same task are listened for. */
  readonly afterwardsMs: number
}

/** Makes each production once, when the first case asks for it. */
export class Studio {
  readonly #options: StudioOptions
  readonly #made = new Map<string, Promise<Produced>>()

  constructor(options: StudioOptions) {
    this.#options = options
  }

  /** @throws NotProduced, Unreachable */
  produced(production: Production): Promise<Produced> {
    const known = this.#made.get(production.id) ?? this.#make(production)
    this.#made.set(production.id, known)
    return known
  }

  async #make(production: Production): Promise<Produced> {
    const { ledger } = this.#options
    const { id, via } = production
    const known = ledger.known(id)
    if (known) return known
    const earlier = via === 'polls' ? ledger.accepted(id) : undefined
    const produced = earlier ? await this.#waitedFor(earlier) : await this.#order(production)
    if (isRefused(produced)) await ledger.forget(production)
    else if (isOver(produced)) await ledger.end(produced)
    return produced
  }

  async #videoIdOf(production: Production): Promise<string> {
    const videoId = fieldOf((await this.produced(production)).result, 'video_id')
    if (typeof videoId === 'string') return videoId
    throw new NotProduced('the video that this one is made from did not come')
  }

  async #order(production: Production): Promise<Produced> {
    const { target, receiver, ledger, settleMs, afterwardsMs } = this.#options
    const { id, path, via } = production
    const videoId = production.of && (await this.#videoIdOf(production.of))
    const box = via === 'callback' ? receiver?.open() : undefined
    const body = {
      ...production.body,
      ...(videoId !== undefined && { video_id: videoId }),
      ...(via === 'polls' && { async: true }),
      ...(box && { callback_url: box.url }),
    }
    await ledger.begin(production)
    const answer = await send(target, { path, body })
    const taskId = fieldOf(answer.json, 'task_id')
    const accepted = { id, body, answer, taskId: typeof taskId === 'string' ? taskId : undefined }
    if (answer.status !== 200 || accepted.taskId === undefined) return accepted
    if (via === 'answer') return { ...accepted, result: answer.json }
    await ledger.accept(accepted)
    const posts = await box?.posts(settleMs, afterwardsMs)
    const callbacks = posts && (JSON.parse(withoutToken(JSON.stringify(posts), target.token)) as Posted[])
    return { ...(await this.#waitedFor(accepted)), ...(callbacks && { callbacks }) }
  }

  async #waitedFor(accepted: Accepted): Promise<Produced> {
    if (accepted.taskId === undefined) return accepted
    const record = await this.#settled(accepted.taskId)
    return { ...accepted, record, result: fieldOf(record, 'response') }
  }

  /** The task's record once it has a result; the last one seen if that takes too long. */
  async #settled(taskId: string): Promise<unknown> {
    const { target, pollMs, settleMs } = this.#options
    for (let waited = 0; ; waited += pollMs) {
      const { json } = await send(target, { path: '/kling/tasks', body: { id: taskId } })
      if (typeof fieldOf(fieldOf(json, 'response'), 'success') === 'boolean' || waited >= settleMs) return json
      await sleep(pollMs)
    }
  }
}

/** 408: of a server in between, behind which it may have been taken. */
function isRefused({ answer: { status } }: Accepted): boolean {
  return status >= 400 && status < 500 && status !== 408
}

/** Whether nothing more will come of it: of a task that only took too long to wait for, something may. */
function isOver({ taskId, result }: Produced): boolean {
  return taskId === undefined || typeof fieldOf(result, 'success') === 'boolean'
}
