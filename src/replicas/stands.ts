import type { Redis } from 'ioredis'
import { type ClockMode, LAST_INSTANT, type Stand } from '../simulation/clock-setting.ts'

/** A namespace's clock, as Redis has it for all replicas. */
export interface SharedStand extends Stand {
  /** Which of the namespace's clocks it is: each reset makes another. */
  readonly born: string
  readonly follows: boolean
}

/**
 * What is to become of a stand that is there:
 *
 * - `new`: nothing; it is put there only if there is none;
 * - `set`: it is replaced;
 * - `leap`: its instant is, if the clock still runs by auto-skip.
 *
 * The last two do nothing to a clock that is another by now, and never set one back that stands.
 */
export type Kind = 'new' | 'set' | 'leap'

export interface Write {
  readonly key: string
  readonly kind: Kind
  readonly stand: SharedStand
}

/** ARGV: of each stand its key, kind and text. Answers what stands there then. */
const WRITE = `
local function parts(text) return string.match(text, '^(%S+) (%S+) (%S+) (%S+) (.*)$') end
local there = {}
for i = 1, #ARGV, 3 do
  local key, kind, text = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local known = redis.call('HGET', KEYS[1], key)
  local now = known
  if kind == 'new' then
    if not known then now = text end
  elseif known then
    local born, at, mode, rate, rest = parts(text)
    local knownBorn, knownAt, knownMode, knownRate, knownRest = parts(known)
    if born == knownBorn and (kind == 'set' or mode == knownMode) then
      if tonumber(knownAt) > tonumber(at) then at = knownAt end
      if kind == 'leap' then rest = knownRest end
      now = table.concat({ born, at, mode, rate, rest }, ' ')
    end
  end
  if now ~= known then redis.call('HSET', KEYS[1], key, now) end
  there[#there + 1] = now
end
return there
`

/** Forgets all stands but one, which is put there. */
const START_OVER = `
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], '', ARGV[1])
`

/** The clocks' stands in Redis: a hash, one field for each namespace that is kept, and the server's. */
export class Stands {
  readonly #redis: Redis
  readonly #key: string
  /** Writes begun and ended: what was read across one of them is read again. */
  #writes = 0

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis
    this.#key = `${prefix}clocks`
  }

  /** Of those namespaces, `undefined` for one that has none; of all if none is named. */
  async read(keys?: readonly string[]): Promise<Map<string, SharedStand | undefined>> {
    for (;;) {
      const before = this.#writes
      const texts = keys ? await this.#some(keys) : Object.entries(await this.#redis.hgetall(this.#key))
      if (before === this.#writes) return new Map(texts.map(([key, text]) => [key, readStand(text)]))
    }
  }

  async #some(keys: readonly string[]): Promise<[string, string | null][]> {
    if (keys.length === 0) return []
    const texts = await this.#redis.hmget(this.#key, ...keys)
    return keys.map((key, index) => [key, texts[index] ?? null])
  }

  /** Answers how clocks stand then, in the order of the writes. */
  async write(writes: readonly Write[]): Promise<(SharedStand | undefined)[]> {
    if (writes.length === 0) return []
    this.#writes++
    try {
      const given = writes.flatMap(({ key, kind, stand }) => [key, kind, textOf(stand)])
      const texts = (await this.#redis.eval(WRITE, 1, this.#key, ...given)) as (string | null)[]
      return writes.map((_, index) => readStand(texts[index] ?? null))
    } finally {
      this.#writes++
    }
  }

  /** There are no clocks any more but the server's. */
  async startOver(server: SharedStand): Promise<void> {
    this.#writes++
    await this.#redis.eval(START_OVER, 1, this.#key, textOf(server))
  }

  async remove(key: string): Promise<void> {
    this.#writes++
    await this.#redis.hdel(this.#key, key)
  }
}

function textOf({ born, at, mode, rate, real, follows }: SharedStand): string {
  return `${born} ${at} ${mode} ${rate} ${real} ${follows ? 'follows' : 'own'}`
}

const FORM = /^(\S+) (-?\d+) (real|scaled|frozen|auto-skip) (\S+) (-?\d+) (follows|own)$/

/** `undefined` for what is none. */
function readStand(text: string | null): SharedStand | undefined {
  const [, born = '', at, mode, rate, real, follows] = FORM.exec(text ?? '') ?? []
  const isOne = mode !== undefined && Number(rate) > 0 && Number.isFinite(Number(rate)) && Number(at) <= LAST_INSTANT
  if (!isOne) return undefined
  return {
    born,
    at: Number(at),
    mode: mode as ClockMode,
    rate: Number(rate),
    real: Number(real),
    follows: follows === 'follows',
  }
}
