import type { z } from 'zod'
import { ErrorBody, GatewayErrorBody } from '../contract/wire.ts'
import type { Refused } from './case.ts'
import { printable } from './reading.ts'
import type { Seen } from './target.ts'

/** Something that came otherwise than promised. */
export interface Difference {
  /** Where: `status`, `error.code`, `duration`. */
  readonly at: string
  readonly promised: string
  readonly seen: string
}

export function difference(at: string, promised: unknown, seen: unknown): Difference[] {
  return promised === seen ? [] : [{ at, promised: shown(promised), seen: shown(seen) }]
}

/** How an answer differs from a refusal. */
export function differencesFromRefusal({ status, code, message, saysSuccess }: Refused, seen: Seen): Difference[] {
  const body = seen.json
  const error = fieldOf(body, 'error')
  return [
    ...difference('status', status, seen.status),
    ...difference('error.code', code, fieldOf(error, 'code')),
    ...(message === undefined ? [] : difference('error.message', message, fieldOf(error, 'message'))),
    // A code that nobody knows has been said above.
    ...differencesFromShape('the error', saysSuccess ? ErrorBody : GatewayErrorBody, body).filter(
      ({ at }) => at !== 'the error: error.code',
    ),
  ]
}

/** How a value differs from a schema, field by field. */
export function differencesFromShape(what: string, schema: z.ZodType, value: unknown): Difference[] {
  const { success, error } = schema.safeParse(value)
  if (success) return []
  return error.issues.map(({ path, message }) => {
    const at = path.map(String).join('.')
    return {
      at: at === '' ? what : `${what}: ${at}`,
      promised: message,
      seen: shown(at === '' ? value : valueAt(value, path)),
    }
  })
}

export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, name) => fieldOf(at, String(name)), value)
}

/** A value in a line of its own. */
export function shown(value: unknown): string {
  const text = printable(value === undefined ? 'nothing' : JSON.stringify(value))
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
