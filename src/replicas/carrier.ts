import type { Courier, Upshot } from '../callbacks/courier.ts'
import type { VirtualClock } from '../simulation/clock.ts'
import type { Work } from '../simulation/crew.ts'
import { machineTime } from '../simulation/timebase.ts'
import type { OwingName, Owings } from '../store/owings.ts'
import type { Store } from '../store/store.ts'
import type { Crowds } from './crowds.ts'
import type { Patience } from './patience.ts'

export interface CarrierOptions {
  readonly courier: Pick<Courier, 'attempt'>
  readonly owings: Pick<Owings, 'underway' | 'owedTask' | 'again' | 'over'>
  readonly store: Pick<Store, 'generation'>
  readonly clockOf: (namespace: string) => VirtualClock
  readonly patience: Patience
  readonly crowds: Crowds
  /** A callback of the namespace waits again, and is due at this instant. */
  readonly onAgain: (namespace: string, due: number) => void
  /** A callback is underway, and its job was that of another of the same name. */
  readonly onJobless: (name: OwingName) => Promise<void>
}

/** The clock of the replica that claimed a callback may be ahead of ours by so many real milliseconds. */
const AHEAD_MS = 100

/** What is left to be done of a job: that, when it is out of the way; or all, so many milliseconds later. */
export type Carried = { readonly afterwards?: () => Promise<void> } | { readonly laterMs: number }

/** Sees to one callback that is underway: makes an attempt at it if it is still owed, and writes down what came of that. */
export class Carrier {
  readonly #options: CarrierOptions

  constructor(options: CarrierOptions) {
    this.#options = options
  }

  async carry(name: OwingName): Promise<Carried> {
    const { owings, patience, onAgain, onJobless, clockOf } = this.#options
    const clock = clockOf(name.namespace)
    const work = clock.work('sure')
    try {
      const upshot = await this.#try(name, clock, work)
      if (upshot === 'over') {
        await patience.until(() => owings.over(name))
        return {}
      }
      // A reset may have begun anew with a task of the same id.
      if (upshot === 'gone') {
        const afterwards = async () => {
          if (await owings.underway(name)) await onJobless(name)
        }
        return { afterwards }
      }
      if ('laterMs' in upshot) return upshot
      const afterwards = async () => {
        await patience.until(() => owings.again(name, upshot))
        onAgain(name.namespace, upshot.due)
      }
      return { afterwards }
    } finally {
      work.end()
    }
  }

  async #try(
    name: OwingName,
    clock: VirtualClock,
    work: Work,
  ): Promise<Exclude<Upshot, 'owed'> | { readonly laterMs: number }> {
    const { owings, store, courier, patience, crowds } = this.#options
    const { namespace, place } = name
    // In this order: a reset meanwhile shows in one of the later ones, or later in the generation.
    const [generation, owing, task] = await patience.until(() =>
      Promise.all([store.generation(namespace), owings.underway(name), owings.owedTask(name)]),
    )
    if (!owing) return 'gone'
    const delivery = task?.deliveries[place]
    if (!task || !delivery || delivery.isCancelled) return 'over'
    const { attempt } = owing
    // The first one goes by the plan, which may have been changed since it was claimed.
    const due = attempt === 1 ? delivery.at : owing.due
    if (!(await hasCome(due, clock, work))) return { attempt, due }
    const verdict = await crowds.enter(delivery.url)
    if (verdict !== 'go') return { laterMs: verdict }
    try {
      const upshot = await courier.attempt({ task, place, attempt, clock, generation }, work)
      return upshot === 'owed' ? { attempt, due } : upshot
    } finally {
      crowds.leave(delivery.url)
    }
  }
}

/** Whether the instant has come on our clock, or comes presently. */
async function hasCome(due: number, clock: VirtualClock, work: Work): Promise<boolean> {
  if (due <= clock.now()) return true
  const tooLong = new AbortController()
  const callOff = machineTime.after(AHEAD_MS, () => tooLong.abort())
  await work.rest(due, tooLong.signal).catch(() => {})
  callOff()
  return due <= clock.now()
}
