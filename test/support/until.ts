import { setImmediate } from 'node:timers/promises'

/** Resolves once `holds` does, looking again at each turn of the event loop; gives up after 10 real seconds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const startedAt = performance.now()
  while (!(await holds())) {
    if (performance.now() - startedAt > 10_000) throw new Error(`waited in vain until ${what}`)
    await setImmediate()
  }
}
