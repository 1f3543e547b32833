/** Arrays and objects may lie this deep in each other; deeper bodies can't be written out again (chosen). */
const DEEPEST = 100

export function isTooDeep(value: unknown, left = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (left === 0) return true
  for (const item of Object.values(value)) {
    if (typeof item === 'object' && isTooDeep(item, left - 1)) return true
  }
  return false
}

/** The header `x-mockling-ignored` is at most about this long: clients refuse heads of 8 KiB and more. */
const LONGEST_HEADER = 2000

/** Names for the header `x-mockling-ignored`; what a header can't hold is percent-encoded, what is too much counted. */
export function ignoredHeader(names: readonly string[]): string {
  const shown: string[] = []
  let length = 0
  for (const name of names) {
    const text = /^[\w.$-]{1,100}$/.test(name) ? name : encoded(name)
    length += text.length + 2
    if (length > LONGEST_HEADER) break
    shown.push(text)
  }
  const left = names.length - shown.length
  return [...shown, ...(left > 0 ? [`(and ${left} more)`] : [])].join(', ')
}

function encoded(name: string): string {
  // A lone surrogate can't be encoded.
  if (name === '') return '%22%22'
  return encodeURIComponent(name.slice(0, 100).replace(/\p{Surrogate}/gu, '?'))
}
