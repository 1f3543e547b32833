import type { Redis } from 'ioredis'
import { z } from 'zod'
import { CLOCK_MODES, type ClockSetting, isRunning, type Stand } from '../simulation/clock-setting.ts'
import type { CommandLog, Convoy, Fleet, Logged, Waits } from '../simulation/fleet.ts'
import type { ClockScope, Namespace, Namespaces } from '../simulation/namespaces.ts'
import type { Timebase } from '../simulation/timebase.ts'
import type { Bus } from './bus.ts'
import { type ClockOwings, Keys, RedisConvoy, RestQuestion, restHere } from './convoy.ts'
import { Leaps, Reports } from './leaps.ts'
import { Roster } from './roster.ts'
import { sharedTime } from './shared-time.ts'
import { Stands } from './stands.ts'

/** Gives a command its place, which is above those that we know of should Redis have forgotten them. ARGV: the highest we know. */
const PLACE = `
local place = string.format('%.0f', math.max(tonumber(redis.call('GET', KEYS[1]) or 0) or 0, tonumber(ARGV[1])) + 1)
redis.call('SET', KEYS[1], place)
return tonumber(place)
`

const ReportQuestion = z.object({ keys: Keys, isLeap: z.boolean() })

/** What must be so of a command that was carried out elsewhere lest its log did harm. */
const Command = z.looseObject({
  ...{ seq: z.int().positive(), from: z.number(), to: z.number().optional(), journalSeq: z.int() },
  scope: z.union([z.literal('server'), z.object({ namespace: z.string() })]),
  command: z.enum(['set', 'advance', 'next-event', 'until-settled']),
  ...{
    mode: z.enum(CLOCK_MODES).optional(),
    rate: z.number().optional(),
    at: z.number().optional(),
  },
  ...{ ms: z.number().optional(), task: z.string().optional() },
})

export interface RedisClocksOptions {
  /** The connection that `bus` speaks on. */
  readonly redis: Redis
  readonly prefix: string
  readonly bus: Bus
  readonly owings: ClockOwings
  /** The machine's time. */
  readonly timebase: Timebase
}

/**
 * The clocks of all replicas, which show the same.
 *
 * Where they stand is in Redis. Whoever moves one writes it there, moves his own and has the others look; they answer when
 * they have, and are at rest. Commands to a clock, and leaps of it, are carried out under its lock. A command to one that
 * follows the server's takes it out of its following first, under the server's lock: so a command to the server, which moves
 * all that follow, needs but one.
 */
export class RedisClocks implements Fleet {
  /** What clocks go by: the machine's time, or Redis' if the two differ. */
  readonly timebase: Timebase
  readonly #options: RedisClocksOptions
  /** There from the moment it has joined. */
  #here!: { readonly namespaces: Namespaces; readonly roster: Roster; readonly leaps: Leaps }
  #log: CommandLog | undefined
  /** What is being written and nobody waits for. */
  readonly #writing = new Set<Promise<unknown>>()

  private constructor(options: RedisClocksOptions, timebase: Timebase) {
    this.#options = options
    this.timebase = timebase
  }

  /** @throws if there is no connection. */
  static async open(options: RedisClocksOptions): Promise<RedisClocks> {
    return new RedisClocks(options, await sharedTime(options.redis, options.timebase))
  }

  get starts(): number {
    return this.#options.bus.number - 1
  }

  async join(namespaces: Namespaces): Promise<void> {
    const { redis, prefix, bus, owings } = this.#options
    const { timebase } = this
    const roster = new Roster(new Stands(redis, prefix), namespaces, bus)
    const find = (key: string) => namespaces.find(key)
    const leaps = new Leaps({ bus, roster, owings, timebase, find })
    this.#here = { namespaces, roster, leaps }
    const rest = (question: RestQuestion) => restHere(find, bus.id, question, timebase)
    bus.on('clocks:look', Keys, async keys => (await roster.look(keys)).size)
    bus.on('clocks:go', RestQuestion, async question => {
      await roster.look(question.keys)
      return rest(question)
    })
    bus.on('clocks:rest', RestQuestion, rest)
    bus.on('clocks:report', ReportQuestion, ({ keys, isLeap }) => leaps.report(keys, isLeap))
    bus.onReturn(() => this.#begin(this.catchUp()))
    await roster.catchUp()
    leaps.sweepLater()
  }

  keep(namespace: Namespace): void {
    this.#begin(this.#here.roster.register([namespace]))
  }

  restarted(key: string | undefined, isTold: boolean): void {
    const { roster } = this.#here
    if (isTold) this.#begin(roster.look(key === undefined ? undefined : [key]))
    else this.#begin(key === undefined ? roster.startOver() : roster.remove(key))
  }

  changed(key: string | undefined, isTold: boolean): void {
    const { roster, namespaces } = this.#here
    if (isTold) {
      this.#begin(roster.look(key === undefined ? undefined : [key]))
      return
    }
    const changed = (key === undefined ? namespaces.all() : [namespaces.of(key)]).filter(one => roster.isShared(one))
    this.#begin(this.#move(changed, ({ clock }) => clock.stand).then(() => this.#level(changed)))
  }

  leap(namespace: Namespace): void {
    this.#here.leaps.leap(namespace)
  }

  async written(): Promise<void> {
    await Promise.all(this.#writing)
  }

  command<T>(scope: ClockScope, act: (place: number) => Promise<T>): Promise<T> {
    const { bus, redis, prefix } = this.#options
    const key = scope === 'server' ? '' : scope.namespace
    return bus.locked(`clock:${key}`, async () => {
      const readying = key === '' ? this.#here.roster.look() : this.#leaveServer(key)
      const newest = this.#log?.entries.at(-1)?.seq ?? 0
      const [place] = await Promise.all([redis.eval(PLACE, 1, `${prefix}clocks:commands`, newest), readying])
      return act(place as number)
    })
  }

  shareLog(log: CommandLog): void {
    const { bus } = this.#options
    this.#log = log
    bus.on('clocks:logged', Command, entry => log.take([entry]))
    bus.on('clocks:log', z.null(), () => log.entries)
    this.#begin(bus.ask('clocks:log', null, z.array(Command)).then(logs => log.take(logs.flat())))
  }

  logged(entry: Logged): void {
    this.#options.bus.tell('clocks:logged', entry)
  }

  async set(namespaces: readonly Namespace[], setting: ClockSetting): Promise<void> {
    const { roster } = this.#here
    const shared = namespaces.filter(one => roster.isShared(one))
    await this.#move(shared, ({ clock }) => ({ ...setting, at: clock.now(), real: this.timebase.now() }))
    if (!isRunning(setting.mode)) await this.#level(shared)
    for (const one of namespaces) if (!roster.isShared(one)) one.clock.set(setting)
  }

  convoy(namespaces: readonly Namespace[]): Convoy {
    const { bus, owings } = this.#options
    return new RedisConvoy({ bus, owings, roster: this.#here.roster, timebase: this.timebase }, namespaces)
  }

  async elsewhere(namespaces: readonly Namespace[]): Promise<Waits[]> {
    const { bus, owings } = this.#options
    const keys = namespaces.map(({ key }) => key)
    const [answers, due] = await Promise.all([
      bus.ask('clocks:report', { keys, isLeap: false }, Reports),
      Promise.all(keys.map(key => owings.earliest(key))),
    ])
    return keys.map((_, index) => {
      const reports = answers.map(answer => answer[index]).filter(report => report != null)
      const least = (instants: readonly (number | null)[]) =>
        Math.min(...[due[index], ...instants].filter(instant => typeof instant === 'number'))
      return {
        waiting: reports.reduce((sum, { waiting }) => sum + waiting, 0),
        awaited: least(reports.map(({ awaited }) => awaited)),
        next: least(reports.map(({ next }) => next)),
      }
    })
  }

  close(): void {
    this.#here?.leaps.close()
  }

  /** From now on commands to the server's clock leave the namespace's alone. */
  async #leaveServer(key: string): Promise<void> {
    const { namespaces, roster } = this.#here
    const { bus } = this.#options
    await roster.look([key])
    if (!namespaces.of(key).follows) return
    await bus.locked('clock:', async () => {
      await roster.look([key])
      await this.#move(namespaces.commanded({ namespace: key }), ({ clock }) => clock.stand)
    })
  }

  /** Resolves once all clocks stand as they do here. */
  async #move(namespaces: readonly Namespace[], standOf: (namespace: Namespace) => Stand): Promise<void> {
    const { roster } = this.#here
    await roster.register(namespaces)
    const moves = namespaces.map(namespace => ({ namespace, stand: standOf(namespace) }))
    const keys = namespaces.map(({ key }) => key)
    await Promise.all([roster.move('set', moves), this.#options.bus.ask('clocks:look', keys)])
  }

  /**
   * Has clocks that were stopped stand at the same instant: while one was told to stop, another went on, and none goes back.
   * Each that is ahead has said so when it was told; now the furthest is known.
   */
  async #level(namespaces: readonly Namespace[]): Promise<void> {
    const keys = namespaces.map(({ key }) => key)
    await this.#here.roster.look(keys)
    await this.#options.bus.ask('clocks:look', keys)
  }

  /** Goes by what is in Redis after a time when messages may have been missed; one that has forgotten it is told again. */
  async catchUp(): Promise<void> {
    const { roster, namespaces } = this.#here
    await roster.catchUp()
    // Whatever was proposed meanwhile has failed.
    for (const { clock } of namespaces.all()) if (clock.setting.mode === 'auto-skip') clock.askForQuiet()
  }

  #begin(writing: Promise<unknown>): void {
    this.#writing.add(writing)
    const end = () => this.#writing.delete(writing)
    writing.then(end, end)
  }
}
