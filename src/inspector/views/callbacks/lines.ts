/** A line of two texts. */
export interface Line {
  readonly side: 'before' | 'after' | 'both'
  readonly text: string
}

/** Beyond so many lines each, what lies between the first and the last difference counts as different. */
const MOST_LINES = 1000

/** Two texts as one: the lines they share, and those that only one has, by their longest common subsequence. */
export function differencesOf(before: readonly string[], after: readonly string[]): Line[] {
  const shorter = Math.min(before.length, after.length)
  let head = 0
  while (head < shorter && before[head] === after[head]) head++
  let tail = 0
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  const both = (lines: readonly string[]): Line[] => lines.map(text => ({ side: 'both', text }))
  return [
    ...both(before.slice(0, head)),
    ...between(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...both(before.slice(before.length - tail)),
  ]
}

function between(before: readonly string[], after: readonly string[]): Line[] {
  const [rows, columns] = [before.length, after.length]
  const only = (side: Line['side'], lines: readonly string[]): Line[] => lines.map(text => ({ side, text }))
  if (rows > MOST_LINES || columns > MOST_LINES) return [...only('before', before), ...only('after', after)]
  // How long what they share is from row i and column j on.
  const width = columns + 1
  const shared = new Uint16Array((rows + 1) * width)
  const at = (i: number, j: number) => shared[i * width + j] ?? 0
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      shared[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < rows && j < columns) {
    if (before[i] === after[j]) {
      lines.push({ side: 'both', text: before[i++] ?? '' })
      j++
    } else if (at(i + 1, j) >= at(i, j + 1)) lines.push({ side: 'before', text: before[i++] ?? '' })
    else lines.push({ side: 'after', text: after[j++] ?? '' })
  }
  return [...lines, ...only('before', before.slice(i)), ...only('after', after.slice(j))]
}
