import { setImmediate } from 'node:timers/promises'
import { Places } from '../simulation/places.ts'
import { type EntryFilter, matches } from './conditions.ts'
import type { Entry, Unplaced } from './entries.ts'
import { isOpen, isToldBySeals, mayMatch, type Sealed } from './sealed.ts'
import { sizeOf, trim } from './trimming.ts'

export type { EntryFilter } from './conditions.ts'
export type { CallbackEntry, DownloadEntry, Entry, RequestEntry, Unplaced } from './entries.ts'

/** What had to go to make room. */
export interface Dropped {
  entries: number
  requests: number
  downloads: number
  callbacks: number
  /** Accepted creates among the requests: ledger and duplicates know nothing of them. */
  accepted: number
  /** Place of the last one that went; 0 if none did. */
  lastSeq: number
}

const COUNTERS = { request: 'requests', download: 'downloads', callback: 'callbacks' } as const

/** A part of what matches, and how much that is in all. */
interface Page {
  readonly entries: Entry[]
  readonly count: number
}

/** One entry in its place. */
interface Slot {
  entry: Entry | Sealed
  /** 0 until it is complete. */
  bytes: number
  /** The how-manieth of all it was to be complete; 0 until it is. */
  turn: number
}

/** One that can be read. */
interface OpenSlot extends Slot {
  entry: Entry
}

const NOTHING: Readonly<Dropped> = { entries: 0, requests: 0, downloads: 0, callbacks: 0, accepted: 0, lastSeq: 0 }

/** Entries of other replicas read in one turn of the event loop: some milliseconds. */
const MOST_AT_ONCE = 500

/** What stands where a dropped entry stood, so that nothing holds on to it. */
const SPENT = { entry: { seq: 0 } as Entry, bytes: 0, turn: 0 } satisfies Slot

/**
 * What happened, newest kept. Bounded by a number of entries and, about, by the memory they take: the oldest go for
 * each new one beyond.
 */
export class Journal {
  readonly #most: number
  readonly #mostBytes: number
  /** In order; the ones before `#from` are dropped already. */
  #slots: Slot[] = []
  #from = 0
  #bytes = 0
  readonly #places: Places
  #turns = 0
  #lostTurn = 0
  #dropped: Dropped = { ...NOTHING }
  readonly #listeners = new Set<(entry: Entry) => void>()
  readonly #ownListeners = new Set<(entry: Entry) => void>()
  /** Entries cleared before they were complete. */
  readonly #cleared = new WeakSet<Entry>()

  constructor(most: number, mostBytes: number = Number.POSITIVE_INFINITY, places: Places = new Places()) {
    this.#most = most
    this.#mostBytes = mostBytes
    this.#places = places
  }

  /** What had to go to make room, since the start or the last `clear` of everything. */
  get dropped(): Readonly<Dropped> {
    return { ...this.#dropped }
  }

  /** Place of the newest entry, 0 before the first. */
  get newest(): number {
    return this.#places.newest
  }

  /** A place for an entry that will come: `record` it with this `seq`. */
  place(): number {
    return this.#places.next()
  }

  /** The next entry gets the place after `seq`, for a run that is played again. */
  continueAfter(seq: number): void {
    this.#places.continueAfter(seq)
  }

  /** Keeps one entry and gives it its place. The caller may add to it until he calls `complete`. */
  add<E extends Unplaced<Entry>>(entry: E): E & { readonly seq: number } {
    const placed = entry as E & { seq: number }
    placed.seq = this.place()
    this.#keep(placed as unknown as Entry)
    return placed
  }

  /** Says that nothing will be added to the entry any more: whoever listens hears of it. */
  complete(entry: Entry): void {
    if (this.#cleared.has(entry)) return
    trim(entry)
    const slot = this.#slots[this.#indexOf(entry.seq)]
    const turn = ++this.#turns
    if (slot?.entry === entry) {
      slot.bytes = sizeOf(entry)
      slot.turn = turn
      this.#bytes += slot.bytes
      this.#makeRoom()
    } else this.#lostTurn = turn
    for (const listener of this.#listeners) listener(entry)
    for (const listener of this.#ownListeners) listener(entry)
  }

  /** Keeps an entry that is complete, in the place it was given if it was. */
  record(entry: Unplaced<Entry> & { readonly seq?: number }): void {
    const placed = entry as { seq: number }
    placed.seq = entry.seq ?? this.place()
    this.#keep(placed as Entry)
    this.complete(placed as Entry)
  }

  /** Keeps a complete entry that another replica has given its place. One that is there already, since it was told twice, stays as it is. */
  take(sealed: Sealed): void {
    const { seq, bytes } = sealed
    this.#places.heard(seq)
    if (this.#slots[this.#indexOf(seq)]?.entry.seq === seq) return
    const heard = this.#listeners.size > 0 ? sealed.open() : sealed
    if (!heard) return
    const turn = ++this.#turns
    if (this.#most === 0) this.#lostTurn = turn
    else {
      this.#bytes += bytes
      this.#insert({ entry: heard, bytes, turn })
    }
    if (isOpen(heard)) for (const listener of this.#listeners) listener(heard)
  }

  /** Matching entries, oldest first; at most `limit`, the newest of them. */
  list(filter: EntryFilter = {}, limit = Number.POSITIVE_INFINITY): Entry[] {
    return this.page(filter, limit, 0).entries
  }

  /** A part of them: at most `limit`, the newest but for `offset`. And how many match in all. */
  page(filter: EntryFilter, limit: number, offset: number): Page {
    const candidates = this.#candidates(filter)
    // Of what nobody has read yet only that is read which is asked for, unless it takes reading to know what that is.
    const slots = isToldBySeals(filter) ? candidates : this.#open(candidates)
    const matching = slots.filter(({ entry }) => !isOpen(entry) || matches(entry, filter))
    const end = Math.max(0, matching.length - offset)
    const wanted = matching.slice(Math.max(0, end - limit), end)
    const open = this.#open(wanted)
    if (open.length < wanted.length) return this.page(filter, limit, offset)
    return { entries: open.map(({ entry }) => entry), count: matching.length }
  }

  /** The same as `list`. What others told is read a part at a time, so that nobody has to wait while somebody reads much. */
  async readAll(filter: EntryFilter = {}): Promise<Entry[]> {
    await this.#ready(filter)
    return this.list(filter)
  }

  /** The same as `page`, likewise. */
  async readPage(filter: EntryFilter, limit: number, offset: number): Promise<Page> {
    if (!isToldBySeals(filter)) await this.#ready(filter)
    return this.page(filter, limit, offset)
  }

  /** Opens all that may match. */
  async #ready(filter: EntryFilter): Promise<void> {
    for (;;) {
      const closed = this.#candidates(filter).filter(({ entry }) => !isOpen(entry))
      if (closed.length === 0) return
      this.#open(closed.slice(0, MOST_AT_ONCE))
      await setImmediate()
    }
  }

  /** The entry in that place, if it is there. */
  at(seq: number): Entry | undefined {
    const slot = this.#slots[this.#indexOf(seq)]
    return slot?.entry.seq === seq ? this.#open([slot])[0]?.entry : undefined
  }

  count(filter?: EntryFilter): number {
    return filter ? this.page(filter, 0, 0).count : this.#slots.length - this.#from
  }

  /** How many entries have been complete so far: the turn of the last one. */
  get turn(): number {
    return this.#turns
  }

  /** The how-manieth to be complete the entry in that place was; `undefined` if it is not there, or not complete. */
  turnOf(seq: number): number | undefined {
    const slot = this.#slots[this.#indexOf(seq)]
    return slot?.entry.seq === seq && slot.turn > 0 ? slot.turn : undefined
  }

  /** What was complete after that turn, in the order of completion, and `limit` at most. */
  completeAfter(turn: number, limit = Number.POSITIVE_INFINITY): { readonly entry: Entry; readonly turn: number }[] {
    const later = this.#kept().filter(slot => slot.turn > turn)
    const next = later.sort((a, b) => a.turn - b.turn).slice(0, limit)
    const open = this.#open(next)
    return open.length < next.length ? this.completeAfter(turn, limit) : open
  }

  /** The latest turn of an entry that had to make room, 0 if none had to. */
  get lostTurn(): number {
    return this.#lostTurn
  }

  /** Calls `listener` with every entry that gets complete from now on, until the function returned is called. */
  listen(listener: (entry: Entry) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The same, but only of those that happened here, and for good. */
  listenHere(listener: (entry: Entry) => void): void {
    this.#ownListeners.add(listener)
  }

  /** Forgets the namespace's entries, or all. */
  clear(namespace?: string): void {
    const isKept = ({ entry }: Slot) => namespace !== undefined && entry.namespace !== namespace
    for (const slot of this.#kept()) {
      if (slot.turn === 0 && !isKept(slot)) this.#cleared.add(slot.entry as Entry)
    }
    this.#keepOnly(isKept)
    if (namespace === undefined) this.#dropped = { ...NOTHING }
  }

  #keep(entry: Entry): void {
    if (this.#most > 0) this.#insert({ entry, bytes: 0, turn: 0 })
  }

  #insert(slot: Slot): void {
    const { seq } = slot.entry
    const last = this.#slots.at(-1)
    if (last === undefined || last.entry.seq < seq) this.#slots.push(slot)
    else this.#slots.splice(this.#indexOf(seq), 0, slot)
    this.#makeRoom()
  }

  /** All that match, and what nobody has read yet and may. */
  #candidates(filter: EntryFilter): Slot[] {
    return this.#kept().filter(({ entry }) => isOpen(entry) || mayMatch(entry, filter))
  }

  /** The same slots, to be read; without what turns out to be no entry, which goes. */
  #open(slots: readonly Slot[]): OpenSlot[] {
    const gone = new Set<Slot>()
    for (const slot of slots) {
      if (isOpen(slot.entry)) continue
      const entry = slot.entry.open()
      if (entry) slot.entry = entry
      else gone.add(slot)
    }
    if (gone.size > 0) this.#keepOnly(slot => !gone.has(slot))
    return (gone.size > 0 ? slots.filter(slot => !gone.has(slot)) : slots) as OpenSlot[]
  }

  #keepOnly(isKept: (slot: Slot) => boolean): void {
    this.#cut(this.#kept().filter(isKept))
    this.#bytes = this.#slots.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  #makeRoom(): void {
    while (this.#slots.length - this.#from > this.#most || this.#bytes > this.#mostBytes) this.#dropOldest()
    // The spent head is cut off now and then, a bounded part of the whole: constant work for each entry.
    if (this.#from > 1000 && this.#from * 4 > this.#most) this.#cut(this.#slots.slice(this.#from))
  }

  #dropOldest(): void {
    const { entry, bytes, turn } = this.#slots[this.#from] as Slot
    this.#slots[this.#from++] = SPENT
    this.#bytes -= bytes
    this.#lostTurn = Math.max(this.#lostTurn, turn)
    this.#dropped.entries++
    this.#dropped[COUNTERS[entry.kind]]++
    if (entry.kind === 'request' && entry.accepted) this.#dropped.accepted++
    this.#dropped.lastSeq = Math.max(this.#dropped.lastSeq, entry.seq)
  }

  /** Index of the first kept entry in that place or a later one. */
  #indexOf(seq: number): number {
    let low = this.#from
    let high = this.#slots.length
    // Places follow each other, but for the few that are given in advance.
    const likely = high - 1 - ((this.#slots[high - 1]?.entry.seq ?? 0) - seq)
    if (likely >= low && this.#slots[likely]?.entry.seq === seq) return likely
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#slots[middle] as Slot).entry.seq < seq) low = middle + 1
      else high = middle
    }
    return low
  }

  #kept(): Slot[] {
    return this.#from === 0 ? this.#slots : this.#slots.slice(this.#from)
  }

  #cut(kept: Slot[]): void {
    this.#slots = kept
    this.#from = 0
  }
}
