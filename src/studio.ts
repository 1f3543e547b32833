import { type Config, ConfigError } from './config.ts'
import { clipSpecOf } from './http/clip-spec.ts'
import type { Media } from './http/door.ts'
import { Pool } from './media/pool.ts'
import { ClipShelf } from './media/shelf.ts'
import { type TaggedSpec, tagged } from './media/spec.ts'
import { openUserFile, type UserFile } from './media/user-file.ts'
import type { Task } from './simulation/task.ts'

/** The files behind `video_url`, and the threads that make them. */
export interface Studio {
  readonly media: Media
  /** A file will be wanted before long. */
  warm(): void
  /** Ends the threads, closes the file. */
  close(): Promise<void>
}

/**
 * Clips made from their tasks, or the user's own file for all.
 * @throws ConfigError if that file can't be served.
 */
export async function openStudio({ clip, mediaCache }: Config, warn: (text: string) => void): Promise<Studio> {
  if (clip !== undefined) {
    const file = await ownFile(clip)
    const media: Media = { etag: () => file.etag, ready: () => file, open: async () => file }
    return { media, warm: () => {}, close: () => file.close() }
  }
  const pool = new Pool({
    onTrouble: error => warn(`clips are made in the main thread from now on, which others feel: ${error.message}`),
  })
  const shelf = new ClipShelf(pool, Math.floor(mediaCache * 1024 * 1024))
  // A file is often asked for in many ranges, and telling its tag takes longer than sending one.
  const specs = new WeakMap<Task, TaggedSpec>()
  const specOf = (task: Task): TaggedSpec => {
    const known = specs.get(task) ?? tagged(clipSpecOf(task))
    specs.set(task, known)
    return known
  }
  return {
    media: {
      etag: task => specOf(task).etag,
      ready: task => shelf.ready(specOf(task)),
      open: (task, signal) => shelf.open(specOf(task), signal),
    },
    warm: () => pool.warm(),
    close: () => pool.close(),
  }
}

async function ownFile(path: string): Promise<UserFile> {
  try {
    return await openUserFile(path)
  } catch (cause) {
    throw new ConfigError(`clip: ${JSON.stringify(path)} can't be served: ${(cause as Error).message}`, { cause })
  }
}
