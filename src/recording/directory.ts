import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Exchange, type Recording } from './exchange.ts'
import { placeholderIn } from './placeholder.ts'

/** A directory that can't be used as recordings. `message` says why, without naming the setting. */
export class BadRecordings extends Error {}

const NAME = /^(\d{4,})-[\w-]+\.json$/

/** Begins the name of a file that is not whole yet. */
const UNFINISHED = '.unfinished-'

/** Where the bytes of a file are kept. */
export function fileIn(directory: string, sha256: string): string {
  return join(directory, 'files', `${sha256}.mp4`)
}

/**
 * The recordings in a directory, in the order in which they were asked for.
 * @throws BadRecordings if there are none, or one can't be read.
 */
export function readRecordings(directory: string): Recording[] {
  const names = namesIn(directory)
  if (names.length === 0)
    throw new BadRecordings('it holds no recordings, which are files such as 0001-post-kling-videos.json')
  return names.map(name => ({ name, ...exchangeIn(join(directory, name), name) }))
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter(name => NAME.test(name))
      .toSorted((a, b) => numberOf(a) - numberOf(b))
  } catch (cause) {
    throw new BadRecordings(`it can't be read: ${(cause as NodeJS.ErrnoException).code ?? cause}`, { cause })
  }
}

/** The number of an exchange, which its placeholders are named after. */
export function numberOf(name: string): number {
  return Number(NAME.exec(name)?.[1] ?? 0)
}

function exchangeIn(path: string, name: string): Exchange {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new BadRecordings(`${name} is no JSON: ${(cause as Error).message}`, { cause })
  }
  const parsed = Exchange.safeParse(json)
  if (parsed.success) return parsed.data
  const [{ path: at, message } = { path: [], message: 'it is no exchange' }] = parsed.error.issues
  throw new BadRecordings(`${name} is no recording: ${[at.join('.'), message].filter(Boolean).join(': ')}`)
}

/** Where recordings are written. Every file is there whole or not at all. */
export class Directory {
  readonly path: string
  #last: number
  #written = 0

  /** @throws BadRecordings if it can't be written to. */
  constructor(path: string) {
    this.path = path
    try {
      // Not with what is above it: Node 20 never comes back from that under /proc.
      if (!existsSync(path)) mkdirSync(path)
      const probe = join(path, `${UNFINISHED}${randomUUID()}`)
      writeFileSync(probe, '')
      rmSync(probe)
      this.#last = Math.max(0, ...namesIn(path).map(numberOf))
    } catch (cause) {
      if (cause instanceof BadRecordings) throw cause
      throw new BadRecordings(`it can't be written to: ${(cause as NodeJS.ErrnoException).code ?? cause}`, { cause })
    }
  }

  /** How many exchanges were written. */
  get written(): number {
    return this.#written
  }

  /** The number of the next exchange. Those of an earlier recording stay as they are. */
  next(): number {
    return ++this.#last
  }

  write(number: number, exchange: Exchange): string {
    const name = `${String(number).padStart(4, '0')}-${wordsOf(exchange)}.json`
    this.#put(join(this.path, name), `${JSON.stringify(exchange, undefined, 2)}\n`)
    this.#written++
    return name
  }

  /** Keeps the bytes of a file, once. */
  keep(bytes: Uint8Array): void {
    mkdirSync(join(this.path, 'files'), { recursive: true })
    const path = fileIn(this.path, createHash('sha256').update(bytes).digest('hex'))
    if (!existsSync(path)) this.#put(path, bytes)
  }

  #put(path: string, content: string | Uint8Array): void {
    const unfinished = join(this.path, `${UNFINISHED}${randomUUID()}`)
    try {
      writeFileSync(unfinished, content)
      renameSync(unfinished, path)
    } catch (cause) {
      rmSync(unfinished, { force: true })
      throw cause
    }
  }
}

/** Such as `post-kling-videos`, `get-file` and `callback`. */
function wordsOf({ kind, request: { method, path } }: Exchange): string {
  if (kind === 'callback') return 'callback'
  const words =
    placeholderIn(path)?.kind === 'file' ? 'file' : path.replaceAll(/\{\{[^}]*\}\}/g, '').replaceAll(/[^\w]+/g, '-')
  return `${method}-${words}`.toLowerCase().replaceAll(/-+/g, '-').replaceAll(/^-|-$/g, '').slice(0, 60)
}
