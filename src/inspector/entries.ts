import { useEffect, useState } from 'preact/hooks'
import type { Entry } from '../journal/entries.ts'
import { part, queryOf } from './api.ts'
import { useLive } from './live.ts'

/** Entries are asked for in parts of this many, so that scrolling a little asks nothing new. */
const PART = 50

/** What was seen of a kind, the newest first, as far as it was asked for. */
export interface Entries<E extends Entry> {
  readonly total: number
  readonly isLoaded: boolean
  readonly problem: string | undefined
  readonly at: (place: number) => E | undefined
  /** −1: not known. */
  readonly placeOf: (id: string) => number
  /** Says which of them can be seen. */
  readonly onWindow: (first: number, count: number, isAtTop: boolean) => void
  /** Newer ones than these are left out, as somebody looks further down. */
  readonly isHeld: boolean
  /** Goes back to the newest. */
  readonly release: () => void
  /** Changes when the list begins anew, at its top. */
  readonly list: string
}

/** Entries of the journal. Once somebody scrolls down, what comes moves nothing: those that were there are all there is. */
export function useEntries<E extends Entry>(
  kind: E['kind'],
  filters: Readonly<Record<string, string | undefined>>,
): Entries<E> {
  const [round, begin] = useState(0)
  const list = `${round} ${queryOf(filters)}`
  const [seen, setSeen] = useState<Seen>({ list, first: 0, count: 2 * PART })
  const { first, count, newest } = seen.list === list ? seen : { first: 0, count: 2 * PART }
  const offset = Math.floor(first / PART) * PART
  const limit = Math.ceil((first + count - offset) / PART) * PART
  const before = newest === undefined ? undefined : newest + 1
  const path = `v1/journal${queryOf({ kind, ...filters, before, offset, limit })}`
  const { value, path: answered, problem } = useLive<{ items: E[]; count: number }>(path)
  const from = Number(new URLSearchParams(answered?.split('?')[1]).get('offset') ?? 0)
  const items = value?.items.toReversed() ?? []
  const isGone = newest !== undefined && value?.count === 0
  useEffect(() => {
    // All that somebody looked at was forgotten.
    if (isGone) begin(round + 1)
  }, [isGone])
  return {
    total: value?.count ?? 0,
    isLoaded: value !== undefined,
    problem,
    at: place => items[place - from],
    placeOf: id => {
      const place = items.findIndex(({ seq }) => String(seq) === id)
      return place < 0 ? -1 : from + place
    },
    onWindow: (start, many, isAtTop) => {
      const held = newest ?? (from === 0 ? items[0]?.seq : undefined)
      setSeen({ list, first: start, count: many, ...(!isAtTop && held !== undefined && { newest: held }) })
    },
    isHeld: newest !== undefined,
    release: () => begin(round + 1),
    list,
  }
}

interface Seen {
  readonly list: string
  readonly first: number
  readonly count: number
  readonly newest?: number
}

/** The entry in a place of the journal; it does not change any more once it is complete. */
export function useEntry<E extends Entry>(kind: E['kind'], seq: string): { entry?: E; problem?: string | undefined } {
  const { value, problem } = useLive<Entry>(`v1/journal/${part(seq)}`, { isFinal })
  if (value?.kind === kind) return { entry: value as E }
  return { problem: problem ?? (value && `what is in place ${seq} of the journal is a ${value.kind}, not a ${kind}`) }
}

function isFinal({ endedAt }: Entry): boolean {
  return endedAt !== undefined
}
