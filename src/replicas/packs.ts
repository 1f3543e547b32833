import { z } from 'zod'
import type { Message } from '../control/inboxes.ts'
import type { Entry } from '../journal/journal.ts'
import type { Sealed } from '../journal/sealed.ts'

/** What replicas tell each other of what happened, beside entries of the journal. */
export type Item =
  | { readonly message: Message }
  | {
      readonly cleared: 'journal' | 'inbox'
      readonly namespace?: string | undefined
      readonly inbox?: string | undefined
    }

/** What happened here and is to be told. */
export type Unsent = Item | { readonly entry: Entry }

/** Characters of entries that are one item; one that is longer is an item by itself. */
const LONGEST_PACK = 65_536

const common = { seq: z.int().positive(), at: z.number(), namespace: z.string() }
const asked = { ...common, method: z.string(), path: z.string(), rawHeaders: z.array(z.string()) }

/** What must be so of an entry lest it did harm; the rest is shown as it is. */
const Entries = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('request'), ...asked, traceId: z.string() }),
  z.looseObject({ kind: z.literal('download'), ...asked, bytes: z.number() }),
  z.looseObject({ kind: z.literal('callback'), ...common, taskId: z.string(), attempt: z.int(), url: z.string() }),
])

/** What stands before an entry: place, kind, whether it made a task, namespace. No JSON has a line break in it. */
const LINE = /^(\d{1,16}) (request|download|callback) ([01]) (\S*) (.+)$/s

/** Bytes that a character of it takes, at most. */
const BYTES = 2

/** An entry as a line. */
function lineOf(entry: Entry): string {
  const { seq, kind, namespace } = entry
  const accepted = kind === 'request' && entry.accepted ? 1 : 0
  return `${seq} ${kind} ${accepted} ${namespace} ${JSON.stringify(entry)}`
}

/** The entry of a line, to be read when somebody asks for it; what is wrong with it then is told to `onDefect`. */
export function sealedFrom(line: string, onDefect: (error: unknown) => void): Sealed {
  const [, seq, kind, accepted, namespace, json] = LINE.exec(line) ?? []
  if (json === undefined || namespace === undefined)
    throw new Error(`an entry of the history is none: ${line.slice(0, 200)}`)
  const about = { seq: Number(seq), kind: kind as Entry['kind'], namespace }
  if (!Number.isSafeInteger(about.seq) || about.seq < 1) throw new Error(`an entry of the history has no place: ${seq}`)
  return new Told({ ...about, accepted: accepted === '1' || undefined, bytes: BYTES * json.length }, json, onDefect)
}

/** How many entries a pack says there are in it. */
export function countIn(pack: string): number {
  const count = Number.parseInt(pack, 10)
  return count > 0 ? count : 1
}

export function linesOf(pack: string): string[] {
  return pack.split('\n').slice(1)
}

/**
 * As they are put in the stream, from whom everybody but he takes them: nobody, if something holds from its place on. Entries that
 * follow each other are one item.
 */
export function itemsOf(unsent: readonly Unsent[], id: string): string[][] {
  const items: string[][] = []
  let lines: string[] = []
  let length = 0
  const endPack = () => {
    if (lines.length > 0) items.push(['from', id, 'entries', packOf(lines)])
    lines = []
    length = 0
  }
  for (const one of unsent) {
    if ('entry' in one) {
      const line = lineOf(one.entry)
      if (length + line.length > LONGEST_PACK) endPack()
      lines.push(line)
      length += line.length
      continue
    }
    endPack()
    const isForAll = 'cleared' in one && one.cleared === 'inbox'
    items.push(['from', isForAll ? '' : id, 'item', JSON.stringify(one)])
  }
  endPack()
  return items
}

/** Entries' lines as one text, their number in front. */
function packOf(lines: readonly string[]): string {
  return `${lines.length}\n${lines.join('\n')}`
}

type About = Omit<Sealed, 'open'>

/** An entry that another replica told. */
class Told implements Sealed {
  readonly seq: number
  readonly kind: Entry['kind']
  readonly namespace: string
  readonly accepted: true | undefined
  readonly bytes: number
  readonly #json: string
  readonly #onDefect: (error: unknown) => void

  constructor({ seq, kind, namespace, accepted, bytes }: About, json: string, onDefect: (error: unknown) => void) {
    this.seq = seq
    this.kind = kind
    this.namespace = namespace
    this.accepted = accepted
    this.bytes = bytes
    this.#json = json
    this.#onDefect = onDefect
  }

  open(): Entry | undefined {
    try {
      // By the line it has its place, and is found: it is no other than that says.
      const entry = Entries.parse(JSON.parse(this.#json)) as Entry
      const { seq, kind, namespace } = entry
      if (seq === this.seq && kind === this.kind && namespace === this.namespace) return entry
      throw new Error(`entry ${this.seq} of the history is another: ${this.#json.slice(0, 200)}`)
    } catch (error) {
      this.#onDefect(error)
      return undefined
    }
  }
}
