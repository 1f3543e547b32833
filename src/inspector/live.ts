import { effect, signal } from '@preact/signals'
import { createEventSource, type EventSourceClient } from 'eventsource-client'
import { useEffect, useState } from 'preact/hooks'
import { ask, isLocked, Refusal, send } from './api.ts'
import { after } from './machine.ts'

/** Grows with each thing that happened at the server, as far as it was told. */
export const happened = signal(0)

/** How the line to the server is. */
export const connection = signal<'connecting' | 'live' | 'away' | 'locked'>('connecting')

/** Something was changed from here: whatever is shown is asked for again. */
export function touch(): void {
  happened.value++
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
        touch()
        return answer
      },
      onMessage: touch,
      onScheduleReconnect: () => {
        if (!isLocked.peek()) connection.value = 'away'
      },
    })
  })
}

/** What the server answers at present. */
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

/** What `GET path` answers, asked for again whenever something happened while the page can be seen. */
export function useLive<T>(path: string, most = MOST_MS, least = LEAST_MS): Loaded<T> {
  return useAnswer(path, { most, least, isOnce: false })
}

/** What `GET path` answers, where that never changes: asked for until it is answered. */
export function useOnce<T>(path: string): Loaded<T> {
  return useAnswer(path, { most: MOST_MS, least: LEAST_MS, isOnce: true })
}

interface Asking {
  readonly most: number
  readonly least: number
  readonly isOnce: boolean
}

function useAnswer<T>(path: string, { most, least, isOnce }: Asking): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({})
  const isOpen = !isLocked.value
  useEffect(
    () => (isOpen ? follow(path, { most, least, isOnce }, setLoaded) : undefined),
    [path, most, least, isOnce, isOpen],
  )
  return loaded
}

function follow<T>(path: string, { most, least, isOnce }: Asking, tell: (loaded: Loaded<T>) => void): () => void {
  const over = new AbortController()
  const { signal } = over
  const run = async () => {
    while (!signal.aborted) {
      const seen = happened.peek()
      try {
        const value = await send<T>('GET', path, undefined, signal)
        if (!signal.aborted) tell({ value, path })
        if (isOnce) return
      } catch (error) {
        if (!signal.aborted) tell({ problem: (error as Error).message, path })
      }
      await waited(least, signal)
      await reason(seen, most, signal)
    }
  }
  void run()
  return () => over.abort()
}

function waited(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      callOff()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const callOff = after(ms, end)
    signal.addEventListener('abort', end)
  })
}

/** Resolves when there is a reason to ask once more: something happened, or long enough ago; and somebody looks. */
function reason(seen: number, most: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    let isDue = false
    const end = () => {
      stop()
      callOff()
      document.removeEventListener('visibilitychange', look)
      signal.removeEventListener('abort', look)
      resolve()
    }
    const look = () => {
      if (signal.aborted || (isDue && document.visibilityState === 'visible')) end()
    }
    const callOff = after(most, () => {
      isDue = true
      look()
    })
    document.addEventListener('visibilitychange', look)
    signal.addEventListener('abort', look)
    let stop = () => {}
    const dispose = effect(() => {
      if (happened.value === seen) return
      isDue = true
      queueMicrotask(look)
    })
    stop = dispose
    look()
  })
}
