import type { ServerResponse } from 'node:http'
import { type EntryFilter, matches } from '../journal/conditions.ts'
import type { Entry, Journal } from '../journal/journal.ts'
import type { Timebase } from '../simulation/timebase.ts'
import { brief, shown } from './journal-views.ts'

export interface StreamOptions {
  readonly journal: Journal
  readonly filter: EntryFilter
  /** Goes on after the entry in this place; `undefined`: with what is complete from now on. */
  readonly after: number | undefined
  readonly timebase: Pick<Timebase, 'after'>
  /** Tells only that something happened, and of the newest entry alone: for readers who look at what they want to see. */
  readonly isBrief?: boolean
}

/** Real time between two comments that show that the connection lives. */
const HEARTBEAT_MS = 15_000

/** Real time between two words to a reader who wants only to know that something happened. */
const BRIEF_MS = 100

/** Entries taken from the journal at a time for a reader who is behind. */
const BATCH = 100

/** Answers with the journal's entries as server-sent events, each once it is complete, until the reader goes. */
export function streamJournal(response: ServerResponse, options: StreamOptions): void {
  if (response.destroyed) return
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  new Stream(response, options).start()
}

/**
 * Nothing is kept for a reader but his place: what the connection does not take now is read from the journal when it
 * does. So a slow reader costs no memory, and one who is slower than the journal forgets is told so and let go. One who
 * takes nothing between two heartbeats is cut off.
 */
class Stream {
  readonly #response: ServerResponse
  readonly #options: StreamOptions
  /** The turn of the last entry that was looked at. */
  #turn: number
  /** Entries up to this place are left out while catching up: the reader has had them, though none tells in which turn. */
  #floor = 0
  /** Turns up to this one that are lost are known to be: the reader came too late for them, and was told. */
  readonly #lostBefore: number
  #isBehind = true
  /** Whether the connection took nothing since the heart beat last, though there was something to take. */
  #isStuck = false
  #disarm = () => {}
  /** What a brief reader is to be told next. */
  #untold: Entry | undefined
  #callOff = () => {}

  constructor(response: ServerResponse, options: StreamOptions) {
    this.#response = response
    this.#options = options
    const { journal, after } = options
    const turn = after === undefined ? journal.turn : journal.turnOf(after)
    this.#turn = turn ?? 0
    if (turn === undefined) this.#floor = after ?? 0
    this.#lostBefore = journal.lostTurn
  }

  start(): void {
    const { journal } = this.#options
    const stop = journal.listen(entry => this.#onComplete(entry))
    this.#response.on('drain', () => {
      this.#isStuck = false
      this.#catchUp()
    })
    this.#response.on('close', () => {
      stop()
      this.#disarm()
      this.#callOff()
    })
    this.#response.write(': the journal of mockling\n\n')
    if (this.#lostBefore > this.#turn && journal.dropped.lastSeq > this.#floor) {
      this.#note('gap', 'entries after the one named had to make room')
    }
    this.#beat()
    this.#catchUp()
  }

  #onComplete(entry: Entry): void {
    if (this.#isBehind) return
    this.#turn = this.#options.journal.turn
    this.#isBehind = !this.#send(entry)
  }

  /** Sends what the reader has not had, as far as the connection takes it. */
  #catchUp(): void {
    const { journal } = this.#options
    if (!this.#isBehind || this.#response.writableEnded) return
    for (;;) {
      if (journal.lostTurn > Math.max(this.#turn, this.#lostBefore)) {
        this.#letGo()
        return
      }
      const batch = journal.completeAfter(this.#turn, BATCH)
      if (batch.length === 0) break
      for (const { entry, turn } of batch) {
        this.#turn = turn
        if (entry.seq > this.#floor && !this.#send(entry)) return
      }
    }
    this.#floor = 0
    this.#isBehind = false
  }

  /** Whether the connection takes more at once. */
  #send(entry: Entry): boolean {
    if (!matches(entry, this.#options.filter)) return true
    if (!this.#options.isBrief) return this.#write(entry.seq, shown(entry))
    if (!this.#untold) this.#callOff = this.#options.timebase.after(BRIEF_MS, () => this.#tell())
    this.#untold = entry
    return true
  }

  #tell(): void {
    const entry = this.#untold
    this.#untold = undefined
    if (entry && !this.#response.writableEnded) this.#write(entry.seq, brief(entry))
  }

  #write(seq: number, told: object): boolean {
    return this.#response.write(`id: ${seq}\ndata: ${JSON.stringify(told)}\n\n`)
  }

  #note(event: 'gap' | 'dropped', reason: string): void {
    const data = JSON.stringify({ reason, dropped: this.#options.journal.dropped })
    this.#response.write(`event: ${event}\ndata: ${data}\n\n`)
  }

  #letGo(): void {
    this.#note('dropped', 'this reader is slower than the journal forgets')
    this.#response.end()
  }

  #beat(): void {
    this.#disarm = this.#options.timebase.after(HEARTBEAT_MS, () => {
      // He doesn't read, and would hold on to his connection for ever.
      if (this.#isStuck) return void this.#response.destroy()
      this.#isStuck = this.#response.writableNeedDrain
      if (!this.#isStuck) this.#response.write(': still here\n\n')
      this.#beat()
    })
  }
}
