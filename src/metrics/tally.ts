import { ENDPOINTS } from '../contract/endpoints.ts'
import type { CallbackEntry, DownloadEntry, RequestEntry, Unplaced } from '../journal/journal.ts'

/** Names and values of labels. */
export type Labels = Readonly<Record<string, string>>

/** One number, and what it is of. */
export interface Counted {
  readonly labels: Labels
  readonly value: number
}

/** Counts by labels. One line of text is the key: a request is counted in well under a microsecond. */
class Counter<Names extends readonly string[]> {
  readonly names: Names
  readonly #counts = new Map<string, number>()

  constructor(...names: Names) {
    this.names = names
  }

  /** One more; `key` is the labels' values in order, a line each. */
  add(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  get values(): Counted[] {
    return [...this.#counts].map(([key, value]) => {
      const values = key.split('\n')
      return { labels: Object.fromEntries(this.names.map((name, index) => [name, values[index] ?? ''])), value }
    })
  }
}

/** Seconds. Most callbacks are sent within some milliseconds; one that had to wait for its receiver is seconds late. */
export const LATENESS_BOUNDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const

const PATHS: ReadonlySet<string> = new Set([
  ...Object.values(ENDPOINTS).map(({ path }) => path as string),
  '/kling/tasks',
])

/** What happened so far, as numbers. Nothing in it grows with what callers say: other paths are `other`. */
export class Tally {
  readonly requests = new Counter('endpoint', 'status', 'outcome', 'code')
  readonly deliveries = new Counter('outcome')
  mediaBytes = 0
  /** Deliveries by the first of `LATENESS_BOUNDS` that they were not later than; the last number is of the others. */
  readonly lateness: number[] = [...LATENESS_BOUNDS.map(() => 0), 0]
  latenessSum = 0

  request(entry: RequestEntry | DownloadEntry): void {
    const { status, path } = entry
    const isMedia = entry.kind === 'download'
    if (isMedia) this.mediaBytes += entry.bytes
    const endpoint = isMedia ? 'media' : PATHS.has(path) ? path : 'other'
    const code = isMedia ? '' : (entry.code ?? '')
    this.requests.add(`${endpoint}\n${status ?? ''}\n${outcomeOf(entry)}\n${code}`)
  }

  delivery({ outcome }: Pick<Unplaced<CallbackEntry>, 'outcome'>): void {
    this.deliveries.add(outcome)
  }

  /** A callback that was due at `due` was sent at `at`, both on its namespace's clock. */
  late(due: number, at: number): void {
    const seconds = Math.max(0, at - due) / 1000
    const index = LATENESS_BOUNDS.findIndex(bound => seconds <= bound)
    const place = index === -1 ? LATENESS_BOUNDS.length : index
    this.lateness[place] = (this.lateness[place] ?? 0) + 1
    this.latenessSum += seconds
  }
}

function outcomeOf(entry: RequestEntry | DownloadEntry): string {
  if (entry.hungUp) return 'hung_up'
  if (entry.isCut) return 'cut_off'
  if (entry.kind === 'request' && entry.accepted) return 'accepted'
  return (entry.status ?? 0) < 400 ? 'answered' : 'refused'
}
