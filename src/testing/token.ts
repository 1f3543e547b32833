import { createHash } from 'node:crypto'

/** Characters of a token: HTTP allows more, but this much fits in a line of a log. */
const LONGEST = 60

/**
 * A bearer token for one test, the same in every run: ids and timings follow from it.
 * @param names from the file's down to the test's own
 * @param turn how often it was retried
 */
export function tokenOf(names: readonly string[], turn = 0): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([names, turn]))
    .digest('hex')
    .slice(0, 8)
  const words = (names.at(-1) ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, '')
  return ['mockling', hash, words].filter(part => part !== '').join('-')
}
