import { copyFileSync } from 'node:fs'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import type { FakeTimebase } from '../simulation/fake-timebase.ts'
import type { Settings } from '../support/requests.ts'
import { statePath } from './state-dir.ts'

export const FROZEN: Settings = { clock: 'frozen', pace: 10 }

/**
 * A simulator with a state file, and what would be there had it been killed: another that takes a copy of the file as it
 * is at the call. All are gone at the end of the scope.
 */
export async function withState(settings: Settings = FROZEN, timebase?: FakeTimebase) {
  const place = statePath()
  const opened: Simulator[] = []
  let copies = 0
  const open = async (file: string, change: Settings = {}) => {
    const simulator = await createSimulator({ ...settings, ...change, state: file }, timebase ? { timebase } : {})
    opened.push(simulator)
    return simulator
  }
  return {
    file: place.file,
    first: await open(place.file),
    afterKill(change: Settings = {}) {
      const file = `${place.file}.${++copies}`
      copyFileSync(copies === 1 ? place.file : `${place.file}.${copies - 1}`, file)
      return open(file, change)
    },
    open,
    async [Symbol.asyncDispose]() {
      for (const simulator of opened) await simulator.close()
      place[Symbol.dispose]()
    },
  }
}
