import { readFileSync } from 'node:fs'
import { getHeapStatistics } from 'node:v8'
import type { Config } from './config.ts'
import type { ServerLimits } from './http/door.ts'
import type { Caps } from './http/load.ts'
import { TASK_BYTES } from './store/weight.ts'

/** The share of the open files allowed that connections may take: callbacks, files and the rest need some, too. */
const OF_FILES = 0.75

/**
 * Shares of the room on the heap. What is left is for the garbage there is between two collections; so is what a share doesn't
 * need.
 */
const OF_ROOM = { tasks: 1 / 2, journal: 1 / 8, held: 1 / 8, connections: 1 / 8 }

/** What they take on the heap, about (docs/performance.md). */
const HELD_BYTES = 13_000
const CONNECTION_BYTES = 5_000

/** Bytes that young objects and the program itself take at most; `heap_size_limit` includes both. */
const TAKEN = 224 * 1024 * 1024

/** Requests that wait for something to come to an inbox, at once. */
const MOST_WAITS = 1000

const MEGABYTE = 1_000_000

/** How much there may be of what: as the settings say, and as the machine allows. */
export function capsOf(config: Config, heap = heapLimit()): Caps {
  const room = roomIn(heap)
  const atMost = (share: keyof typeof OF_ROOM, bytes: number) =>
    Math.max(10, Math.floor((room * OF_ROOM[share]) / bytes))
  const sockets = Math.min(Math.floor(openFiles() * OF_FILES), atMost('connections', CONNECTION_BYTES))
  return {
    connections: Math.min(config.maxConnections, sockets),
    held: Math.min(config.maxHeld, atMost('held', HELD_BYTES)),
    // Replicas keep them elsewhere.
    pending: config.redisUrl ? config.maxPending : Math.min(config.maxPending, atMost('tasks', TASK_BYTES)),
    streams: config.maxStreams,
    waits: MOST_WAITS,
    bodyBytes: Math.min(config.bodyMemory * MEGABYTE, Math.floor(heap / 4)),
  }
}

/** Bytes that what is kept may take, about: all tasks, what was asked for with them, and the journal. */
export function memoryOf(config: Config, heap = heapLimit()): { tasks: number; requests: number; journal: number } {
  const room = roomIn(heap)
  return {
    tasks: room * OF_ROOM.tasks,
    requests: config.taskMemory * MEGABYTE,
    journal: Math.min(config.journalMemory * MEGABYTE, room * OF_ROOM.journal),
  }
}

function heapLimit(): number {
  return getHeapStatistics().heap_size_limit
}

/** Bytes of the heap for what is kept. A small heap has less than is subtracted: there an eighth is safe. */
function roomIn(heap: number): number {
  return Math.max(heap / 8, heap - TAKEN)
}

/** How much of a request is read, and how long for. */
export function serverLimitsOf(config: Config): ServerLimits {
  return {
    bodyBytes: Math.round(config.maxBody * 1024 * 1024),
    headBytes: Math.round(config.maxHead * 1024),
    headMs: config.headTimeout * 1000,
    requestMs: config.requestTimeout * 1000,
    keepAliveMs: config.keepAlive * 1000,
  }
}

/** The files this process may have open: Node raises the soft limit to the hard one when it starts. */
function openFiles(): number {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft)
  } catch {
    // Elsewhere than on Linux: the settings alone count.
    return Number.POSITIVE_INFINITY
  }
}

/** Says that tasks are being forgotten: at the first, and then each time their number has doubled. */
export function evictionNotice(warn: ((text: string) => void) | undefined): () => void {
  let evicted = 0
  let next = 1
  return () => {
    if (++evicted < next) return
    next *= 2
    warn?.(`${evicted} settled task(s) forgotten so far to make room; raise --retain to keep more`)
  }
}
