import { setImmediate } from 'node:timers/promises'

/** Long after what is waited for has come about on a machine that is busy with other things, in real milliseconds. */
const IN_VAIN_MS = 30_000

/** Resolves once `holds` does, looking again at each turn of the event loop; gives up after 30 real seconds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const startedAt = performance.now()
  while (!(await holds())) {
    if (performance.now() - startedAt > IN_VAIN_MS) throw new Error(`waited in vain until ${what}`)
    await setImmediate()
  }
}
