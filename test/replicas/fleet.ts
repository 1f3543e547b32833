import { Time } from '../../src/control/time.ts'
import { RedisClocks } from '../../src/replicas/clocks.ts'
import type { ClockMode } from '../../src/simulation/clock.ts'
import { type Namespace, Namespaces } from '../../src/simulation/namespaces.ts'
import { machineTime, type Timebase } from '../../src/simulation/timebase.ts'
import { START } from '../simulation/fake-timebase.ts'
import { Company, type Member } from './company.ts'
import { FakeOwings } from './fake-owings.ts'

/** The token's namespace that most tests are about. */
export const KEY = 'a'.repeat(64)

export interface Replica extends Member {
  readonly company: Company
  readonly clocks: RedisClocks
  readonly namespaces: Namespaces
  readonly time: Time
  /** The namespace, kept. */
  of(key?: string): Namespace
  /** What its clock shows, from `START`. */
  shown(key?: string): number
}

/** Replicas with clocks. */
export class Fleet implements AsyncDisposable {
  readonly company: Company
  readonly owings = new FakeOwings()
  readonly #mode: ClockMode
  readonly #replicas: Replica[] = []

  constructor(url: string, mode: ClockMode = 'frozen') {
    this.company = new Company(url)
    this.#mode = mode
  }

  async join(timebase: Timebase = machineTime): Promise<Replica> {
    const member = await this.company.join()
    const { redis, bus } = member
    const clocks = await RedisClocks.open({ redis, bus, prefix: this.company.prefix, owings: this.owings, timebase })
    const runs = this.#mode === 'real' || this.#mode === 'scaled'
    const namespaces = new Namespaces({
      seed: 1,
      setting: { mode: this.#mode, rate: 1 },
      quietMs: 5,
      epoch: runs ? undefined : START,
      timebase: clocks.timebase,
      fleet: clocks,
    })
    await clocks.join(namespaces)
    const time = new Time(namespaces, { newest: 0 }, clocks)
    const of = (key = KEY) => {
      const namespace = namespaces.of(key)
      namespaces.keep(namespace)
      return namespace
    }
    const shown = (key = KEY) => namespaces.of(key).clock.now() - START
    const replica = { ...member, company: this.company, clocks, namespaces, time, of, shown }
    this.#replicas.push(replica)
    return replica
  }

  /** What a clock shows everywhere. */
  shown(key = KEY): number[] {
    return this.#replicas.map(replica => replica.shown(key))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { clocks, namespaces } of this.#replicas) {
      clocks.close()
      namespaces.close()
    }
    await this.company[Symbol.asyncDispose]()
  }
}
