import { createHash } from 'node:crypto'
import { statSync, unlinkSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pause } from '../simulation/timebase.ts'

/** Lets go of a lock. */
export type Release = () => Promise<void>

/** A socket's path may be no longer: 104 bytes on macOS, 108 on Linux. */
const LONGEST_PATH = 100

/** Somebody who has just bound the socket listens by then. */
const PAUSE_MS = 20

/**
 * Locks a file against other processes: `undefined` if a living one has it.
 *
 * A socket beside it is listened on, which the kernel closes however its process ends. A file with a process id would be
 * believed of another process that has the id by now, as the first one in a container always has.
 */
export async function lock(file: string): Promise<Release | undefined> {
  const place = placeOf(file)
  const server = await listening(place)
  if (server) return () => closed(server)
  if (await isAnswered(place)) return undefined
  await pause(PAUSE_MS)
  if (await isAnswered(place)) return undefined
  // Whoever had it is dead.
  unlinkSync(place)
  const heir = await listening(place)
  if (!heir) return undefined
  const { ino } = statSync(place)
  // Of two that took it over at once, the second has unlinked the first one's socket.
  await pause(PAUSE_MS)
  return statSync(place).ino === ino ? () => closed(heir) : undefined
}

function placeOf(file: string): string {
  const beside = `${file}.lock`
  const name = `mockling-${createHash('sha256').update(file).digest('hex').slice(0, 16)}`
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`
  return Buffer.byteLength(beside) <= LONGEST_PATH ? beside : join(tmpdir(), `${name}.lock`)
}

/** A server that listens there; `undefined` if the place is taken. */
function listening(path: string): Promise<Server | undefined> {
  const server = createServer(socket => socket.destroy())
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    server.listen({ path, exclusive: true }, () => resolve(server.unref()))
  })
}

/** Whether somebody listens there. What can't be asked counts as an answer. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'))
  })
}

function closed(server: Server): Promise<void> {
  return new Promise(resolve => server.close(() => resolve()))
}
