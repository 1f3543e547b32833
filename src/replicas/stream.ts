import type { Redis } from 'ioredis'
import { z } from 'zod'

/** A place in a stream. */
export const Place = z.string().regex(/^\d+-\d+$/)

/** One before the first. */
export const NOWHERE = '0-0'

/** Whether a place of a stream comes before another. */
export function isBefore(place: string, other: string): boolean {
  const [at = 0, nth = 0] = place.split('-').map(Number)
  const [otherAt = 0, otherNth = 0] = other.split('-').map(Number)
  return at < otherAt || (at === otherAt && nth < otherNth)
}

/** What came to a stream between these instants, on Redis' clock, is not there any more. */
export interface Gap {
  readonly after: number
  readonly before: number
}

/**
 * What had to make room behind the place that was read last. There is nothing behind the place of one who is not away for long, nor in
 * a stream that began anew because Redis has forgotten the old one.
 */
export async function gapAfter(place: string, redis: Redis, key: string): Promise<Gap | undefined> {
  const facts = factsOf((await redis.xinfo('STREAM', key)) as unknown[])
  const [first] = (facts.get('first-entry') ?? [place]) as [string]
  // How many there ever were Redis says from 7.0 on.
  const ever = (facts.get('entries-added') ?? (place === NOWHERE ? 0 : Number.POSITIVE_INFINITY)) as number
  if (ever <= (facts.get('length') as number) || !isBefore(place, first)) return undefined
  return { after: instantOf(place), before: instantOf(first) }
}

/** When something came to its place. */
function instantOf(place: string): number {
  return Number.parseInt(place, 10)
}

/** Names and values that Redis gives in turn. */
function factsOf(flat: readonly unknown[]): Map<unknown, unknown> {
  return new Map(flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]]] : [])))
}
