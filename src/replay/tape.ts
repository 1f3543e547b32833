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

/** Commands about these outlive a reset. */
const CONFIGURATION = /^\/v1\/(?:rules|faults|timelines|settings)\b/

/** What a run needs, beside its journal, to be had again. Bounded. */
export class Tape {
  #commands: TapedCommand[] = []
  #gaps: string[] = []
  #startedAt: number
  #hadRealTime = false
  readonly #underWay = new Map<number, UnderWay>()

  /** `startedAt` is what the server's clock shows. */
  constructor(startedAt: number) {
    this.#startedAt = startedAt
  }

  /** Oldest first. */
  get commands(): readonly TapedCommand[] {
    return this.#commands
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
    this.#commands.push(command)
    if (this.#commands.length > MOST_COMMANDS) {
      this.#commands.shift()
      this.#note(`only the last ${MOST_COMMANDS} commands were kept`)
    }
    return () => {
      this.#commands = this.#commands.filter(other => other !== command)
    }
  }

  /** Everything began anew: what was configured stays. `startedAt` is what the server's clock shows by now. */
  restart(startedAt: number): void {
    this.#startedAt = startedAt
    this.#gaps = []
    this.#hadRealTime = false
    this.#commands = this.#commands
      .filter(({ url }) => CONFIGURATION.test(url))
      .map(command => ({ ...command, after: 0, clocks: {} }))
  }

  /** One namespace began anew: nothing is known of its clock before. */
  forget(namespace: string): void {
    this.#commands = this.#commands.map(command => {
      if (!(namespace in command.clocks)) return command
      const { [namespace]: _, ...clocks } = command.clocks
      return { ...command, clocks }
    })
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
    this.#commands = [...run.commands]
    this.#gaps = [...run.gaps]
    this.#startedAt = run.startedAt
    this.#hadRealTime = !run.isSimulatedTime
  }

  #note(gap: string): void {
    if (!this.#gaps.includes(gap)) this.#gaps.push(gap)
  }
}
