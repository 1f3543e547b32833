import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, rmSync } from 'node:fs'
import { quietly, syncDirectory } from './disk.ts'
import { StateFile, type StateFileOptions, Unusable } from './file.ts'
import { lock, type Release } from './lock.ts'
import { HEADER, MAGIC, VERSION, writeAll } from './records.ts'

/** A file that is locked, with nothing of it read but its first line. */
export interface Opened {
  readonly file: StateFile
  readonly release: Release
}

/**
 * Opens the file, which is made if it is not there.
 * @throws Unusable saying why it can't be had.
 */
export async function openStateFile(named: string, options: StateFileOptions): Promise<Opened> {
  const fd = opened(named)
  try {
    if (!fstatSync(fd).isFile()) throw new Unusable('is no file')
    // By its one true name: a link to it must not be another lock.
    const path = realpathSync(named)
    const release = await lock(path).catch(cause => {
      throw new Unusable(`can't be locked: ${cause.message}`, { cause })
    })
    if (!release) throw new Unusable('is in use by another process')
    try {
      begin(fd, path)
      return { file: new StateFile(path, fd, HEADER.length, options), release }
    } catch (error) {
      await release()
      throw error
    }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function opened(path: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600)
  } catch (cause) {
    throw new Unusable(`can't be opened for writing: ${(cause as Error).message}`, { cause })
  }
}

/** Reads the first line, or writes it into a file that has none yet. */
function begin(fd: number, path: string): void {
  const bytes = Buffer.alloc(64)
  const head = bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, 0))
  const [, version] = new RegExp(`^${MAGIC}(\\d+)\\n`).exec(head) ?? []
  if (version === String(VERSION)) quietly(() => rmSync(`${path}.new`, { force: true }))
  else if (version !== undefined) {
    throw new Unusable(`is of version ${version}, and this mockling reads version ${VERSION}`)
  } else if (HEADER.toString().startsWith(head)) {
    // Empty, or killed while it was made.
    writeAll(fd, HEADER, 0)
    syncDirectory(path)
  } else throw new Unusable('is no state file of mockling')
}
