import type { Task } from '../simulation/task.ts'

/** What a task takes with its callback beside what it was asked for, about, whether it is pending or not (measured: 1,600). */
export const TASK_BYTES = 1_800

/** What a namespace takes that had a task accepted, about: its clock, its tables, its key (measured: 2,600). */
export const NAMESPACE_BYTES = 3_000

/** What each callback takes beyond the first, about (measured: 240). */
const CALLBACK_BYTES = 300

/** What a value takes besides its texts and what is in it, about. */
const BARE = 16
const OBJECT = 64

/**
 * Bytes that the request kept with a task takes, about: whoever asks may say much that is of no use. And callbacks, if they
 * are to be sent more than once.
 */
export function weightOf({ request, deliveries }: Pick<Task, 'request' | 'deliveries'>): number {
  return weigh(request) + CALLBACK_BYTES * Math.max(0, deliveries.length - 1)
}

function weigh(value: unknown): number {
  if (typeof value === 'string') return BARE + value.length * (/[\u0100-\uffff]/.test(value) ? 2 : 1)
  if (typeof value !== 'object' || value === null) return BARE
  let sum = OBJECT
  for (const name in value) sum += name.length + weigh((value as Record<string, unknown>)[name])
  return sum
}
