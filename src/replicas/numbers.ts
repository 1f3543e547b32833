import type { Redis } from 'ioredis'
import { pause, type Timebase } from '../simulation/timebase.ts'

/** Real milliseconds between two signs of life. */
export const BEAT_MS = 500

/** A replica that gave no sign of life for so long is not waited for, in real milliseconds (chosen). */
export const SILENT_MS = 2000

/** Real milliseconds between two looks who is there. */
const LOOK_MS = 50

/** Replicas at the same time whose numbers end differently. */
export const MOST_REPLICAS = 100

/** Begins a script: Redis' own time, in milliseconds. */
export const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`

/** How many listen, and how many of them have given a sign of life lately. ARGV: their common channel, milliseconds of silence. */
const GATHERED = `${NOW}
return {
  redis.call('PUBSUB', 'NUMSUB', ARGV[1])[2],
  redis.call('ZCOUNT', KEYS[1], string.format('%.0f', now - ARGV[2]), '+inf'),
}
`

/** Resolves when all who listen have given a sign of life: a Redis that has forgotten them hears of them within one beat. */
export async function gathered(redis: Redis, prefix: string, timebase?: Timebase): Promise<void> {
  for (let waitedMs = 0; waitedMs < 2 * BEAT_MS; waitedMs += LOOK_MS) {
    const counts = await redis.eval(GATHERED, 1, `${prefix}replicas`, `${prefix}bus`, SILENT_MS)
    const [listening = 0, living = 0] = counts as number[]
    if (listening <= living) return
    await pause(LOOK_MS, timebase)
  }
}

/** A number that does not end as that of one who is there: so it may be when there were many, or Redis has forgotten how many. */
export async function numberIn(redis: Redis, prefix: string): Promise<number> {
  for (let tries = 1; ; tries++) {
    const number = await redis.incr(`${prefix}replicas:count`)
    if (!(await isTaken(redis, prefix, `${number}`)) || tries === MOST_REPLICAS) return number
  }
}

/** Whether somebody there goes by a number that ends as that of the name, beside the names that are not to count. */
export async function isTaken(
  redis: Redis,
  prefix: string,
  name: string,
  but: readonly string[] = [],
): Promise<boolean> {
  const there = await redis.zrange(`${prefix}replicas`, '0', '-1')
  return there.some(other => !but.includes(other) && residueOf(other) === residueOf(name))
}

/** The end of the number that a name begins with. */
function residueOf(name: string): number {
  return Number.parseInt(name, 10) % MOST_REPLICAS
}
