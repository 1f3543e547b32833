import type { Create } from '../contract/create.ts'
import type { TaskType } from '../contract/endpoints.ts'
import { fractionFrom } from './random.ts'
import type { Delivery, Step } from './task.ts'

/** How long a task takes: at once, about two seconds, as the real ones, or a fixed number of seconds. */
export type Pace = 'instant' | 'fast' | 'real' | number

export const PACES = ['instant', 'fast', 'real'] as const

/** Wait before work starts in real records (gateway §5: 60 ms in both examples). */
const QUEUE_MS = 60

/** No real-paced task takes longer (chosen; the slowest averages of kling §6.1 are under 8 minutes). */
const LONGEST_MS = 12 * 60 * 1000

/** Spread of the lognormal: nine out of ten draws lie within a factor of 1.8 of the median. */
const SIGMA = 0.35

interface RealTime {
  readonly model: string
  /** Median seconds of a 5 s clip, by mode. */
  readonly std: number
  readonly pro: number
}

/** Medians fitted to kling §6.1 and the guides' "1 to 2 minutes"; graded inferred, unseen models by their neighbours. */
// biome-ignore format: one model a line
const REAL_TIMES: readonly RealTime[] = [
  { model: 'kling-v1', std: 90, pro: 150 },
  { model: 'kling-v1-5', std: 120, pro: 229 },
  { model: 'kling-v1-6', std: 120, pro: 229 },
  { model: 'kling-v2-master', std: 300, pro: 300 },
  { model: 'kling-v2-1-master', std: 300, pro: 300 },
  { model: 'kling-v2-5-turbo', std: 60, pro: 90 },
  { model: 'kling-v2-6', std: 76, pro: 120 },
  { model: 'kling-v3', std: 100, pro: 180 },
  { model: 'kling-v3-omni', std: 100, pro: 180 },
  { model: 'kling-video-o1', std: 46, pro: 76 },
  { model: 'kling-o1', std: 46, pro: 76 },
  { model: 'kling-v3-turbo', std: 35, pro: 60 },
]

/** Medians of the other endpoints: ComfyUI's average, "4–6 minutes" (gateway §7), and nothing seen of motion. */
const OTHER_TIMES: Readonly<Partial<Record<TaskType, number>>> = { 'lip-sync': 455, 'talking-photo': 300, motion: 180 }

/** An extension's median against a 5 s clip's of the same model (ComfyUI's averages 320 to 164). */
const EXTENSION_FACTOR = 1.5

/** 4k against pro; nothing seen. */
const FOUR_K_FACTOR = 1.6

/** How long the work on `request` takes, in whole milliseconds. `random` gives four bytes at each of two offsets. */
export function workMs(request: Create, pace: Pace, random: Buffer, offset: number): number {
  if (pace === 'instant') return 0
  if (typeof pace === 'number') return Math.round(pace * 1000)
  const first = fractionFrom(random, offset)
  if (pace === 'fast') return 1800 + Math.round(first * 400)
  const normal = Math.sqrt(-2 * Math.log(1 - first)) * Math.cos(2 * Math.PI * fractionFrom(random, offset + 4))
  return Math.min(LONGEST_MS, Math.round(medianSeconds(request) * 1000 * Math.exp(SIGMA * normal)))
}

function medianSeconds({ type, action, model, mode, seconds }: Create): number {
  const other = OTHER_TIMES[type]
  if (other !== undefined) return other
  const row = REAL_TIMES.find(candidate => candidate.model === model)
  const base = mode === 'std' ? (row?.std ?? 90) : (row?.pro ?? 150) * (mode === '4k' ? FOUR_K_FACTOR : 1)
  // Work grows with the clip, but not in proportion: half of it is there whatever the length.
  return action === 'extend' ? base * EXTENSION_FACTOR : base * (0.5 + seconds / 10)
}

/** What is about to happen to a task, before it is kept. */
export interface Draft {
  /** In order of `at`; the first is the acceptance. */
  readonly steps: readonly [Step, ...Step[]]
  readonly deliveries: readonly Delivery[]
  /** `/kling/tasks` knows nothing of the task before. */
  readonly visibleAt?: number
  /** The callbacks go out before the create is answered. */
  readonly isEager?: true
  /** The longest the caller waits, as far as it said, in milliseconds. */
  readonly timeoutMs?: number
}

/** The dated steps of a task accepted at `now`, whose work takes `ms`. */
export function plan(now: number, ms: number): [Step, ...Step[]] {
  return [
    { at: now, state: 'accepted' },
    { at: now + Math.min(QUEUE_MS, ms), state: 'processing' },
    { at: now + ms, state: 'succeed' },
  ]
}
