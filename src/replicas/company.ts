import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Places } from '../simulation/places.ts'
import type { Bus } from './bus.ts'
import type { History } from './history.ts'
import { Place } from './stream.ts'

/** What all replicas go by, each with a copy of its own: rules, settings and the like, as plain data. */
export interface Desks {
  readonly shown: Readonly<Record<string, unknown>>
  load(shown: Readonly<Record<string, unknown>>): void
}

/** What a reset forgets at each replica, beside what is shared. */
export type Forget = (namespace: string | undefined, what: readonly string[]) => void | Promise<void>

export interface CompanyOptions {
  readonly bus: Bus
  readonly redis: Redis
  readonly prefix: string
  readonly desks: Desks
  readonly history: History
  /** The highest place given out here: what is given out later is higher, also than those of the asker. */
  readonly places: Pick<Places, 'newest' | 'heard'>
  /** Loads what is shown of shared counts. */
  readonly loadCounts: () => Promise<void>
  readonly forget: Forget
  /** All go by this from now on. The next command waits for what is done about it. */
  readonly published: (shown: Desks['shown']) => Promise<void>
}

/** What is told to the others after a command. */
const Published = z.object({
  text: z.string(),
  /** What happened before it, in the history. */
  until: Place,
})
type Published = z.infer<typeof Published>

/** What the others are to forget, and whose; of all if nobody is named. */
const Forgotten = z.object({ namespace: z.string().optional(), what: z.array(z.string()).readonly() })

/** Has commands given to one replica hold for all, and each of them see what happened at any. */
export class Company {
  readonly #options: CompanyOptions
  readonly #key: string
  /** The desks as they are known to all. */
  #text = ''

  constructor(options: CompanyOptions) {
    this.#options = options
    this.#key = `${options.prefix}desks`
    const { bus, history, desks, places, forget } = options
    bus.on('flush', z.number(), async newest => {
      places.heard(newest)
      return history.flush()
    })
    bus.on('desks', Published, async ({ text, until }) => {
      this.#text = text
      desks.load(JSON.parse(text))
      await history.reached(until)
    })
    bus.on('forget', Forgotten, async ({ namespace, what }) => {
      await forget(namespace, what)
    })
    bus.onReturn(() => void this.restore().catch(() => {}))
  }

  /** Goes by what the others do; `false` if there is nothing to go by. `first` is done if so, by one replica alone. */
  async join(first: () => Promise<void>): Promise<boolean> {
    return this.#options.bus.locked('desks', async () => {
      const isThere = await this.#load()
      if (isThere) return true
      await first()
      await this.#publish()
      return false
    })
  }

  /** Has a command done that changes what all go by, one at a time. Resolves once all do. */
  async share<T>(act: () => Promise<T>): Promise<T> {
    return this.#options.bus.locked('desks', async () => {
      // One who did not hear of what was published last, as who hangs for seconds, would take it back.
      await Promise.all([this.catchUp(), this.#load()])
      const answer = await act()
      await this.#publish()
      return answer
    })
  }

  /** Resolves once what happened anywhere up to now is known here. */
  async catchUp(): Promise<void> {
    const { bus, history, places, loadCounts } = this.#options
    const last = await bus.ask('flush', places.newest, Place)
    await Promise.all([...last.map(place => history.reached(place)), loadCounts()])
  }

  /** Has the others forget, too. */
  async forget(namespace: string | undefined, what: readonly string[]): Promise<void> {
    await this.#options.bus.ask('forget', { namespace, what } satisfies z.infer<typeof Forgotten>)
  }

  async #publish(): Promise<void> {
    const { bus, redis, desks, history, published } = this.#options
    const until = await history.flush()
    const { shown } = desks
    const text = JSON.stringify(shown)
    const isNew = text !== this.#text
    if (isNew) await redis.set(this.#key, text)
    this.#text = text
    await bus.ask('desks', { text, until } satisfies Published)
    if (isNew) await published(shown)
  }

  /** After a time when something may have been missed. A Redis that has forgotten the desks is told again, lest one who joins emptied them. */
  async restore(): Promise<void> {
    if (await this.#load()) return
    const { redis, bus, history } = this.#options
    const text = this.#text
    if (text === '' || (await redis.set(this.#key, text, 'NX')) === null) await this.#load()
    else bus.tell('desks', { text, until: await history.flush() } satisfies Published)
  }

  async #load(): Promise<boolean> {
    const text = await this.#options.redis.get(this.#key)
    if (text === null || text === this.#text) return text !== null
    this.#text = text
    this.#options.desks.load(JSON.parse(text))
    return true
  }
}
