import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import type { Production } from './case.ts'
import { fieldOf } from './difference.ts'
import { type Accepted, type Ledger, NotProduced, type Produced } from './studio.ts'
import { parsed } from './target.ts'

/** A line of the file. */
type Line = { readonly for: string } & (
  | { readonly begun: string; readonly run?: string }
  | { readonly accepted: Accepted }
  | { readonly made: Produced }
  | { readonly refused: string }
  | { readonly passed: string }
)

/** A ledger that also knows which cases passed. */
export interface FileLedger extends Ledger {
  hasPassed(id: string): boolean
  pass(id: string): void
}

/**
 * What was paid for, in a file of one JSON line for each event, so that neither an interrupt nor a crash makes a second
 * run pay again: a create is written down before it is sent. The token is never written.
 *
 * Several runs may share it: whichever wrote first that it begins sends the create.
 *
 * `about` is the target and its revision: lines about others are left alone.
 * @throws Error if the file can't be read or written, or holds something else
 */
export function openLedger(file: string, about: string): FileLedger {
  const run = randomUUID()
  const linesNow = () => linesOf(file).filter(line => line.for === about)
  const begun = new Set<string>()
  const accepted = new Map<string, Accepted>()
  const made = new Map<string, Produced>()
  const passed = new Set<string>()
  for (const line of linesNow()) {
    if ('begun' in line) begun.add(line.begun)
    else if ('accepted' in line) accepted.set(line.accepted.id, line.accepted)
    else if ('made' in line) made.set(line.made.id, line.made)
    else if ('refused' in line) begun.delete(line.refused)
    else if ('passed' in line) passed.add(line.passed)
  }
  const write = (line: object) => append(file, { for: about, ...line })
  return {
    known: id => made.get(id),
    accepted: id => accepted.get(id),
    begin: async ({ id }: Production) => {
      if (begun.has(id)) {
        throw new NotProduced(
          `a run before this one sent ${id} and was cut off: it may have been billed, and is not sent again; ` +
            `take its line out of ${file} to have it sent`,
        )
      }
      begun.add(id)
      write({ begun: id, run })
      if (beginnerOf(id, linesNow()) !== run) {
        throw new NotProduced(`another run is sending ${id}, or has sent it since this one began: it is not sent again`)
      }
    },
    accept: async one => {
      accepted.set(one.id, one)
      write({ accepted: one })
    },
    end: async produced => {
      made.set(produced.id, produced)
      write({ made: produced })
    },
    forget: async ({ id }) => {
      begun.delete(id)
      write({ refused: id })
    },
    hasPassed: id => passed.has(id),
    pass: id => {
      passed.add(id)
      write({ passed: id })
    },
  }
}

/** The run that was the first to begin something, and was not refused. */
function beginnerOf(id: string, lines: readonly Line[]): string | undefined {
  let beginner: string | undefined
  for (const line of lines) {
    if ('begun' in line && line.begun === id) beginner ??= line.run ?? ''
    else if ('refused' in line && line.refused === id) beginner = undefined
  }
  return beginner
}

function linesOf(file: string): Line[] {
  const text = readIfThere(file)
  // A crash may have cut the last line short; what it was about stays begun.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole))
  return whole
    .split('\n')
    .filter(line => line !== '')
    .map((line, at) => {
      const value = parsed(line)
      if (typeof fieldOf(value, 'for') === 'string') return value as Line
      throw new Error(`${file}, line ${at + 1}: it is no ledger of mockling verify`)
    })
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

/** On disk when it returns. */
function append(file: string, line: object): void {
  const handle = openSync(file, 'a')
  try {
    writeSync(handle, `${JSON.stringify(line)}\n`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
