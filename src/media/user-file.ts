import { type FileHandle, open, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import type { Source } from './shelf.ts'

/** The most that is read at once: what a reader who has stopped reading costs. */
const PIECE_BYTES = 64 * 1024

/** A file of the user's own, served in place of clips. */
export interface UserFile extends Source {
  close(): Promise<void>
}

/**
 * Opens a file for as long as it is served: replacing it by another of its name changes nothing, writing into it does.
 *
 * @throws Error saying why it can't be served: not there, not readable, no file, empty.
 */
export async function openUserFile(path: string): Promise<UserFile> {
  // Before it is opened: a pipe would wait there for somebody to write into it.
  if (!(await stat(path)).isFile()) throw new Error('it is no file')
  const handle = await open(path, 'r')
  try {
    const facts = await handle.stat()
    if (facts.size === 0) throw new Error('it is empty')
    const { size, mtimeMs } = facts
    return {
      size,
      type: await typeOf(path),
      etag: `"${Math.round(mtimeMs).toString(16)}-${size.toString(16)}"`,
      read: (from, to) => readPiece(handle, from, Math.min(to, from + PIECE_BYTES)),
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** By the end of its name; a video where that says nothing. */
async function typeOf(path: string): Promise<string> {
  // Loaded here: nobody else needs the table of all types.
  const { lookup } = await import('mime-types')
  return lookup(extname(path)) || 'video/mp4'
}

async function readPiece(handle: FileHandle, from: number, to: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(to - from), 0, to - from, from)
  if (bytesRead === 0) throw new Error('the file has become shorter since the start')
  return buffer.subarray(0, bytesRead)
}
