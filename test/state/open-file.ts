import type { StateFileOptions } from '../../src/state/file.ts'
import { openStateFile } from '../../src/state/opening.ts'

/** Opens the file and reads it: what is in it, and what was warned of. */
export async function open(path: string, options: Partial<StateFileOptions> = {}) {
  const warnings: string[] = []
  const { file, release } = await openStateFile(path, {
    sync: 'never',
    onWarning: text => warnings.push(text),
    ...options,
  })
  const records: object[] = []
  file.load(record => records.push(record) > 0)
  const close = async () => {
    await file.close()
    await release()
  }
  return { file, records, warnings, close }
}

export async function reread(path: string) {
  const { records, warnings, close } = await open(path)
  await close()
  return { records, warnings }
}
