import { machineTime } from '../simulation/timebase.ts'

/** A while in which something gathers, ended early when somebody waits for it. One at a time. */
export class Lull {
  readonly #ms: number
  #end = () => {}

  /** Real milliseconds. */
  constructor(ms: number) {
    this.#ms = ms
  }

  pass(): Promise<void> {
    return new Promise(resolve => {
      const callOff = machineTime.after(this.#ms, resolve)
      this.#end = () => {
        callOff()
        resolve()
      }
    })
  }

  end(): void {
    this.#end()
  }
}
