import type { z } from 'zod'
import type { Grade } from './evidence.ts'

/* How the schemas of bodies and answers are put into words, for documents. */

/** Adds what the field is and where that was read. */
export function says<T extends z.ZodType>(schema: T, text: string, source: string, grade: Grade = 'guide'): T {
  return schema.describe(sourced(text, source, grade))
}

/** What is said, and where that was read. */
export function sourced(text: string, source: string, grade: Grade): string {
  return `${text.replace(/ {2,}/g, ' ').trim()} Source: ${source} (${grade}).`
}

/** `z.enum` wants to know that there is one. */
export function words(list: readonly string[]): [string, ...string[]] {
  const [first, ...rest] = list
  if (first === undefined) throw new Error('an enum needs a word')
  return [first, ...rest]
}
