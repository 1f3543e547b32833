import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { writeAll } from './records.ts'

/** Has the name of a new file be there after a power cut. Not everywhere can a directory be opened. */
export function syncDirectory(path: string): void {
  quietly(() => {
    const fd = fs.openSync(dirname(path), 'r')
    fs.fsyncSync(fd)
    fs.closeSync(fd)
  })
}

/** Copies the rest of a file, from `position` on, into a new one of that name or the next that is free. */
export function putAside(from: number, position: number, name: string): string {
  const { path, fd } = newFile(name)
  try {
    const chunk = Buffer.allocUnsafe(1 << 20)
    for (let at = position; ; ) {
      const length = fs.readSync(from, chunk, 0, chunk.length, at)
      if (length === 0) return path
      writeAll(fd, chunk.subarray(0, length), at - position)
      at += length
    }
  } catch (error) {
    quietly(() => fs.rmSync(path))
    throw error
  } finally {
    fs.closeSync(fd)
  }
}

function newFile(name: string): { readonly path: string; readonly fd: number } {
  for (let number = 1; ; number++) {
    const path = number === 1 ? name : `${name}.${number}`
    try {
      return { path, fd: fs.openSync(path, 'wx', 0o600) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** Does what is tried for good measure. */
export function quietly(act: () => void): void {
  try {
    act()
  } catch {
    // It may be otherwise.
  }
}
