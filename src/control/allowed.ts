import type { z } from 'zod'

type Issue = z.core.$ZodRawIssue

const TYPES: Readonly<Record<string, string>> = {
  string: 'be text',
  number: 'be a number',
  int: 'be a whole number',
  boolean: 'be true or false',
  array: 'be a list',
  object: 'be an object',
  record: 'be an object',
}

/** What a schema allows, as what must hold, where it has no words of its own for that; `undefined`: nobody has. */
export function allowedBy(issue: Issue): string | undefined {
  const must = mustOf(issue)
  return must && `must ${must}`
}

function mustOf(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected]
    case 'too_small':
      return atLeast(issue)
    case 'too_big':
      return atMost(issue)
    case 'invalid_value':
      return oneOf(issue.values)
    case 'invalid_union':
      return Array.isArray(issue['options']) ? oneOf(issue['options']) : undefined
    default:
      return undefined
  }
}

function atLeast({ origin, minimum, inclusive }: Extract<Issue, { code: 'too_small' }>): string {
  if (isLength(origin)) return Number(minimum) === 1 ? 'not be empty' : `hold at least ${minimum}${unitOf(origin)}`
  return inclusive ? `be at least ${minimum}` : `be more than ${minimum}`
}

function atMost({ origin, maximum, inclusive }: Extract<Issue, { code: 'too_big' }>): string {
  if (isLength(origin)) return `hold at most ${maximum}${unitOf(origin)}`
  return inclusive ? `be at most ${maximum}` : `be less than ${maximum}`
}

function isLength(origin: string): boolean {
  return origin === 'string' || origin === 'array'
}

function unitOf(origin: string): string {
  return origin === 'string' ? ' characters' : ''
}

function oneOf(values: readonly unknown[]): string {
  const [only] = values
  return values.length === 1 ? `be ${String(only)}` : `be one of ${values.join(', ')}`
}
