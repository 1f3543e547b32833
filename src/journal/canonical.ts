import { isObject } from '../contract/request.ts'
import { sha256 } from '../simulation/random.ts'

/** Fields that say how a create is answered, not what is made: a retry may change them and is still a retry. */
export const ANSWERING_FIELDS = ['callback_url', 'async', 'timeout'] as const

const LEFT_OUT: ReadonlySet<string> = new Set(ANSWERING_FIELDS)

/** What two bodies must share to ask for the same video: all but `ANSWERING_FIELDS`, with keys in any order. `null` is absent. */
export function digestOf(body: unknown): string {
  const asked = isObject(body)
    ? Object.fromEntries(Object.entries(body).filter(([name, value]) => value !== null && !LEFT_OUT.has(name)))
    : body
  return sha256(canonicalJson(asked) ?? '')
}

/** JSON with the keys of every object in order; `undefined` for a value that JSON has no text for. */
export function canonicalJson(value: unknown): string | undefined {
  return JSON.stringify(value, (_name, item) =>
    isObject(item) ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1))) : item,
  )
}
