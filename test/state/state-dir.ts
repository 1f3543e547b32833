import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A path for a state file in a directory of its own, which is gone at the end of the scope: hold it with `using`. */
export function statePath(): { readonly file: string } & Disposable {
  const place = mkdtempSync(join(tmpdir(), 'mockling-'))
  return {
    file: join(place, 'state'),
    [Symbol.dispose]: () => rmSync(place, { recursive: true, force: true }),
  }
}
