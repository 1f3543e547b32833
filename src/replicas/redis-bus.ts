import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { machineTime, type Timebase } from '../simulation/timebase.ts'
import { Asking } from './asking.ts'
import type { Bus, Handler } from './bus.ts'
import { Founding } from './founding.ts'
import { isGone } from './link.ts'
import { Locks } from './locks.ts'
import { readAnswer, readSaid, type Said } from './messages.ts'
import { BEAT_MS, gathered, isTaken, NOW, numberIn, SILENT_MS } from './numbers.ts'

/** ARGV: the replica that lives, by all its names. Answers 0 where Redis knows of no replicas. */
const BEAT = `${NOW}
for _, id in ipairs(ARGV) do redis.call('ZADD', KEYS[1], string.format('%.0f', now), id) end
return redis.call('EXISTS', KEYS[2])
`

/**
 * Says something to all, if there is something to say, and answers who hears it: who has given a sign of life lately and has a
 * connection. ARGV: their common channel, what to say, milliseconds of silence.
 */
const SAY = `${NOW}
if ARGV[2] ~= '' then redis.call('PUBLISH', ARGV[1], ARGV[2]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now - 10 * ARGV[3]))
local there = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], string.format('%.0f', now - ARGV[3]), '+inf')) do
  if redis.call('PUBSUB', 'NUMSUB', ARGV[1] .. ':' .. id)[2] > 0 then there[#there + 1] = id end
end
return there
`

/** Characters of a message that is none, in what is said of it. */
const MOST_SHOWN = 200

/** There is no connection to the other replicas. */
export class Unreachable extends Error {
  readonly code = 'ENOTCONN'

  constructor() {
    super('there is no connection to Redis')
  }
}

export interface RedisBusOptions {
  /** Connected, and for commands. What is asked of it before something is told or asked is done before others hear of that. */
  readonly redis: Redis
  readonly prefix: string
  readonly timebase?: Timebase
  /** A handler of a message has failed. */
  readonly onDefect?: (error: unknown) => void
}

/**
 * A bus on Redis' publish and subscribe: a channel of all, on which things are told and asked, and one of each replica for
 * the answers. Who is there is in a sorted set, by the last sign of life.
 */
export class RedisBus implements Bus {
  readonly id: string
  readonly number: number
  readonly #options: RedisBusOptions
  readonly #timebase: Timebase
  /** Hears, and so can't ask for anything else. */
  readonly #ear: Redis
  readonly #locks: Locks
  readonly #founding: Founding
  readonly #handlers = new Map<string, Handler<unknown>>()
  readonly #onReturn = new Set<() => void>()
  readonly #asking: Asking
  /** A name with the number it was given later, so that nobody else is. */
  #aliases: readonly string[] = []
  #onRenumber: (number: number) => void = () => {}
  /** The last sign of life was given. */
  #isAlive = true
  #isListening = false
  /** Messages may have been missed since it was there last. */
  #isLost = false
  #isClosed = false
  #stopBeating = () => {}

  private constructor(options: RedisBusOptions, ear: Redis, number: number) {
    this.#options = options
    this.#timebase = options.timebase ?? machineTime
    this.#ear = ear
    this.number = number
    this.id = `${number}-${randomBytes(6).toString('hex')}`
    this.#locks = new Locks(options.redis, options.prefix)
    this.#founding = new Founding(options.redis, options.prefix)
    this.#asking = new Asking(this.#timebase, () => this.#say(''))
    ear.on('message', (channel, text) => (channel === this.#channel ? this.#hear(text) : this.#hearAnswer(text)))
    ear.on('ready', () => void this.#listen())
    ear.on('close', () => this.#lose())
    // Each failure is told of otherwise, too.
    ear.on('error', () => {})
    options.redis.on('ready', this.#return)
    options.redis.on('close', this.#lose)
  }

  /**
   * Joins the replicas there are.
   * @throws if there is no connection.
   */
  static async join(options: RedisBusOptions): Promise<RedisBus> {
    const { redis, prefix } = options
    await gathered(redis, prefix, options.timebase)
    const number = await numberIn(redis, prefix)
    const ear = redis.duplicate({
      lazyConnect: true,
      autoResubscribe: false,
      commandTimeout: undefined,
    } as object)
    const bus = new RedisBus(options, ear, number)
    const listening = bus.#firstListening()
    try {
      await ear.connect()
      await listening
      // Those who are there tell it again, if Redis has forgotten them.
      if (await bus.#founding.isUnknown()) await bus.ask('forgotten', null)
      await bus.#founding.claim()
    } catch (error) {
      await bus.close()
      throw error
    }
    return bus
  }

  /** Whether Redis takes our signs of life: one that is full, or can't write, answers and does not. */
  get isAlive(): boolean {
    return this.#isAlive
  }

  /** Since when there are replicas: microseconds on Redis' clock. */
  get since(): number {
    return this.#founding.since
  }

  tell(topic: string, message: unknown): void {
    // What is not heard for want of a connection is what `onReturn` is for.
    void this.#say(JSON.stringify({ topic, from: this.id, message } satisfies Said)).catch(() => {})
  }

  async ask<Answer = unknown>(topic: string, message: unknown, answers?: z.ZodType<Answer>): Promise<Answer[]> {
    if (!this.#isListening) throw new Unreachable()
    const send = (number: number) =>
      this.#say(JSON.stringify({ topic, from: this.id, message, ask: number } satisfies Said))
    const fits = (answer: unknown) => answers?.safeParse(answer).success ?? true
    return (await this.#asking.ask(send, fits)) as Answer[]
  }

  on<Message>(topic: string, messages: z.ZodType<Message>, handle: Handler<Message>): void {
    this.#handlers.set(topic, (message, from) => {
      const { success, data, error } = messages.safeParse(message)
      if (success) return handle(data, from)
      const text = JSON.stringify(message)?.slice(0, MOST_SHOWN)
      throw new Error(`what ${from} says on ${topic} is no such message: ${text}: ${z.prettifyError(error)}`)
    })
  }

  locked<T>(name: string, act: () => Promise<T>): Promise<T> {
    return this.#locks.hold(name, act)
  }

  onReturn(listener: () => void): void {
    this.#onReturn.add(listener)
  }

  /** Calls `listener` with the number that this replica is to go by from now on, where another has its own. */
  onRenumber(listener: (number: number) => void): void {
    this.#onRenumber = listener
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#stopBeating()
    const { redis } = this.#options
    redis.off('ready', this.#return)
    redis.off('close', this.#lose)
    await redis.zrem(this.#replicas, this.id, ...this.#aliases).catch(() => {})
    this.#ear.disconnect()
    this.#lose()
  }

  get #channel(): string {
    return `${this.#options.prefix}bus`
  }

  get #replicas(): string {
    return `${this.#options.prefix}replicas`
  }

  /** Says it to all and resolves to the other replicas that hear it; of `''`, to those who would. */
  async #say(text: string): Promise<string[]> {
    const there = await this.#options.redis.eval(SAY, 1, this.#replicas, this.#channel, text, SILENT_MS)
    return (there as string[]).filter(id => id !== this.id)
  }

  #firstListening(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onListening = error => (error === undefined ? resolve() : reject(error))
    })
  }

  /** Told how the first try to listen went. */
  #onListening: (error?: unknown) => void = () => {}

  async #listen(): Promise<void> {
    try {
      await this.#ear.subscribe(this.#channel, `${this.#channel}:${this.id}`)
      await this.#beat()
      if (this.since > 0) await this.#renumber()
      this.#isListening = true
      this.#return()
      this.#onListening()
    } catch (error) {
      this.#onListening(error)
      // It begins again when there is a connection.
      if (!this.#isClosed) this.#ear.disconnect(true)
    }
  }

  /** Takes another number where somebody has ours: who joined after Redis had forgotten us, and before we were back. */
  async #renumber(): Promise<void> {
    const { redis, prefix } = this.#options
    const [name = this.id] = this.#aliases
    if (!(await isTaken(redis, prefix, name, [this.id, ...this.#aliases]))) return
    const number = await numberIn(redis, prefix)
    this.#aliases = [`${number}-${this.id}`]
    this.#onRenumber(number)
    await this.#beat()
  }

  async #beat(): Promise<void> {
    this.#stopBeating()
    this.#stopBeating = this.#timebase.after(BEAT_MS, () => void this.#beat().catch(() => {}))
    try {
      const known = await this.#options.redis.eval(
        BEAT,
        2,
        this.#replicas,
        this.#founding.key,
        this.id,
        ...this.#aliases,
      )
      this.#isAlive = true
      if (known === 0 && this.since > 0) {
        this.#isLost = true
        this.#return()
      }
    } catch (error) {
      this.#isAlive = false
      throw error
    }
  }

  readonly #lose = () => {
    if (this.#ear.status !== 'ready') this.#isListening = false
    this.#isLost = true
    this.#asking.fail(new Unreachable())
  }

  readonly #return = () => {
    if (!this.#isLost || !this.#isListening || this.#options.redis.status !== 'ready') return
    this.#isLost = false
    const tell = () => {
      for (const listener of this.#onReturn) listener()
    }
    void this.reclaim().then(tell, tell)
  }

  /** Has a Redis that has forgotten us know that we are there. */
  reclaim(): Promise<void> {
    return this.#founding.claim()
  }

  #hear(text: string): void {
    const said = readSaid(text)
    if (said === undefined || said.from === this.id) return
    void this.#handle(said).catch(error => {
      // What fails for want of Redis is made up for when that is back.
      if (!isGone(error)) this.#options.onDefect?.(error)
    })
  }

  async #handle({ topic, from, message, ask }: Said): Promise<void> {
    let answer: { readonly answer?: unknown } = {}
    try {
      const given = this.#handlers.get(topic)?.(message, from)
      answer = { answer: given instanceof Promise ? await given : given }
    } finally {
      if (ask !== undefined) {
        const text = JSON.stringify({ to: ask, from: this.id, ...answer })
        void this.#options.redis.publish(`${this.#channel}:${from}`, text).catch(() => {})
      }
    }
  }

  #hearAnswer(text: string): void {
    const answer = readAnswer(text)
    if (answer) this.#asking.hear(answer)
  }
}
