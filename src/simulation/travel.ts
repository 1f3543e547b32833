import { setImmediate as turn } from 'node:timers/promises'
import { LAST_INSTANT, type VirtualClock } from './clock.ts'
import type { Convoy } from './fleet.ts'

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
 *
 * With a convoy the clocks of other processes come along, and who waits and works there counts the same.
 */
export async function travel(journeys: readonly Journey[], convoy?: Convoy): Promise<void> {
  const legs = journeys.map(({ clock, ms }) => {
    const from = clock.now()
    return { clock, from, to: Math.min(from + ms, LAST_INSTANT), tolerated: 0 }
  })
  if (convoy || legs.some(({ clock }) => clock.atWork > 0)) await settleAll(legs, convoy)
  const longest = Math.max(0, ...journeys.map(({ ms }) => ms))
  for (let gone = 0; ; ) {
    gone = Math.max(gone, Math.min(longest, ...legs.map((leg, index) => nextStop(leg, convoy?.awaited[index]))))
    const instants = legs.map(({ from, to }) => Math.min(from + gone, to))
    if (convoy) await convoy.moveTo(instants)
    else for (const [index, { clock }] of legs.entries()) moveTo(clock, instants[index] ?? 0)
    await settleAll(legs, convoy)
    if (gone >= longest) return
  }
}

/** A clock whose workers are waited for. */
export interface Rested {
  readonly clock: VirtualClock
  /** How many at work have been given up on. */
  tolerated: number
}

interface Leg extends Rested {
  readonly from: number
  readonly to: number
}

/** How far from its start the clock is next awaited, here or elsewhere, if that is on its way. */
function nextStop({ clock, from, to }: Leg, elsewhere = Number.POSITIVE_INFINITY): number {
  // What is past elsewhere, and nobody woke for, is nothing to wait for.
  const ahead = elsewhere > clock.now() ? elsewhere : Number.POSITIVE_INFINITY
  const next = Math.min(clock.nextAwaited ?? Number.POSITIVE_INFINITY, ahead)
  return next <= to ? next - from : Number.POSITIVE_INFINITY
}

/** A clock that runs, or leaps, may be there already. */
function moveTo(clock: VirtualClock, instant: number): void {
  if (instant > clock.now()) clock.moveTo(instant)
}

async function settleAll(legs: readonly Leg[], convoy: Convoy | undefined): Promise<void> {
  do await settle(legs)
  while (convoy && !(await convoy.isAtRest()))
}

/** Resolves when all have come to rest: after a turn of the event loop in which nobody went back to work. */
export async function settle(legs: readonly Rested[]): Promise<void> {
  for (;;) {
    await turn()
    const busy = legs.filter(({ clock, tolerated }) => clock.atWork > tolerated)
    if (busy.length === 0) return
    await Promise.all(
      busy.map(async leg => {
        // On a clock that is closed nobody is waited for: it is another namespace's by now, or nobody's.
        leg.tolerated = await leg.clock.calm(leg.tolerated)
      }),
    )
  }
}
