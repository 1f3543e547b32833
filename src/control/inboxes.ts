import { randomUUID } from 'node:crypto'
import type { Posting } from '../callbacks/dispatcher.ts'
import { LAST_INSTANT, type VirtualClock } from '../simulation/clock.ts'
import { Places } from '../simulation/places.ts'
import type { Timebase } from '../simulation/timebase.ts'

/** Something that came to an inbox. */
export interface Message {
  /** Its place among all that came to any inbox, from 1. */
  readonly seq: number
  readonly inbox: string
  /** On the clock of the namespace whose callback it is, else on the server's. */
  readonly at: number
  readonly method: string
  /** What stood behind the `?`, without it. */
  readonly query: string
  /** Names in lower case; repeated ones joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  /** As text; in Base64 if it is no UTF-8. */
  readonly body: string
  readonly encoding: 'utf8' | 'base64'
  /** The body parsed; absent if it is no JSON. */
  readonly json?: unknown
  /** The namespace of the task, if it is a callback of this server. */
  readonly namespace?: string
  readonly taskId?: string
}

/** A message that has no place yet. */
export type Unplaced = Omit<Message, 'seq'>

/** How an inbox answers. */
export interface InboxAnswer {
  /** Default 200. */
  readonly status: number
  /** Virtual seconds before it answers. Default 0. Callbacks wait 10 real seconds at most. */
  readonly delay: number
  /** Closes the connection instead. */
  readonly drop: boolean
  /** For so many messages, then 200 again; absent: until told otherwise. */
  readonly next?: number | undefined
}

export const USUAL_ANSWER: InboxAnswer = { status: 200, delay: 0, drop: false }

/** Messages kept, over all inboxes; the oldest goes for each new one beyond that. */
const MOST_MESSAGES = 10_000

/** Bytes of bodies kept, over all inboxes. */
const MOST_BYTES = 64 * 1024 * 1024

/** Inboxes that answer otherwise than usual. */
const MOST_ANSWERS = 1000

export interface InboxesOptions {
  readonly timebase: Timebase
  /** The server's clock. */
  readonly clock: () => VirtualClock
  /** The callback of ours that has this name. */
  readonly postNamed: (name: string) => Posting | undefined
  /** Other replicas that get messages, too. */
  readonly company?: InboxCompany | undefined
}

/** Replicas, of which any may be the one a message comes to. */
export interface InboxCompany {
  /** Gives a message its place among those that come to any of them, and has it put there. Resolves once it is here. */
  place(message: Unplaced): Promise<void>
  /** Takes one of the `next` answers that were given out as `allotment`: how many are left, below 0 if none was. */
  take(allotment: string, next: number): Promise<number>
}

/** What comes with a message, as it arrived. */
export interface Arrival {
  readonly inbox: string
  readonly method: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Receivers for callbacks, there as soon as they are named. Bounded. */
export class Inboxes {
  readonly #options: InboxesOptions
  #messages: Message[] = []
  #bytes = 0
  readonly #places = new Places()
  #dropped = 0
  readonly #answers = new Map<string, InboxAnswer>()
  /** Names of those that are for so many messages. */
  readonly #allotments = new Map<string, string>()
  /** Who waits for something to come. */
  readonly #told = new Set<() => void>()

  constructor(options: InboxesOptions) {
    this.#options = options
  }

  /** The highest place of a message so far, 0 before the first. */
  get newest(): number {
    return this.#places.newest
  }

  /** How many messages had to go to make room. */
  get dropped(): number {
    return this.#dropped
  }

  /** Keeps what came; `post` is its name if it is one of ours. Resolves to the answer when it is time for it. */
  async receive(arrival: Arrival, post: string | undefined, gone: AbortSignal): Promise<InboxAnswer> {
    const posting = post === undefined ? undefined : this.#options.postNamed(post)
    const clock = posting?.clock ?? this.#options.clock()
    const now = clock.now()
    const message: Unplaced = {
      inbox: arrival.inbox,
      at: now,
      method: arrival.method,
      query: arrival.query,
      headers: arrival.headers,
      ...contentOf(arrival.body),
      ...(posting && { namespace: posting.namespace, taskId: posting.taskId }),
    }
    const { company } = this.#options
    // Before it is answered: what is posted after the answer comes after it, to whichever replica.
    if (company) await company.place(message)
    else this.put({ seq: this.#places.next(), ...message })
    const answer = await this.#take(arrival.inbox)
    if (answer.delay > 0) {
      const until = Math.min(LAST_INSTANT, now + answer.delay * 1000)
      // While we let it wait, our own post counts as resting: else a clock that skips would never come to the answer.
      await (posting ? posting.work.rest(until, gone) : clock.until(until, gone)).catch(() => {})
    }
    return answer
  }

  /** What came to the inbox, oldest first; only what came after the place `after`. */
  list(inbox: string, after = 0): Message[] {
    return this.#messages.filter(message => message.inbox === inbox && message.seq > after)
  }

  /** The inboxes that something came to, or that answer otherwise than usual. */
  names(): { name: string; count: number; answer: InboxAnswer }[] {
    const names = new Set([...this.#messages.map(({ inbox }) => inbox), ...this.#answers.keys()])
    return [...names].sort().map(name => ({ name, count: this.list(name).length, answer: this.answerOf(name) }))
  }

  /** Resolves once so many are there, or `waitMs` real milliseconds have passed, or `gone` says that nobody asks. */
  async arrived(inbox: string, { count, after, waitMs }: Wanted, gone: AbortSignal): Promise<void> {
    const isThere = () => this.list(inbox, after).length >= count
    if (waitMs === 0 || isThere()) return
    await new Promise<void>(resolve => {
      const end = () => {
        callOff()
        this.#told.delete(onMessage)
        gone.removeEventListener('abort', end)
        resolve()
      }
      const onMessage = () => {
        if (isThere()) end()
      }
      const callOff = this.#options.timebase.after(waitMs, end)
      this.#told.add(onMessage)
      gone.addEventListener('abort', end)
      if (gone.aborted) end()
    })
  }

  answerOf(inbox: string): InboxAnswer {
    return this.#answers.get(inbox) ?? USUAL_ANSWER
  }

  /** Sets how the inbox answers from now on. `false` if too many do otherwise than usual. */
  setAnswer(inbox: string, answer: InboxAnswer): boolean {
    this.#answers.delete(inbox)
    if (answer.status === 200 && answer.delay === 0 && !answer.drop) return true
    if (this.#answers.size >= MOST_ANSWERS) return false
    this.#answers.set(inbox, answer)
    this.#allotments.set(inbox, randomUUID())
    return true
  }

  /** How inboxes answer that do otherwise than usual, as plain data: `load` takes it. */
  get answers(): InboxAnswers {
    return [...this.#answers].map(([inbox, answer]) => [inbox, this.#allotments.get(inbox) ?? '', answer] as const)
  }

  load(answers: InboxAnswers): void {
    this.#answers.clear()
    for (const [inbox, allotment, answer] of answers) {
      this.#answers.set(inbox, answer)
      this.#allotments.set(inbox, allotment)
    }
  }

  /** Forgets messages: of one inbox, of one namespace's callbacks, or all. How an inbox answers stays. */
  clear(of: { inbox?: string; namespace?: string | undefined } = {}): number {
    const goes = ({ inbox, namespace }: Message) =>
      (of.inbox === undefined || inbox === of.inbox) && (of.namespace === undefined || namespace === of.namespace)
    const kept = this.#messages.filter(message => !goes(message))
    const cleared = this.#messages.length - kept.length
    this.#messages = kept
    this.#bytes = kept.reduce((sum, { body }) => sum + body.length, 0)
    return cleared
  }

  /** Keeps a message in its place, which is after all before. */
  put(message: Message): void {
    this.#places.heard(message.seq)
    this.#messages.push(message)
    this.#bytes += message.body.length
    while (this.#messages.length > MOST_MESSAGES || this.#bytes > MOST_BYTES) {
      this.#bytes -= this.#messages.shift()?.body.length ?? 0
      this.#dropped++
    }
    for (const tell of [...this.#told]) tell()
  }

  /** The answer to one message. */
  async #take(inbox: string): Promise<InboxAnswer> {
    const answer = this.answerOf(inbox)
    const { next } = answer
    if (next === undefined) return answer
    const allotment = this.#allotments.get(inbox) ?? ''
    const { company } = this.#options
    const left = company ? await company.take(allotment, next) : next - 1
    if (this.#allotments.get(inbox) !== allotment) return answer
    if (left <= 0) this.#answers.delete(inbox)
    else this.#answers.set(inbox, { ...answer, next: left })
    return left < 0 ? USUAL_ANSWER : answer
  }
}

/** By inbox: the name of the allotment, and the answer. */
export type InboxAnswers = readonly (readonly [inbox: string, allotment: string, answer: InboxAnswer])[]

/** What to wait for. */
export interface Wanted {
  readonly count: number
  /** Only messages after this place count. */
  readonly after: number
  /** Real milliseconds. */
  readonly waitMs: number
}

function contentOf(body: Buffer): Pick<Message, 'body' | 'encoding' | 'json'> {
  const text = utf8(body)
  if (text === undefined) return { body: body.toString('base64'), encoding: 'base64' }
  try {
    return { body: text, encoding: 'utf8', json: JSON.parse(text) }
  } catch {
    return { body: text, encoding: 'utf8' }
  }
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
