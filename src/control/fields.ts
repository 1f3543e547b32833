import { z } from 'zod'
import { parseIsoTime } from '../simulation/timebase.ts'

const INSTANT_TEXT = 'must be Unix milliseconds or an ISO 8601 time with its zone'

/** An instant, as Unix milliseconds or as text; becomes Unix milliseconds. */
export const Instant = z
  .union([z.number(), z.string().transform(text => parseIsoTime(text) ?? Number.NaN)], INSTANT_TEXT)
  .pipe(z.number(INSTANT_TEXT).min(0, 'must not be before 1970'))
  .describe('An instant: Unix milliseconds, or ISO 8601 with its zone.')

/** Whole numbers in a query come as text. */
export function whole(most: number, description: string) {
  return z
    .string()
    .regex(/^\d{1,16}$/, `must be a whole number up to ${most}`)
    .transform(Number)
    .pipe(z.number().max(most, `must be a whole number up to ${most}`))
    .meta({ description, wire: { type: 'integer', minimum: 0, maximum: most } })
}

/** A part of a long list. */
export const Page = {
  limit: whole(1000, 'At most so many. Default 100.').default(100),
  offset: whole(1e9, 'Leaves out so many of the first. Default 0.').default(0),
}
