import { setImmediate as turn } from 'node:timers/promises'
import { LAST_INSTANT, type VirtualClock } from './clock.ts'

/** A clock to be moved, and how far. */
export interface Journey {
  readonly clock: VirtualClock
  /** Milliseconds from where it stands. */
  readonly ms: number
}

/** The last command given to each clock: commands wait for each other, so that two of 10 s make 20 s. */
const latest = new WeakMap<VirtualClock, Promise<unknown>>()

/** Has `act` done once earlier commands to any of the clocks are; at once if none is under way. */
export async function inTurn<T>(clocks: readonly VirtualClock[], act: () => T | Promise<T>): Promise<T> {
  const earlier = clocks.map(clock => latest.get(clock)).filter(command => command !== undefined)
  const command = earlier.length === 0 ? act() : Promise.allSettled(earlier).then(act)
  if (!(command instanceof Promise)) return command
  for (const clock of clocks) latest.set(clock, command)
  try {
    return await command
  } finally {
    for (const clock of clocks) if (latest.get(clock) === command) latest.delete(clock)
  }
}

/**
 * Moves clocks forward together, stopping at each instant that somebody awaits: all wake in order of their instants and
 * see the clock there, and what they set off (a retry, the next piece of a slow answer) is dated from there.
 *
 * At each stop whoever is at work is waited for, in real time: answers until they are out, callback posts until they
 * are answered, at most their ten seconds. What clients do next of their own accord is not.
 */
export async function travel(journeys: readonly Journey[]): Promise<void> {
  const legs = journeys.map(({ clock, ms }) => {
    const from = clock.now()
    return { clock, from, to: Math.min(from + ms, LAST_INSTANT), tolerated: 0 }
  })
  if (legs.some(({ clock }) => clock.atWork > 0)) await settle(legs)
  const longest = Math.max(0, ...journeys.map(({ ms }) => ms))
  for (let gone = 0; ; ) {
    gone = Math.max(gone, Math.min(longest, ...legs.map(nextStop)))
    for (const { clock, from, to } of legs) moveTo(clock, Math.min(from + gone, to))
    await settle(legs)
    if (gone >= longest) return
  }
}

interface Leg {
  readonly clock: VirtualClock
  readonly from: number
  readonly to: number
  /** How many at work have been given up on. */
  tolerated: number
}

/** How far from its start the clock is next awaited, if that is on its way. */
function nextStop({ clock, from, to }: Leg): number {
  const next = clock.nextAwaited ?? Number.POSITIVE_INFINITY
  return next <= to ? next - from : Number.POSITIVE_INFINITY
}

/** A clock that runs, or leaps, may be there already. */
function moveTo(clock: VirtualClock, instant: number): void {
  if (instant > clock.now()) clock.moveTo(instant)
}

/** Resolves when all have come to rest: after a turn of the event loop in which nobody went back to work. */
async function settle(legs: readonly Leg[]): Promise<void> {
  for (;;) {
    await turn()
    // On a clock that is closed nobody is waited for: it is another namespace's by now, or nobody's.
    const busy = legs.filter(({ clock, tolerated }) => clock.closedFor === undefined && clock.atWork > tolerated)
    if (busy.length === 0) return
    await Promise.all(
      busy.map(async leg => {
        leg.tolerated = await leg.clock.calm(leg.tolerated)
      }),
    )
  }
}
