// What counts as flat, of what was measured of the process every few seconds, each time after its garbage was collected.

/** What comes before is warming up: code is compiled, caches fill, the collector learns how much room it needs. */
const WARM_UP = 1 / 3

/** What comes after is compared in so many parts of equal length. */
const PARTS = 4

/** More than the first part of them by this share is growth. */
const FLAT = 0.1

/**
 * What may be more by so much whatever the share. Files and handles are counted a moment before the connections. The heap is
 * small, and some of what is bounded has no setting and is not full by then: 10,000 commands, 20,000 tokens that did nothing.
 */
const PLAY = { heap: 8 * 1024 * 1024, fds: 12, threads: 1, handles: 12 }

/**
 * Node takes memory from the system in steps, some of 20 MB and more, and is warm after minutes only: in less than that a step
 * is no growth. The heap and the rest are judged in a short run as in a long one.
 */
const STEP = { underMs: 10 * 60_000, rss: 48 * 1024 * 1024 }

/**
 * `fds` and `handles` are those beside connections and posts.
 * @typedef {{ atMs: number, rss: number, heap: number, fds: number, threads: number, handles: number }} Sample
 */

/**
 * By part of the time after the warm-up, the medians.
 * @param {readonly Sample[]} samples
 */
export function partsOf(samples) {
  const last = samples.at(-1)?.atMs ?? 0
  const from = last * WARM_UP
  const parts = Array.from({ length: PARTS }, () => [])
  for (const sample of samples) {
    if (sample.atMs < from) continue
    parts[Math.min(PARTS - 1, Math.floor(((sample.atMs - from) / (last - from)) * PARTS))].push(sample)
  }
  return parts.map(part => ({
    rss: median(part.map(({ rss }) => rss)),
    heap: median(part.map(({ heap }) => heap)),
    fds: median(part.map(({ fds }) => fds)),
    threads: median(part.map(({ threads }) => threads)),
    handles: median(part.map(({ handles }) => handles)),
  }))
}

const WORDS = { rss: 'RSS', heap: 'heap', fds: 'open files', threads: 'threads', handles: 'handles' }

/**
 * Why it is not flat, as sentences; none if it is.
 * @param {readonly Sample[]} samples
 */
export function growthOf(samples) {
  const [first, ...later] = partsOf(samples)
  const isShort = (samples.at(-1)?.atMs ?? 0) < STEP.underMs
  const play = { ...PLAY, rss: isShort ? STEP.rss : 0 }
  return Object.entries(WORDS).flatMap(([name, words]) => {
    const most = Math.max(...later.map(part => part[name]))
    if (most <= Math.max(first[name] * (1 + FLAT), first[name] + play[name])) return []
    return [`${words}: ${shown(name, first[name])} after the warm-up, ${shown(name, most)} later`]
  })
}

function shown(name, value) {
  return name === 'rss' || name === 'heap' ? `${megabytes(value)} MB` : String(value)
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return (bytes / 1024 / 1024).toFixed(1)
}

/** @param {readonly number[]} values */
export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
