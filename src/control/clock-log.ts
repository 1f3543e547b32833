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

  add(command: ClockCommand, { scope, from, journalSeq }: Pick<ClockLogEntry, 'scope' | 'from' | 'journalSeq'>) {
    const entry: ClockLogEntry = { seq: ++this.#seq, scope, from, journalSeq, ...command }
    this.#entries.push(entry)
    if (this.#entries.length > MOST_COMMANDS) {
      this.#entries.shift()
      this.#dropped++
    }
    return entry
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
