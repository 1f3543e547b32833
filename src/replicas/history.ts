import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Inboxes, Message, Unplaced } from '../control/inboxes.ts'
import type { Journal } from '../journal/journal.ts'
import { machineTime, pause } from '../simulation/timebase.ts'
import { isGone } from './link.ts'
import { Lull } from './lull.ts'
import { countIn, type Item, itemsOf, linesOf, sealedFrom, type Unsent } from './packs.ts'
import { type Gap, gapAfter, isBefore, NOWHERE } from './stream.ts'
import { Window } from './window.ts'

/** What must be so of a message lest it did harm. */
const Messages = z.looseObject({
  ...{ seq: z.int().positive(), at: z.number(), inbox: z.string(), method: z.string(), query: z.string() },
  ...{ headers: z.record(z.string(), z.string()), body: z.string(), encoding: z.enum(['utf8', 'base64']) },
})

/**
 * Gives a message its place among all, which is above those that ours has heard of should Redis have forgotten them. KEYS: how many
 * there were, the stream. ARGV: the highest place we know, how long the stream may be, the message without its place.
 */
const PLACE = `
local seq = string.format('%.0f', math.max(tonumber(redis.call('GET', KEYS[1]) or 0) or 0, tonumber(ARGV[1])) + 1)
redis.call('SET', KEYS[1], seq)
local item = '{"message":{"seq":' .. seq .. ',' .. ARGV[3] .. '}'
return redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'from', '', 'item', item)
`

/** Real milliseconds before a read that failed, though there is a connection, is tried again. */
const AGAIN_MS = 500

/** Real milliseconds between two reads, unless somebody waits for what is read: what happens meanwhile is read at once. */
const READ_MS = 25

/** And between two times that something is told, unless somebody waits for that: so much of the journal a killed process takes along. */
const TELL_MS = 5

/** Items of the stream read at once. */
const BATCH = 100

/** Who reads so many entries at once may have fallen behind what the stream keeps, which is more. */
const MANY = 1000

/** What is sent at once. */
const MOST_AT_ONCE = 500

/** What is kept while there is no connection. */
const MOST_UNSENT = 10_000

/** The stream holds more than the journal, for there are messages in it, too. */
const SPARE = 10_000

export interface HistoryOptions {
  readonly redis: Redis
  readonly prefix: string
  /** This replica's name. */
  readonly id: string
  readonly journal: Journal
  readonly inboxes: Inboxes
  /** Entries that the journal keeps. */
  readonly most: number
  readonly onDefect: (error: unknown) => void
  readonly onGap: (gap: Gap) => void
}

/**
 * One stream of what happened, at any replica: each has all of it, a moment later. Entries of the journal are there at once where
 * they are made. Messages come to their inboxes out of the stream alone, at all replicas, so that they have one order.
 */
export class History {
  readonly #options: HistoryOptions
  readonly #key: string
  /** Waits for items, and so does nothing else. */
  readonly #reader: Redis
  /** Up to here everything is known. */
  #position = NOWHERE
  readonly #told = new Set<() => void>()
  readonly #reading = new Lull(READ_MS)
  readonly #telling = new Lull(TELL_MS)
  /** How many wait for what happened here to be in the stream. */
  #flushing = 0
  #unsent: Unsent[] = []
  #sending: Promise<void> | undefined
  /** The last of its own. */
  #sent = NOWHERE
  /** Items that hold all that the stream is to hold. */
  readonly #window: Window
  #isClosed = false

  constructor(options: HistoryOptions) {
    this.#options = options
    this.#key = `${options.prefix}history`
    // A read waits for as long as nothing happens.
    const patient = { commandTimeout: undefined, socketTimeout: undefined }
    this.#reader = options.redis.duplicate(patient as object)
    this.#reader.on('error', () => {})
    this.#window = new Window(options.most + SPARE)
    if (options.most > 0) options.journal.listenHere(entry => this.#add({ entry }))
  }

  /** Takes in what happened before, and then what happens. */
  async start(): Promise<void> {
    if (this.#reader.status === 'wait') await this.#reader.connect()
    while ((await this.#read(undefined)) === BATCH);
    void this.#follow()
  }

  /**
   * Gives a message its place, and resolves once it is in its inbox here. A Redis that is away is waited for so many real
   * milliseconds: a callback that is answered otherwise may be tried no second time.
   * @throws if it can't be placed.
   */
  async place(message: Unplaced, patienceMs: number): Promise<void> {
    const until = machineTime.now() + patienceMs
    for (;;) {
      try {
        await this.reached(this.#isSent(await this.#place(message)))
        return
      } catch (error) {
        if (!isGone(error) || machineTime.now() >= until) throw error
        await pause(AGAIN_MS)
      }
    }
  }

  /** All, or those of a namespace or inbox, are forgotten here. */
  cleared(
    cleared: 'journal' | 'inbox',
    of: { readonly namespace?: string | undefined; readonly inbox?: string | undefined },
  ) {
    this.#add({ cleared, ...of })
  }

  /**
   * Resolves once all that happened here is in the stream, to the place of the last of it.
   * @throws if it can't be put there.
   */
  async flush(): Promise<string> {
    this.#flushing++
    try {
      this.#telling.end()
      while (this.#unsent.length > 0 || this.#sending) await this.#send()
      return this.#sent
    } finally {
      this.#flushing--
    }
  }

  /** Resolves once everything up to that place is known here. */
  async reached(place: string): Promise<void> {
    while (isBefore(this.#position, place) && !this.#isClosed) {
      const told = new Promise<void>(resolve => this.#told.add(resolve))
      this.#reading.end()
      await told
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.flush().catch(() => {})
    this.#reader.disconnect()
    this.#reading.end()
    this.#tell()
  }

  /** Sends what waits, as after a time without a connection. */
  resume(): void {
    if (this.#unsent.length > 0) void this.#send().catch(() => {})
  }

  async #place(message: Unplaced): Promise<string> {
    const { redis, prefix, inboxes } = this.#options
    const keys = [`${prefix}messages`, this.#key]
    const rest = JSON.stringify(message).slice(1)
    return (await redis.eval(PLACE, 2, ...keys, inboxes.newest, this.#window.length, rest)) as string
  }

  /** Something of ours stands there. */
  #isSent(place: string): string {
    if (isBefore(this.#sent, place)) this.#sent = place
    return place
  }

  #add(one: Unsent): void {
    this.#unsent.push(one)
    if (this.#unsent.length > MOST_UNSENT) this.#unsent.shift()
    if (!this.#sending) this.resume()
  }

  #send(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
    return this.#sending
  }

  async #sendAll(): Promise<void> {
    const { redis, id } = this.#options
    while (this.#unsent.length > 0) {
      if (this.#flushing === 0) await this.#telling.pass()
      const sent = this.#unsent.splice(0, MOST_AT_ONCE)
      try {
        const places = await Promise.all(
          itemsOf(sent, id).map(item => redis.xadd(this.#key, 'MAXLEN', '~', this.#window.length, '*', ...item)),
        )
        for (const place of places) this.#isSent(place ?? NOWHERE)
      } catch (error) {
        this.#unsent = [...sent, ...this.#unsent].slice(-MOST_UNSENT)
        throw error
      }
    }
  }

  async #follow(): Promise<void> {
    while (!this.#isClosed) {
      try {
        const count = await this.#read(0)
        if (count < BATCH && this.#told.size === 0 && !this.#isClosed) await this.#reading.pass()
      } catch {
        // Without a connection, or because there is no stream there but something else.
        if (!this.#isClosed) await this.#resumed()
      }
    }
  }

  /** Resolves when it may be tried again. */
  #resumed(): Promise<void> {
    return new Promise(resolve => {
      if (this.#reader.status === 'ready') machineTime.after(AGAIN_MS, resolve)
      else this.#reader.once('ready', () => resolve())
    })
  }

  /** Reads what follows, and answers how many there were; waits for `block` ms if there is nothing, 0: for ever. */
  async #read(block: number | undefined): Promise<number> {
    const from = ['STREAMS', this.#key, this.#position] as const
    const answer =
      block === undefined
        ? await this.#reader.xread('COUNT', BATCH, ...from)
        : await this.#reader.xread('COUNT', BATCH, 'BLOCK', block, ...from)
    const items = answer?.[0]?.[1] ?? []
    const count = items.reduce((sum, [, fields]) => sum + thingsIn(fields), 0)
    if (block !== undefined && (items.length === BATCH || count > MANY)) {
      const gap = await gapAfter(this.#position, this.#reader, this.#key)
      if (gap) this.#options.onGap(gap)
    }
    for (const [place, fields] of items) {
      const [, from, form, text = ''] = fields
      this.#position = place
      this.#window.add(thingsIn(fields))
      if (from === this.#options.id) continue
      if (form === 'entries') this.#takeEntries(text)
      else if (text !== '') this.#tried(() => this.#put(JSON.parse(text) as Item))
    }
    if (items.length > 0) this.#tell()
    return items.length
  }

  #takeEntries(text: string): void {
    const { journal, onDefect } = this.#options
    for (const line of linesOf(text)) this.#tried(() => journal.take(sealedFrom(line, onDefect)))
  }

  /** Does without what can't be read. */
  #tried(take: () => void): void {
    try {
      take()
    } catch (error) {
      this.#options.onDefect(error)
    }
  }

  #put(item: Item): void {
    const { journal, inboxes } = this.#options
    if ('message' in item) inboxes.put(Messages.parse(item.message) as Message)
    else if (item.cleared === 'journal') journal.clear(item.namespace)
    else if (item.cleared !== 'inbox') throw new Error(`an item of the history is none: ${JSON.stringify(item)}`)
    else inboxes.clear({ namespace: item.namespace, ...(item.inbox !== undefined && { inbox: item.inbox }) })
  }

  #tell(): void {
    for (const tell of this.#told) tell()
    this.#told.clear()
  }
}

/** How many things are in an item. */
function thingsIn([, , form, text = '']: readonly string[]): number {
  return form === 'entries' ? countIn(text) : 1
}
