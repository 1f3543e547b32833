import { setImmediate as turn } from 'node:timers/promises'
import type { DownloadEntry, Entry, RequestEntry } from '../journal/entries.ts'
import type { Journal } from '../journal/journal.ts'
import type { Namespaces } from '../simulation/namespaces.ts'
import { isNoHttp } from './differences.ts'
import { type Mark, Marks } from './marks.ts'
import type { OpenPost } from './playback.ts'
import type { Repro } from './repro.ts'
import { Sending } from './sender.ts'
import type { TapedCommand } from './tape.ts'

/** The simulator a run is played again on. All of its clocks stand. */
export interface Stage {
  readonly namespaces: Namespaces
  readonly journal: Journal
  /** Scheme, host and port where it listens. */
  readonly origin: string
  /** Credentials that stand for the ones masked in the entry. */
  authorizationOf(entry: RequestEntry | DownloadEntry): string
  /** Carries out a command. */
  command(command: TapedCommand): Promise<void>
}

/** Real milliseconds after which a request that was sent should have been seen. */
const PATIENCE_MS = 10_000

/** Real milliseconds after which whoever is at work and does nothing is not waited for. */
const STALL_MS = 500

/** A run could not be played to its end. */
export class Stuck extends Error {}

/**
 * Plays a run again: each request is sent at the instant it came, each command given between the entries it was given
 * between, and callbacks are answered as they were. Clocks are moved from one instant of the recording to the next.
 */
export class Play {
  readonly #stage: Stage
  readonly #repro: Repro
  readonly #marks = new Marks()
  /** Requests that are not over, by place. */
  readonly #open = new Map<number, RequestEntry | DownloadEntry>()
  readonly #posts = new Set<OpenPost>()
  /** Requests whose body is still to be sent, by namespace. */
  readonly #unsent = new Map<string, number>()
  /** Where the create of each task stands in the journal. */
  readonly #creates: ReadonlyMap<string, number>
  /** Place of the newest entry that has begun. */
  #begun = 0

  constructor(stage: Stage, repro: Repro) {
    this.#stage = stage
    this.#repro = repro
    this.#creates = new Map(
      repro.journal.flatMap(entry =>
        entry.kind === 'request' && entry.accepted && entry.taskId ? [[entry.taskId, entry.seq]] : [],
      ),
    )
  }

  /** A callback waits for its answer, which came later. */
  onOpen(post: OpenPost): void {
    this.#posts.add(post)
    const answer = () => {
      this.#posts.delete(post)
      post.answer()
    }
    this.#marks.add(post.namespace, { at: post.endedAt, after: 0, act: answer })
  }

  /** @throws Stuck if a request that is sent is not seen. */
  async run(): Promise<void> {
    const { journal, commands, clocks } = this.#repro
    const unlisten = this.#stage.journal.listen(entry => this.#open.delete(entry.seq))
    try {
      const waiting = [...commands]
      for (const entry of journal) {
        while (waiting[0] && waiting[0].after < entry.seq) await this.#command(waiting.shift() as TapedCommand)
        await this.#begin(entry)
      }
      for (const command of waiting) await this.#command(command)
      this.#begun = Number.POSITIVE_INFINITY
      for (const [namespace, at] of Object.entries(endsOf(journal, clocks))) await this.#reach(namespace, at)
      this.#stage.journal.continueAfter(journal.at(-1)?.seq ?? 0)
    } finally {
      unlisten()
    }
  }

  async #begin(entry: Entry): Promise<void> {
    const { seq, namespace, at } = entry
    if (entry.kind === 'callback') this.#marks.add(namespace, { at, after: 0 })
    await this.#reach(namespace, at)
    this.#begun = seq
    if (entry.kind === 'callback') return
    this.#stage.journal.continueAfter(seq - 1)
    if (isNoHttp(entry)) {
      // It took a trace id, and nothing else.
      this.#stage.namespaces.nextTraceId(this.#stage.namespaces.server)
      return
    }
    this.#open.set(seq, entry)
    this.#send(entry)
    await this.#arrival(seq)
    await this.#quiet(namespace)
  }

  #send(entry: RequestEntry | DownloadEntry): void {
    const { seq, namespace, endedAt } = entry
    const sending = new Sending(this.#stage.origin, entry, this.#stage.authorizationOf(entry))
    const ends = (mark: Pick<Mark, 'at' | 'act'>) => this.#marks.add(namespace, { after: seq, ...mark })
    const body = bodyOf(entry)
    if (body === 'at-once') sending.sendBody()
    else {
      this.#countUnsent(namespace, 1)
      const settle = (act: () => void) => {
        this.#countUnsent(namespace, -1)
        act()
      }
      if (body === 'never') {
        if (endedAt !== undefined) ends({ at: endedAt, act: () => settle(() => sending.hangUp()) })
        return
      }
      this.#marks.add(namespace, { ...body, act: () => settle(() => sending.sendBody()) })
    }
    if (entry.kind === 'request' && entry.answeredAt !== undefined) ends({ at: entry.answeredAt })
    if (endedAt !== undefined) ends({ at: endedAt, ...(entry.hungUp && { act: () => sending.hangUp() }) })
  }

  #countUnsent(namespace: string, change: 1 | -1): void {
    this.#unsent.set(namespace, (this.#unsent.get(namespace) ?? 0) + change)
  }

  async #command(command: TapedCommand): Promise<void> {
    const known = Object.entries(command.clocks).filter(([key]) => this.#stage.namespaces.find(key))
    for (const [key, at] of known) await this.#reach(key, at)
    this.#stage.journal.continueAfter(command.after)
    const posts = this.#posts.size
    let isOver = false
    void this.#stage.command(command).finally(() => {
      isOver = true
    })
    // One that sends a callback is over when that is answered.
    while (!isOver && this.#posts.size === posts) await turn()
    for (const [key] of known) await this.#quiet(key)
  }

  /** Moves the namespace's clock to `at`, past all that ended or fell due by then. */
  async #reach(namespace: string, at: number): Promise<void> {
    const { clock } = this.#stage.namespaces.of(namespace)
    for (;;) {
      const mark = this.#marks.take(namespace, at, this.#begun)
      await this.#travel(namespace, mark?.at ?? at)
      if (!mark) return
      mark.act?.()
      clock.wakeDue()
      await this.#quiet(namespace)
    }
  }

  /**
   * Has the clock show `instant`, after a stop at each one awaited on the way: who wakes there may count on from it, and
   * leaves no mark. Who waits for `instant` itself goes on waiting.
   */
  async #travel(namespace: string, instant: number): Promise<void> {
    const { clock } = this.#stage.namespaces.of(namespace)
    for (let next = clock.nextAwaited; next !== undefined && next < instant; next = clock.nextAwaited) {
      clock.show(Math.max(clock.now(), next))
      clock.wakeDue()
      await this.#quiet(namespace)
    }
    clock.show(Math.max(clock.now(), instant))
  }

  /** Resolves when the request has been seen. */
  async #arrival(seq: number): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS
    while (this.#stage.journal.newest < seq) {
      if (performance.now() > deadline) throw new Stuck(`entry ${seq} was sent again and is not seen to arrive`)
      await turn()
    }
  }

  /** Resolves when everybody in the namespace waits, for the clock or for what is still to be played. */
  async #quiet(namespace: string): Promise<void> {
    const { clock } = this.#stage.namespaces.of(namespace)
    let before = -1
    let changedAt = performance.now()
    do {
      await turn()
      if (clock.atWork !== before) changedAt = performance.now()
      before = clock.atWork
    } while (clock.atWork > this.#resting(namespace) && performance.now() < changedAt + this.#patience(namespace))
    await turn()
  }

  /** A file that is being made, on a busy machine, is not heard of for long. */
  #patience(namespace: string): number {
    const isMade = [...this.#open.values()].some(one => one.kind === 'download' && one.namespace === namespace)
    return isMade ? PATIENCE_MS : STALL_MS
  }

  /** How many count as at work and wait for what is still to be played. */
  #resting(namespace: string): number {
    const posts = [...this.#posts].filter(post => post.namespace === namespace)
    // A create may wait until its callback is answered.
    const creates = posts.filter(({ taskId }) => this.#open.has(this.#creates.get(taskId) ?? 0))
    return posts.length + creates.length + (this.#unsent.get(namespace) ?? 0)
  }
}

/** Where each clock stood at the end. Of namespaces that nothing was accepted for, only the entries tell. */
function endsOf(journal: readonly Entry[], clocks: Repro['clocks']): Record<string, number> {
  const ends = { ...clocks }
  for (const { namespace, at, endedAt = at } of journal) ends[namespace] = Math.max(ends[namespace] ?? endedAt, endedAt)
  return ends
}

/** When the body of a request is to be sent. */
function bodyOf(entry: RequestEntry | DownloadEntry): Omit<Mark, 'act'> | 'at-once' | 'never' {
  if (entry.kind === 'download') return 'at-once'
  const { arrived, steps, seq, at } = entry
  if ((entry.hungUp || entry.endedAt === undefined) && entry.requestBody === undefined && !arrived) return 'never'
  // A create's plan is dated by the moment it was made, which on a busy machine is a little later.
  const first = entry.accepted ? (steps?.[0]?.at ?? arrived?.at) : arrived?.at
  if (!arrived && (first === undefined || first === at)) return 'at-once'
  return { at: first ?? at, after: arrived?.after ?? seq, turn: arrived?.turn }
}
