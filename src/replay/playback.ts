import type { Attempt, Poster } from '../callbacks/post.ts'
import type { CallbackEntry } from '../journal/entries.ts'
import type { Repro } from './repro.ts'
import type { UnderWay } from './tape.ts'

/** A post under way: its receiver answered later. */
export interface OpenPost {
  readonly namespace: string
  readonly taskId: string
  readonly endedAt: number
  answer(): void
}

/** Answers callbacks as their receivers did when the run was recorded. Nothing leaves the process. */
export class Playback implements Poster {
  /** By callback and attempt, in the order they were sent. */
  readonly #recorded = new Map<string, CallbackEntry[]>()
  readonly #nowOf: (namespace: string) => number
  readonly #onOpen: (post: OpenPost) => void
  /** The one being sent: its place has been asked for. */
  #sending: CallbackEntry | UnderWay | undefined
  /** Places of those that the recording does not know. */
  #unknown: number
  /** Those that were not answered before the end of the recording. */
  readonly #unanswered: Map<string, UnderWay>
  readonly #onClose: (() => void)[] = []

  constructor(
    { journal, underWay }: Pick<Repro, 'journal' | 'underWay'>,
    nowOf: (namespace: string) => number,
    onOpen: (post: OpenPost) => void,
  ) {
    this.#unanswered = new Map(underWay.map(callback => [keyOf(callback), callback]))
    this.#nowOf = nowOf
    this.#onOpen = onOpen
    this.#unknown = journal.at(-1)?.seq ?? 0
    for (const entry of journal) {
      if (entry.kind !== 'callback') continue
      const key = keyOf(entry)
      this.#recorded.set(key, [...(this.#recorded.get(key) ?? []), entry])
    }
  }

  /** The place it had, which tells `post` which one it is. */
  place(attempt: { readonly callbackId: string; readonly attempt: number }): number {
    this.#sending = this.#recorded.get(keyOf(attempt))?.shift() ?? this.#unanswered.get(keyOf(attempt))
    return this.#sending?.seq ?? ++this.#unknown
  }

  /** None waits: when each was sent is recorded, and of some there is no end. */
  namesOf(): undefined {
    return undefined
  }

  async post(_url: string, _body: unknown, headers: Record<string, string> = {}): Promise<Attempt> {
    const recorded = this.#sending
    this.#sending = undefined
    if (!recorded) return aborted('the run that is played again has no such callback', headers)
    const { namespace, taskId } = recorded
    if (!('kind' in recorded)) {
      const endedAt = Number.POSITIVE_INFINITY
      this.#onOpen({ namespace, taskId, endedAt, answer: () => {} })
      await new Promise<void>(end => this.#onClose.push(end))
      return aborted('the run that is played again ended before an answer', headers)
    }
    const { endedAt } = recorded
    if (endedAt > this.#nowOf(namespace)) {
      await new Promise<void>(answer => this.#onOpen({ namespace, taskId, endedAt, answer }))
    }
    return attemptOf(recorded, headers)
  }

  async close(): Promise<void> {
    for (const end of this.#onClose) end()
  }
}

function keyOf({ callbackId, attempt }: { readonly callbackId?: string; readonly attempt: number }): string {
  return `${callbackId} ${attempt}`
}

function aborted(error: string, requestHeaders: Record<string, string>): Attempt {
  return { outcome: 'aborted', error, durationMs: 0, requestHeaders }
}

/** What came of it, without what whoever sent it says himself. */
function attemptOf(recorded: CallbackEntry, headers: Record<string, string>): Attempt {
  const {
    kind: _kind,
    seq: _seq,
    at: _at,
    endedAt: _endedAt,
    namespace: _namespace,
    taskId: _taskId,
    callbackId: _callbackId,
    attempt: _attempt,
    resend: _resend,
    url: _url,
    requestBody: _requestBody,
    requestHeaders,
    ...came
  } = recorded
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  return { ...(came as Attempt), requestHeaders: { ...requestHeaders, ...Object.fromEntries(own) } }
}
