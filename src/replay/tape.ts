import type { Repro } from './repro.ts'

/** A command that had a say in how a run went on, as it was given at the control door. */
export interface TapedCommand {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/_mockling`. */
  readonly url: string
  /** JSON. Absent without one. */
  readonly body?: unknown
  /** The journal's newest entry at that moment. */
  readonly after: number
  /**
   * What the clocks showed then, in Unix milliseconds: by namespace, `''` being the server's. Of a command that names a
   * namespace, only these two.
   */
  readonly clocks: Readonly<Record<string, number>>
}

/** A callback that is sent and not answered yet: the journal does not know it. */
export interface UnderWay {
  /** Its place in the journal. */
  readonly seq: number
  readonly namespace: string
  readonly taskId: string
  readonly callbackId: string
  readonly attempt: number
}

/** Commands kept; the oldest goes for each new one beyond them. */
const MOST_COMMANDS = 10_000

/** Instants kept with them, about 25 bytes each: a command to all of a thousand namespaces has a thousand. */
const MOST_INSTANTS = 200_000

/** Where a command stands: what it says may be cut down later. */
interface Place {
  command: TapedCommand
  /** How many its `clocks` are. */
  instants: number
}

/** Commands about these outlive a reset. */
const CONFIGURATION = /^\/v1\/(?:rules|faults|timelines|settings)\b/

/** What a run needs, beside its journal, to be had again. Bounded. */
export class Tape {
  #places: Place[] = []
  /** How many instants there are, over all commands. */
  #instants = 0
  readonly #mostInstants: number
  #gaps: string[] = []
  #startedAt: number
  #hadRealTime = false
  readonly #underWay = new Map<number, UnderWay>()

  /** `startedAt` is what the server's clock shows. */
  constructor(startedAt: number, mostInstants = MOST_INSTANTS) {
    this.#startedAt = startedAt
    this.#mostInstants = mostInstants
  }

  /** Oldest first. */
  get commands(): readonly TapedCommand[] {
    return this.#places.map(({ command }) => command)
  }

  /** Why the run can't be had again as it was, as sentences. */
  get gaps(): readonly string[] {
    return this.#gaps
  }

  /** What the server's clock showed at the start, in Unix milliseconds. */
  get startedAt(): number {
    return this.#startedAt
  }

  /** Callbacks that are sent and not answered yet, in the order they were sent. */
  get underWay(): readonly UnderWay[] {
    return [...this.#underWay.values()]
  }

  /** A callback is sent. */
  begin(callback: UnderWay): void {
    this.#underWay.set(callback.seq, callback)
  }

  /** The callback in that place is over. */
  end(seq: number): void {
    this.#underWay.delete(seq)
  }

  /** Nothing is told any more of what is under way: in one namespace, or anywhere. */
  abandon(namespace?: string): void {
    for (const callback of this.underWay) {
      if (namespace === undefined || callback.namespace === namespace) this.#underWay.delete(callback.seq)
    }
  }

  /** The function returned takes it back. */
  add(command: TapedCommand): () => void {
    const place = placeOf(command)
    this.#places.push(place)
    this.#instants += place.instants
    if (this.#places.length > MOST_COMMANDS) {
      this.#instants -= this.#places.shift()?.instants ?? 0
      this.#note(`only the last ${MOST_COMMANDS} commands were kept`)
    }
    if (this.#instants > this.#mostInstants) this.#cutDown()
    return () => this.#keep(this.#places.filter(other => other !== place))
  }

  /** The older half of the commands that have instants go without them: so there is room for many more. */
  #cutDown(): void {
    const dated = this.#places.slice(0, -1).filter(({ instants }) => instants > 0)
    if (dated.length === 0) return
    for (const place of dated.slice(0, Math.ceil(dated.length / 2))) {
      this.#instants -= place.instants
      Object.assign(place, placeOf({ ...place.command, clocks: {} }))
    }
    this.#note('what clocks showed is kept of the last commands only')
  }

  #keep(places: Place[]): void {
    this.#places = places
    this.#instants = places.reduce((sum, { instants }) => sum + instants, 0)
  }

  /** Everything began anew: what was configured stays. `startedAt` is what the server's clock shows by now. */
  restart(startedAt: number): void {
    this.#startedAt = startedAt
    this.#gaps = []
    this.#hadRealTime = false
    const kept = this.commands.filter(({ url }) => CONFIGURATION.test(url))
    this.#keep(kept.map(command => placeOf({ ...command, after: 0, clocks: {} })))
  }

  /** One namespace began anew: nothing is known of its clock before. */
  forget(namespace: string): void {
    for (const place of this.#places) {
      if (!(namespace in place.command.clocks)) continue
      const { [namespace]: _, ...clocks } = place.command.clocks
      Object.assign(place, placeOf({ ...place.command, clocks }))
      this.#instants--
    }
  }

  /** The run goes on from what an earlier process had kept. */
  continue(): void {
    this.#note('it began with what --state had kept, which is not in it')
  }

  /** The journal was emptied, and the tasks it told of are still there. */
  loseJournal(): void {
    this.#note('the journal was emptied while its tasks went on')
  }

  /** Whether clocks of the run that was played here ran with the machine's. */
  get hadRealTime(): boolean {
    return this.#hadRealTime
  }

  /** Has the tape hold what another one held. */
  load(run: Pick<Repro, 'commands' | 'startedAt' | 'isSimulatedTime' | 'gaps'>): void {
    this.#keep(run.commands.map(placeOf))
    this.#gaps = [...run.gaps]
    this.#startedAt = run.startedAt
    this.#hadRealTime = !run.isSimulatedTime
  }

  #note(gap: string): void {
    if (!this.#gaps.includes(gap)) this.#gaps.push(gap)
  }
}

function placeOf(command: TapedCommand): Place {
  return { command, instants: Object.keys(command.clocks).length }
}
