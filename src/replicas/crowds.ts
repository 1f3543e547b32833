import type { Timebase } from '../simulation/timebase.ts'

/** So many of one origin may be at work here: an eighth of all jobs. */
export const SHARE = 128

/** An origin that has answered so many within a second or two may have more at work: it makes way, if not fast. */
const BRISK = 100

/** Real milliseconds that one waits for its origin to make way, before it is put off. */
const PATIENCE_MS = 3000

/** Real milliseconds that one is put off at least. */
const PUT_OFF_MS = 1000

/** Those put off come back one after another: real milliseconds between two of an origin. */
const SPACING_MS = 4

/** Whose post may begin: `go`, or after how many milliseconds it may be asked again. */
type Verdict = 'go' | number

interface Waiting {
  readonly decide: (verdict: Verdict) => void
  readonly callOff: () => void
}

/** The callbacks of one origin that are at work here. */
class Crowd {
  atWork = 0
  readonly #timebase: Timebase
  readonly #waiting = new Set<Waiting>()
  /** The second it is, and how many have ended in it and in the one before. */
  #second = 0
  #ended = 0
  #endedBefore = 0
  /** When the last one that was put off comes back. */
  #backAt = 0
  /** One was put off, and it has not made way since. */
  #isStuck = false

  constructor(timebase: Timebase) {
    this.#timebase = timebase
  }

  get isOver(): boolean {
    return this.atWork === 0 && this.#waiting.size === 0 && this.#backAt <= this.#timebase.now()
  }

  enter(): Verdict | Promise<Verdict> {
    if (this.#hasRoom) return this.#go()
    if (this.#isStuck) return this.#putOff()
    return new Promise(decide => {
      const waiting: Waiting = {
        decide,
        callOff: this.#timebase.after(PATIENCE_MS, () => {
          this.#waiting.delete(waiting)
          decide(this.#putOff())
        }),
      }
      this.#waiting.add(waiting)
    })
  }

  leave(): void {
    this.atWork--
    this.#turn()
    this.#ended++
    if (this.#isBrisk || this.atWork < SHARE / 2) this.#isStuck = false
    for (const waiting of this.#waiting) {
      if (!this.#hasRoom) return
      this.#waiting.delete(waiting)
      waiting.callOff()
      waiting.decide(this.#go())
    }
  }

  get #hasRoom(): boolean {
    return this.atWork < SHARE || this.#isBrisk
  }

  get #isBrisk(): boolean {
    this.#turn()
    return this.#ended + this.#endedBefore >= BRISK
  }

  #go(): 'go' {
    this.atWork++
    return 'go'
  }

  #putOff(): number {
    this.#isStuck = true
    const now = this.#timebase.now()
    this.#backAt = Math.max(now + PUT_OFF_MS, this.#backAt + SPACING_MS)
    return this.#backAt - now
  }

  #turn(): void {
    const second = Math.floor(this.#timebase.now() / 1000)
    if (second === this.#second) return
    this.#endedBefore = second === this.#second + 1 ? this.#ended : 0
    this.#ended = 0
    this.#second = second
  }
}

/**
 * Sees to it that a receiver which answers slowly, or never, doesn't take all the room there is for jobs: what is more than its share
 * is put off, unless it makes way fast.
 */
export class Crowds {
  readonly #timebase: Timebase
  readonly #crowds = new Map<string, Crowd>()

  constructor(timebase: Timebase) {
    this.#timebase = timebase
  }

  /** Resolves to `go` when a post to the address may begin, who is to `leave` then; or to how long it is to be put off. */
  enter(url: string): Verdict | Promise<Verdict> {
    const origin = originOf(url)
    const crowd = this.#crowds.get(origin) ?? new Crowd(this.#timebase)
    this.#crowds.set(origin, crowd)
    return crowd.enter()
  }

  leave(url: string): void {
    const origin = originOf(url)
    const crowd = this.#crowds.get(origin)
    crowd?.leave()
    if (crowd?.isOver) this.#crowds.delete(origin)
  }
}

function originOf(url: string): string {
  return /^[^:/?#]+:\/\/[^/?#]*/.exec(url)?.[0] ?? ''
}
