import type { Redis } from 'ioredis'
import type { Hits, SharedCounts } from '../faults/rulebook.ts'

/** ARGV: the texts that must stand there, then those to put in their place, both in the order of the fields. KEYS: hash, set. */
const WRITE = `
local count = (#ARGV - 1) / 3
local names = {}
for i = 1, count do names[i] = ARGV[1 + i] end
local there = redis.call('HMGET', KEYS[1], unpack(names))
for i = 1, count do
  if (there[i] or '') ~= ARGV[1 + count + i] then return 0 end
end
for i = 1, count do redis.call('HSET', KEYS[1], names[i], ARGV[1 + 2 * count + i]) end
redis.call('SADD', KEYS[2], ARGV[1])
return 1
`

/** How often rules matched and fired, kept in Redis: a hash for each namespace, and a set of those. */
export class RedisHits implements SharedCounts {
  readonly #redis: Redis
  readonly #prefix: string

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis
    this.#prefix = `${prefix}hits:`
  }

  async read(namespace: string, names: readonly string[]): Promise<Hits[]> {
    const texts = await this.#redis.hmget(this.#keyOf(namespace), ...names)
    return texts.map(readHits)
  }

  async write(namespace: string, names: readonly string[], before: readonly Hits[], after: readonly Hits[]) {
    const texts = [before, after].flatMap(list => list.map(textOf))
    const keys = [this.#keyOf(namespace), this.#prefix]
    return (await this.#redis.eval(WRITE, 2, ...keys, namespace, ...names, ...texts)) === 1
  }

  /** What is left of them where this fails takes some bytes, and is never read: no other rule has the name. */
  forget(names: readonly string[]): void {
    if (names.length === 0) return
    const forget = async () => {
      for (const namespace of await this.#redis.smembers(this.#prefix))
        await this.#redis.hdel(this.#keyOf(namespace), ...names)
    }
    void forget().catch(() => {})
  }

  async reset(namespace: string | undefined): Promise<void> {
    const gone = namespace === undefined ? await this.#redis.smembers(this.#prefix) : [namespace]
    if (gone.length === 0) return
    await this.#redis.del(...gone.map(key => this.#keyOf(key)))
    await this.#redis.srem(this.#prefix, ...gone)
  }

  /** All there are. */
  async all(): Promise<[namespace: string, name: string, hits: Hits][]> {
    const namespaces = await this.#redis.smembers(this.#prefix)
    const hashes = await Promise.all(namespaces.map(namespace => this.#redis.hgetall(this.#keyOf(namespace))))
    return hashes.flatMap((hash, index) =>
      Object.entries(hash).map(([name, text]): [string, string, Hits] => [
        namespaces[index] ?? '',
        name,
        readHits(text),
      ]),
    )
  }

  #keyOf(namespace: string): string {
    return `${this.#prefix}${namespace || '-'}`
  }
}

/** Nothing is nothing yet. */
function textOf({ matched, fired }: Hits): string {
  return matched === 0 && fired === 0 ? '' : `${matched} ${fired}`
}

function readHits(text: string | null): Hits {
  const [matched = 0, fired = 0] = (text ?? '').split(' ').map(Number)
  return { matched, fired }
}
