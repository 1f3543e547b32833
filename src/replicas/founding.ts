import type { Redis } from 'ioredis'

/**
 * Writes down since when there are replicas, unless those who did are older. Where others have begun after Redis had forgotten us, what
 * they go by is no more. KEYS: since when, and what all go by. ARGV: since when there are ours, empty if they begin.
 */
const CLAIM = `
local ours, known = ARGV[1], redis.call('GET', KEYS[1])
if known and (ours == '' or tonumber(known) <= tonumber(ours)) then return known end
if known then redis.call('DEL', unpack(KEYS, 2)) end
if ours == '' then
  local time = redis.call('TIME')
  ours = string.format('%.0f', time[1] * 1000000 + time[2])
end
redis.call('SET', KEYS[1], ours)
return ours
`

/**
 * Since when there are replicas of that prefix. A Redis that has forgotten everything takes the next who joins for the first. Those who were
 * there before are older, and so they tell it again what all go by, and he follows them.
 */
export class Founding {
  /** Where it is written down. */
  readonly key: string
  readonly #redis: Redis
  readonly #keys: readonly string[]
  #since = ''

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis
    this.key = `${prefix}since`
    this.#keys = [this.key, `${prefix}clocks`, `${prefix}desks`]
  }

  /** Microseconds on Redis' clock, once it was claimed. */
  get since(): number {
    return Number(this.#since)
  }

  /** Whether Redis knows of no replicas: there are none, or it has forgotten them. */
  async isUnknown(): Promise<boolean> {
    return (await this.#redis.exists(this.key)) === 0
  }

  async claim(): Promise<void> {
    this.#since = (await this.#redis.eval(CLAIM, this.#keys.length, ...this.#keys, this.#since)) as string
  }
}
