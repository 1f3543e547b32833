import type { z } from 'zod'
import type { Grade } from './evidence.ts'

/* How the schemas of bodies are put into words, for documents. */

/** Adds what the field is and where that was read. */
export function says<T extends z.ZodType>(schema: T, text: string, source: string, grade: Grade = 'guide'): T {
  return schema.describe(`${text.replace(/ {2,}/g, ' ').trim()} Source: ${source} (${grade}).`)
}

/** `z.enum` wants to know that there is one. */
export function words(list: readonly string[]): [string, ...string[]] {
  const [first, ...rest] = list
  if (first === undefined) throw new Error('an enum needs a word')
  return [first, ...rest]
}
