import { effect, signal } from '@preact/signals'
import { createEventSource, type EventSourceClient } from 'eventsource-client'
import { LRUCache } from 'lru-cache'
import { useEffect, useState } from 'preact/hooks'
import { ask, isLocked, Refusal, send, UNANSWERED } from './api.ts'
import { after, elapsed, timeOfDay } from './machine.ts'

/** Grows with each thing that happened at the server, as far as it was told. */
const happened = signal(0)

/** Grows with each command that was given from here. */
const commanded = signal(0)

/** How the line to the server is. */
export const connection = signal<'connecting' | 'live' | 'away' | 'locked'>('connecting')

/** Since when nobody answers; what is shown is what was known by then. */
export const lost = signal<{ readonly at: string; readonly elapsed: number } | undefined>(undefined)

/** Something was changed from here: whatever is shown is asked for again, at once. */
export function touch(): void {
  commanded.value++
}

/** Follows the journal, and goes on trying while nobody answers. */
export function startLive(): void {
  let source: EventSourceClient | undefined
  effect(() => {
    source?.close()
    if (isLocked.value) {
      connection.value = 'locked'
      return
    }
    source = createEventSource({
      url: new URL('v1/journal/stream?brief=true', location.href),
      fetch: async (url, options) => {
        const answer = await ask(String(url), options as RequestInit)
        if (!answer.ok) throw new Refusal(answer.status, 'the stream was refused')
        connection.value = 'live'
        lost.value = undefined
        touch()
        return answer
      },
      onMessage: () => {
        happened.value++
      },
      onScheduleReconnect: () => {
        if (isLocked.peek()) return
        connection.value = 'away'
        lost.value ??= { at: timeOfDay(), elapsed: elapsed() }
      },
    })
  })
}

/** What the server answers at present. While nobody answers, what it answered last. */
export interface Loaded<T> {
  readonly value?: T
  /** What `value` is the answer to. */
  readonly path?: string
  readonly problem?: string
}

/** Real time between two questions, at least: however much happens, a view asks no more often. */
const LEAST_MS = 400

/** And at most: plans go on and other people give commands, and no event tells. */
const MOST_MS = 5000

/** A question that took long is asked again only after so many times as long: it is the server's time that it took. */
const REST = 8

/** But not later than this. */
const MOST_REST_MS = 4000

interface Asking<T> {
  readonly least?: number
  readonly most?: number
  /** Whether an answer will never change. */
  readonly isFinal?: (value: T) => boolean
}

/** What `GET path` answers, asked for again whenever something happened while the page can be seen. */
export function useLive<T>(path: string, { least = LEAST_MS, most = MOST_MS, isFinal }: Asking<T> = {}): Loaded<T> {
  const [loaded, setLoaded] = useState(() => knownOf<T>(path) ?? {})
  const isOpen = !isLocked.value
  useEffect(
    () => (isOpen ? follow(path, { least, most, isFinal: isFinal ?? (() => false) }, setLoaded) : undefined),
    [path, least, most, isOpen],
  )
  return loaded
}

/** What `GET path` answers, where that never changes: asked for until it is answered. */
export function useOnce<T>(path: string): Loaded<T> {
  return useLive<T>(path, { isFinal: always })
}

const always = () => true

/** What was answered last, so that one who comes back to a view sees at once what he saw, also while nobody answers. */
const known = new LRUCache<string, Loaded<unknown>>({ max: 30 })

type Tell<T> = (change: (shown: Loaded<T>) => Loaded<T>) => void

function follow<T>(path: string, asking: Required<Asking<T>>, tell: Tell<T>): () => void {
  const over = new AbortController()
  const { signal } = over
  const run = async () => {
    const before = knownOf<T>(path)
    if (before) tell(() => before)
    while (!signal.aborted) {
      const seen = { happened: happened.peek(), commanded: commanded.peek() }
      const began = elapsed()
      const loaded = await answerTo<T>(path, signal)
      if (signal.aborted) return
      if (loaded !== 'nobody') tell(() => loaded)
      // What is shown of something else, such as the part of a list before, stays with the reason why there is no other.
      else if (!known.has(path)) tell(shown => ({ ...shown, problem: UNANSWERED }))
      if (loaded !== 'nobody' && loaded.value !== undefined && asking.isFinal(loaded.value)) return
      const least = Math.max(asking.least, Math.min(MOST_REST_MS, REST * (elapsed() - began)))
      await reason(seen, { least, most: Math.max(least, asking.most) }, signal)
    }
  }
  void run()
  return () => over.abort()
}

async function answerTo<T>(path: string, signal: AbortSignal): Promise<Loaded<T> | 'nobody'> {
  try {
    const loaded = { value: await send<T>('GET', path, undefined, signal), path }
    known.set(path, loaded)
    return loaded
  } catch (error) {
    if (signal.aborted || (error instanceof Refusal && error.status === 0)) return 'nobody'
    known.delete(path)
    return { problem: (error as Error).message, path }
  }
}

function knownOf<T>(path: string): Loaded<T> | undefined {
  return known.get(path) as Loaded<T> | undefined
}

/** Resolves when there is a reason to ask once more: a command was given, something happened, or long enough ago; and somebody looks. */
function reason(
  seen: { readonly happened: number; readonly commanded: number },
  { least, most }: { readonly least: number; readonly most: number },
  signal: AbortSignal,
): Promise<void> {
  return new Promise(resolve => {
    let isRested = false
    let isLate = false
    const look = () => {
      const isDue = isLate || commanded.peek() !== seen.commanded || (isRested && happened.peek() !== seen.happened)
      if (!signal.aborted && !(isDue && document.visibilityState === 'visible')) return
      for (const stop of stops.splice(0)) stop()
      document.removeEventListener('visibilitychange', look)
      signal.removeEventListener('abort', look)
      resolve()
    }
    const stops = [
      after(least, () => {
        isRested = true
        look()
      }),
      after(most, () => {
        isLate = true
        look()
      }),
      effect(() => {
        void [happened.value, commanded.value]
        queueMicrotask(look)
      }),
    ]
    document.addEventListener('visibilitychange', look)
    signal.addEventListener('abort', look)
    look()
  })
}
