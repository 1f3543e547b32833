import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Deliveries } from './callbacks/deliveries.ts'
import { type Config, ConfigError } from './config.ts'
import type { Sharing } from './control/command.ts'
import type { Control, ControlCompany, ResetPart } from './control/control.ts'
import type { InboxAnswers, InboxCompany, Inboxes } from './control/inboxes.ts'
import type { KeptRules, RuleDesk } from './control/rules.ts'
import type { Rulebook } from './faults/rulebook.ts'
import type { Load } from './http/load.ts'
import type { Journal } from './journal/journal.ts'
import { RedisClocks } from './replicas/clocks.ts'
import { Company, type Desks } from './replicas/company.ts'
import { SharedDispatcher, type SharedDispatcherOptions } from './replicas/deliveries.ts'
import { History } from './replicas/history.ts'
import { RedisHits } from './replicas/hits.ts'
import { AT_ONCE, guarded, isGone, Link } from './replicas/link.ts'
import { MOST_REPLICAS } from './replicas/numbers.ts'
import { loadPackages, type Packages, PackagesMissing } from './replicas/packages.ts'
import { RedisBus } from './replicas/redis-bus.ts'
import type { Gap } from './replicas/stream.ts'
import { type Changed, maskedUrl, type Settings } from './settings.ts'
import type { Namespaces } from './simulation/namespaces.ts'
import { Places } from './simulation/places.ts'
import { isoTime, type Timebase } from './simulation/timebase.ts'
import type { RedisStoreOptions } from './store/redis/options.ts'
import { RedisStore } from './store/redis.ts'
import type { Store } from './store/store.ts'

/** Held requests outlast a Redis that is away for so many real milliseconds. */
const PATIENCE_MS = 5000

/** Who stops waits so many real milliseconds for a Redis that does not answer (chosen). */
const PARTING_MS = 500

/** What replicas need to know of the process they are in. */
export interface Around {
  readonly load: Load
  readonly timebase: Timebase
  readonly store: Omit<RedisStoreOptions, 'client' | 'prefix'>
  readonly onDefect: (error: unknown) => void
  readonly onWarning: (text: string) => void
}

/** What all replicas go by, and where it is put together. */
export interface Members {
  readonly config: Config
  readonly namespaces: Namespaces
  readonly journal: Journal
  readonly inboxes: Inboxes
  readonly rulebook: Rulebook
  readonly rules: RuleDesk
  readonly settings: Settings
  readonly control: Control
}

/** What this process shares with others through a Redis. */
export class Replicas {
  readonly store: Store
  readonly counts: RedisHits
  /** Where entries of the journal get their places from. */
  readonly places: Places
  readonly fleet: RedisClocks
  readonly #config: Config
  readonly #around: Around
  readonly #packages: Packages
  readonly #link: Link
  readonly #bus: RedisBus
  readonly #redisStore: RedisStore
  #history: History | undefined
  #company: Company | undefined
  #gaps = 0
  #callOff = () => {}
  #isClosing = false

  private constructor(
    config: Config,
    around: Around,
    packages: Packages,
    link: Link,
    { bus, store, fleet }: { bus: RedisBus; store: RedisStore; fleet: RedisClocks },
  ) {
    this.fleet = fleet
    this.#config = config
    this.#around = around
    this.#packages = packages
    this.#link = link
    this.#bus = bus
    const { redisPrefix: prefix } = config
    this.#redisStore = store
    this.store = this.guarded<Store>(store)
    this.counts = this.guarded(new RedisHits(link.redis, prefix))
    // Replicas that give out places at the same time are told apart by the last two digits.
    this.places = new Places({ step: MOST_REPLICAS, residue: bus.number })
    bus.onRenumber(number => this.places.renumber(number))
  }

  /** @throws ConfigError if the packages are missing, or there is no such Redis. */
  static async open(config: Config, around: Around): Promise<Replicas> {
    const { redisUrl = '', redisPrefix: prefix } = config
    const packages = packagesFor()
    const link = new Link(new packages.Redis(redisUrl, AT_ONCE))
    try {
      await link.redis.connect()
      // Without that database it would go on with the first.
      await link.redis.select(link.redis.options.db ?? 0)
      const bus = await RedisBus.join({ redis: link.redis, prefix, ...around })
      const store = new RedisStore({ ...around.store, client: link.redis, prefix })
      const { timebase } = around
      const fleet = await RedisClocks.open({ redis: link.redis, prefix, bus, owings: store, timebase })
      return new Replicas(config, around, packages, link, { bus, store, fleet })
    } catch (cause) {
      link.redis.disconnect()
      const reason = link.trouble?.message ?? (cause as Error).message
      throw new ConfigError(`redisUrl: ${JSON.stringify(maskedUrl(redisUrl))} can't be used: ${reason}`, { cause })
    }
  }

  /** Whether there is a Redis that does its work. */
  get isConnected(): boolean {
    return this.#link.isUp && this.#bus.isAlive
  }

  /** How often this replica was away for longer than what happened is kept. */
  get gaps(): number {
    return this.#gaps
  }

  readonly sharing: Sharing = {
    share: act => this.guard(() => this.#joined.share(act)),
    follow: act =>
      this.guard(async () => {
        await this.#joined.catchUp()
        return act()
      }),
  }

  readonly control: ControlCompany = {
    forget: (namespace, what) => this.guard(() => this.#joined.forget(namespace, what)),
    cleared: (what, of) => this.#history?.cleared(what, of),
  }

  readonly inboxes: InboxCompany = {
    place: message => this.guard(async () => this.#history?.place(message, PATIENCE_MS)),
    take: async (allotment, next) => {
      const taken = await this.guard(() => this.#link.redis.hincrby(this.#allotments, allotment, 1))
      return next - taken
    },
  }

  dispatcher(
    options: Omit<SharedDispatcherOptions, 'store' | 'owings' | 'bull' | 'connect' | 'prefix' | 'isThere'>,
  ): Deliveries {
    return new SharedDispatcher({
      ...options,
      // As they are: what fails for want of Redis is tried again, and no overload.
      store: this.#redisStore,
      owings: this.#redisStore,
      bull: this.#packages,
      connect: () => this.#connection(),
      prefix: `${this.#prefix}bull`,
      isThere: () => this.#part(),
      onTrouble: error => {
        if (!isGone(error)) this.#around.onDefect(error)
      },
    })
  }

  /**
   * Goes by what the others go by; where there is nothing to go by, `first` is done, by one of those that start at once: `true`
   * if that is this one.
   */
  async join(members: Members, first: () => Promise<void>): Promise<boolean> {
    const { journal, inboxes, namespaces, config, rulebook, control } = members
    const history = new History({
      ...{ redis: this.#link.redis, prefix: this.#prefix, id: this.#bus.id, journal, inboxes },
      ...{ most: config.journalSize, onDefect: this.#around.onDefect, onGap: gap => this.#onGap(gap) },
    })
    this.#history = history
    this.#company = new Company({
      ...{ bus: this.#bus, redis: this.#link.redis, prefix: this.#prefix, history, desks: desksOf(members) },
      places: this.places,
      published: shown => this.#dropAllotments((shown as unknown as Shown).answers),
      loadCounts: async () => {
        if (rulebook.rules.length > 0) rulebook.loadCounts(await this.counts.all())
      },
      forget: async (namespace, what) => {
        await control.forget(namespace, what as readonly ResetPart[], true)
        await this.fleet.written()
      },
    })
    this.#bus.on('forgotten', z.null(), async () => {
      await this.#bus.reclaim()
      await Promise.all([this.fleet.catchUp(), this.#company?.restore()])
    })
    this.#link.onChange(isUp => this.#onLink(isUp, namespaces))
    await history.start()
    return !(await this.#company.join(first))
  }

  async close(): Promise<void> {
    this.#isClosing = true
    this.#callOff()
    this.fleet.close()
    await this.#history?.close()
    await this.#bus.close()
    await this.#redisStore.close()
    this.#link.redis.disconnect()
  }

  /** Whether there is a Redis to write to at the end. One that does not answer is let go of: what it was asked has failed then. */
  async #part(): Promise<boolean> {
    this.#isClosing = true
    const isThere = await this.#link.answers(PARTING_MS)
    if (!isThere) this.#link.redis.disconnect()
    return isThere
  }

  /** The same, whose failures for want of Redis are overloads. */
  guarded<Verbs extends object>(verbs: Verbs): Verbs {
    return guarded(verbs, () => this.#around.load.overload('redis'))
  }

  guard<T>(act: () => Promise<T>): Promise<T> {
    return this.guarded({ act }).act()
  }

  get #prefix(): string {
    return this.#config.redisPrefix
  }

  get #joined(): Company {
    if (!this.#company) throw this.#around.load.overload('redis')
    return this.#company
  }

  /** How many answers were taken of each allotment of an inbox. */
  get #allotments(): string {
    return `${this.#prefix}allotments`
  }

  /** Forgets those of inboxes that answer otherwise by now. */
  async #dropAllotments(answers: InboxAnswers): Promise<void> {
    const { redis } = this.#link
    const kept = new Set(answers.map(([, allotment]) => allotment))
    const gone = (await redis.hkeys(this.#allotments)).filter(allotment => !kept.has(allotment))
    if (gone.length > 0) await redis.hdel(this.#allotments, ...gone)
  }

  /** One for BullMQ, which waits for it where it is away. */
  #connection(): Redis {
    const { redisUrl = '' } = this.#config
    return new this.#packages.Redis(redisUrl, { maxRetriesPerRequest: null, retryStrategy: AT_ONCE.retryStrategy })
  }

  #onGap({ after, before }: Gap): void {
    this.#gaps++
    this.#around.onWarning(
      `this replica was away for long: entries of the journal and messages of inboxes that others got from ${isoTime(after)} to ${isoTime(before)} are unknown here, and what was cleared then may still be`,
    )
  }

  #onLink(isUp: boolean, namespaces: Namespaces): void {
    this.#callOff()
    if (this.#isClosing) return
    const { onWarning, timebase } = this.#around
    if (isUp) {
      onWarning('Redis is back')
      this.#history?.resume()
      return
    }
    onWarning(
      `Redis at ${maskedUrl(this.#config.redisUrl ?? '')} is away: creates and queries get 503 until it is back`,
    )
    this.#callOff = timebase.after(PATIENCE_MS, () => namespaces.endHeld('redis'))
  }
}

function packagesFor(): Packages {
  try {
    return loadPackages()
  } catch (cause) {
    if (cause instanceof PackagesMissing) throw new ConfigError(`redisUrl: ${cause.message}`, { cause })
    throw cause
  }
}

/** Settings that ids, answers and files depend on, and that can't change: replicas have the same. */
const COMMON = ['seed', 'revision'] as const

/** All that commands can change, of which each replica has a copy. */
interface Shown {
  readonly common: Readonly<Record<(typeof COMMON)[number], unknown>>
  readonly rules: KeptRules
  readonly settings: Changed
  readonly answers: InboxAnswers
}

function desksOf({ config, rules, settings, inboxes }: Members): Desks {
  const common = Object.fromEntries(COMMON.map(name => [name, config[name]])) as Shown['common']
  return {
    get shown(): Shown & Record<string, unknown> {
      return { common, rules: rules.kept, settings: settings.changed, answers: inboxes.answers }
    },
    load: given => {
      const shown = given as unknown as Shown
      for (const name of COMMON) {
        if (shown.common[name] === common[name]) continue
        throw new ConfigError(
          `${name}: ${JSON.stringify(common[name])} is not what the replicas have that share this Redis; it must be ${JSON.stringify(shown.common[name])}, or --redis-prefix another`,
        )
      }
      rules.load(shown.rules)
      settings.load(shown.settings)
      inboxes.load(shown.answers)
    },
  }
}
