import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import type { Task } from '../../src/simulation/task.ts'
import { State } from '../../src/state/state.ts'
import { MemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { Watchers } from '../../src/store/watchers.ts'
import { rerouteSuite } from '../store/reroute-suite.ts'
import { type Bounds, storeSuite } from '../store/store-suite.ts'

const place = mkdtempSync(join(tmpdir(), 'mockling-'))
afterAll(() => rmSync(place, { recursive: true }))

let files = 0

interface Kept {
  readonly store: MemoryStore
  readonly state: State
}

async function open(file: string, bounds: Bounds): Promise<Kept> {
  const kept: { state?: State } = {}
  const store = new MemoryStore({ ...bounds, keep: change => kept.state?.keep(change) })
  const onWarning = (text: string) => expect(text).toBe('no warning')
  kept.state = await State.open(file, store, { sync: 'never', onWarning })
  return { store, state: kept.state }
}

async function plain(bounds: Bounds): Promise<Store> {
  return (await open(join(place, String(++files)), bounds)).store
}

/** Whether the store is closed before the call, and another made from its file: often at first, then now and then. */
function isTurn(call: number): boolean {
  return call < 12 ? call % 3 === 0 : call % 50 === 0
}

/**
 * A store that is another one every few calls. Calls wait for each other, since none can go on in another store. What a
 * bucket holds is not kept: after the first `take` it stays the one it is.
 */
async function reopening(bounds: Bounds): Promise<Store> {
  const file = join(place, String(++files))
  const watchers = new Watchers()
  let kept: Kept
  const another = async () => {
    kept = await open(file, bounds)
    kept.store.watch(task => watchers.tell(task))
  }
  await another()
  let calls = 0
  let hasTaken = false
  let before: Promise<unknown> = Promise.resolve()
  return new Proxy({} as Store, {
    get(_, verb: keyof Store | 'then') {
      if (verb === 'then') return undefined
      if (verb === 'watch') return (tell: (task: Task) => void, id?: string) => watchers.add(tell, id)
      // What it is to do calls others: it can't be one call.
      if (verb === 'byOrdinal') return MemoryStore.prototype.byOrdinal
      return (...given: never[]) => {
        const call = before.then(async () => {
          hasTaken ||= verb === 'take'
          if (!hasTaken && isTurn(++calls)) {
            await kept.state.close()
            await another()
          }
          return (kept.store[verb] as (...given: never[]) => unknown)(...given)
        })
        before = call.catch(() => {})
        return call
      }
    },
  })
}

storeSuite('file', plain)
rerouteSuite('file', plain)
storeSuite('file, opened anew every few calls', reopening)
rerouteSuite('file, opened anew every few calls', reopening)
