import { type ClipFiles, EVERY } from './clip-files.ts'
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
  /** Ends the threads, closes the files. */
  close(): Promise<void>
}

/**
 * The user's own file for a task's outcome or for all, else a clip made from the task.
 * @throws ConfigError if one of those files can't be served.
 */
export async function openStudio(
  { clip = {}, mediaCache }: Config,
  recorded: ClipFiles,
  warn: (text: string) => void,
): Promise<Studio> {
  const files = await openAll({ ...clip, ...recorded })
  const fileOf = (task: Task): UserFile | undefined => files.get(successOf(task)) ?? files.get(EVERY)
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
      etag: task => (fileOf(task) ?? specOf(task)).etag,
      ready: task => fileOf(task) ?? shelf.ready(specOf(task)),
      open: async (task, signal) => fileOf(task) ?? shelf.open(specOf(task), signal),
    },
    warm: () => {
      if (!files.has(EVERY)) pool.warm()
    },
    close: async () => {
      await Promise.all([pool.close(), closeAll(files)])
    },
  }
}

/** Under which outcome the task's file was given: `succeed`, `succeed cat`, or `recorded` and which. */
function successOf({ effects = [] }: Task): string {
  const video = effects.find(({ name }) => name === 'recorded')?.options['video']
  if (video !== undefined) return `recorded ${video}`
  const clip = effects.find(({ name }) => name === 'succeed')?.options['clip']
  return clip === undefined ? 'succeed' : `succeed ${clip}`
}

async function openAll(paths: ClipFiles): Promise<ReadonlyMap<string, UserFile>> {
  const files = new Map<string, UserFile>()
  for (const [outcome, path] of Object.entries(paths)) {
    try {
      files.set(outcome, await openUserFile(path))
    } catch (cause) {
      await closeAll(files)
      throw new ConfigError(`clip: ${JSON.stringify(path)} can't be served: ${(cause as Error).message}`, { cause })
    }
  }
  return files
}

async function closeAll(files: ReadonlyMap<string, UserFile>): Promise<void> {
  await Promise.all(Array.from(files.values(), file => file.close()))
}
