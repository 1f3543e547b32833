import { setTimeout as sleep } from 'node:timers/promises'
import type { Production } from './case.ts'
import { fieldOf } from './difference.ts'
import type { Receiver } from './receiver.ts'
import { type Seen, send, type Target } from './target.ts'

/** What came of a production. */
export interface Produced {
  readonly id: string
  /** The body as it was sent. */
  readonly body: Readonly<Record<string, unknown>>
  /** To the create. */
  readonly answer: Seen
  readonly taskId: string | undefined
  /** Its record once it settled. */
  readonly record?: unknown
  /** The finished video, or the error, as JSON. */
  readonly result?: unknown
  /** What was posted to its callback address. */
  readonly callback?: { readonly headers: Readonly<Record<string, string>>; readonly body: unknown }
}

/** Remembers paid videos, so that none is paid for twice. */
export interface Ledger {
  /** Something that an earlier run made. */
  known(id: string): Produced | undefined
  /** Called before a create is sent. Throws if one was sent before whose end nobody knows. */
  begin(production: Production): Promise<void>
  /** Called once it is over. */
  end(produced: Produced): Promise<void>
}

/** Of a simulator, where nothing costs anything. */
export const NO_LEDGER: Ledger = {
  known: () => undefined,
  begin: async () => {},
  end: async () => {},
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
    const known = ledger.known(production.id)
    if (known) return known
    const source = production.of && (await this.#videoIdOf(production.of))
    await ledger.begin(production)
    const produced = await this.#order(production, source)
    await ledger.end(produced)
    return produced
  }

  async #videoIdOf(production: Production): Promise<string> {
    const videoId = fieldOf((await this.produced(production)).result, 'video_id')
    if (typeof videoId === 'string') return videoId
    throw new NotProduced('the video that this one is made from did not come')
  }

  async #order({ id, path, body, via }: Production, videoId: string | undefined): Promise<Produced> {
    const { target, receiver } = this.#options
    const box = via === 'callback' ? receiver?.open() : undefined
    const sent = {
      ...body,
      ...(videoId !== undefined && { video_id: videoId }),
      ...(via === 'polls' && { async: true }),
      ...(box && { callback_url: box.url }),
    }
    const answer = await send(target, { path, body: sent })
    const taskId = fieldOf(answer.json, 'task_id')
    const made = { id, body: sent, answer, taskId: typeof taskId === 'string' ? taskId : undefined }
    if (answer.status !== 200 || made.taskId === undefined) return made
    if (via === 'answer') return { ...made, result: answer.json }
    const callback = await box?.first(this.#options.settleMs)
    const record = await this.#settled(made.taskId)
    return { ...made, record, result: fieldOf(record, 'response'), ...(callback && { callback }) }
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
