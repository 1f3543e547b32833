import type { ClockMode } from '../simulation/clock.ts'
import type { ClockScope } from '../simulation/namespaces.ts'

/** What was asked of a clock. */
export type ClockCommand =
  | { readonly command: 'set'; readonly mode: ClockMode; readonly rate: number; readonly at?: number }
  | { readonly command: 'advance'; readonly ms: number }
  | { readonly command: 'advance'; readonly to: number }
  | { readonly command: 'next-event' }
  | { readonly command: 'until-settled'; readonly task: string }

/** One command to a clock, as it was carried out. Refused ones are not kept. */
export type ClockLogEntry = ClockCommand & {
  /** Place in the log, from 1. */
  readonly seq: number
  readonly scope: ClockScope
  /** What the clock commanded showed before. */
  readonly from: number
  /** What it showed afterwards; absent while the command is being carried out. */
  to?: number
  /** The journal's newest entry at that moment, 0 if there was none: what happened before the command, and what after. */
  readonly journalSeq: number
}

/** Commands kept; the oldest goes for each new one beyond them. */
const MOST_COMMANDS = 10_000

/** Every command to the clocks, so that a run can be had again. Bounded. */
export class ClockLog {
  #entries: ClockLogEntry[] = []
  #seq = 0
  #dropped = 0

  /** Oldest first. */
  get entries(): readonly ClockLogEntry[] {
    return this.#entries
  }

  /** How many had to go to make room. */
  get dropped(): number {
    return this.#dropped
  }

  /** `seq` is its place, if that is decided elsewhere. */
  add(
    command: ClockCommand,
    {
      scope,
      from,
      journalSeq,
      seq = this.#seq + 1,
    }: Omit<ClockLogEntry, 'command' | 'seq'> & { seq?: number | undefined },
  ) {
    const entry: ClockLogEntry = { seq, scope, from, journalSeq, ...command }
    this.#put(entry)
    return entry
  }

  /** Takes in what was commanded elsewhere, unless it has it. */
  take(entries: readonly ClockLogEntry[]): void {
    const known = new Set(this.#entries.map(({ seq }) => seq))
    for (const entry of entries) {
      if (!known.has(entry.seq)) this.#put(entry)
      known.add(entry.seq)
    }
  }

  #put(entry: ClockLogEntry): void {
    this.#seq = Math.max(this.#seq, entry.seq)
    this.#entries.splice(this.#entries.findLastIndex(({ seq }) => seq < entry.seq) + 1, 0, entry)
    if (this.#entries.length <= MOST_COMMANDS) return
    this.#entries.shift()
    this.#dropped++
  }

  /** Takes back a command that was refused after all. */
  remove(entry: ClockLogEntry): void {
    this.#entries = this.#entries.filter(other => other !== entry)
  }

  /** Forgets the commands to one namespace's clock, or all. */
  clear(namespace?: string): void {
    this.#entries =
      namespace === undefined
        ? []
        : this.#entries.filter(({ scope }) => scope === 'server' || scope.namespace !== namespace)
  }
}
