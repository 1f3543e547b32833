/** Arrays and objects may lie this deep in each other; deeper bodies can't be written out again (chosen). */
const DEEPEST = 100

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isTooDeep(value: unknown, left = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (left === 0) return true
  for (const item of Object.values(value)) {
    if (typeof item === 'object' && isTooDeep(item, left - 1)) return true
  }
  return false
}

/** Names for the header `x-mockling-ignored`; what a header can't hold is percent-encoded. */
export function ignoredHeader(names: readonly string[]): string {
  return names.map(name => (/^[\w.$-]{1,100}$/.test(name) ? name : encoded(name))).join(', ')
}

function encoded(name: string): string {
  // A lone surrogate can't be encoded.
  return encodeURIComponent(name.slice(0, 100).replace(/\p{Surrogate}/gu, '?'))
}
