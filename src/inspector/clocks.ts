import { signal } from '@preact/signals'
import type { NamespaceView } from '../control/namespace-routes.ts'
import type { ClockState } from '../control/shapes.ts'
import { lost } from './live.ts'
import { each, elapsed } from './machine.ts'

/** A clock as it was shown, and when that was. */
interface Seen {
  readonly clock: ClockState
  readonly at: number
}

export const serverClock = signal<Seen | undefined>(undefined)
export const namespaces = signal<readonly NamespaceView[]>([])
const clocks = signal<ReadonlyMap<string, Seen>>(new Map())

/** Read by whatever shows how late it is: changes as time goes by. */
const beat = signal(0)
each(500, () => {
  if (document.visibilityState === 'visible') beat.value++
})

export function sawServerClock(clock: ClockState): void {
  serverClock.value = { clock, at: elapsed() }
}

export function sawNamespaces(items: readonly NamespaceView[]): void {
  const at = elapsed()
  namespaces.value = items
  clocks.value = new Map(items.map(({ namespace, clock }) => [namespace, { clock, at }]))
}

/** What the clock of a namespace shows now; without one, the server's. */
export function nowOf(namespace?: string): number {
  void beat.value
  const seen = (namespace === undefined ? undefined : clocks.value.get(namespace)) ?? serverClock.value
  if (!seen) return 0
  const { now, mode, rate } = seen.clock
  // While nobody answers it is as late as it was: what is shown is what was known then.
  const at = lost.value?.elapsed ?? elapsed()
  return mode === 'real' || mode === 'scaled' ? now + Math.max(0, at - seen.at) * rate : now
}

/** How a clock runs, in words. */
export function modeText({ mode, rate }: Pick<ClockState, 'mode' | 'rate'>): string {
  return mode === 'scaled' ? `×${rate}` : mode
}
