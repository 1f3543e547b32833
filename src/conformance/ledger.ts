import { closeSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import type { Production } from './case.ts'
import { type Ledger, NotProduced, type Produced } from './studio.ts'

/** A line of the file. */
type Line = { readonly for: string } & (
  | { readonly begun: string }
  | { readonly made: Produced }
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
 * `about` is the target and its revision: lines about others are left alone.
 * @throws Error if the file can't be read or written, or holds something else
 */
export function openLedger(file: string, about: string): FileLedger {
  const lines = linesOf(file).filter(line => line.for === about)
  const begun = new Set(lines.flatMap(line => ('begun' in line ? [line.begun] : [])))
  const made = new Map(lines.flatMap(line => ('made' in line ? [[line.made.id, line.made] as const] : [])))
  const passed = new Set(lines.flatMap(line => ('passed' in line ? [line.passed] : [])))
  const write = (line: object) => append(file, { for: about, ...line })
  return {
    known: id => made.get(id),
    begin: async ({ id }: Production) => {
      if (begun.has(id)) {
        throw new NotProduced(
          `a run before this one sent ${id} and was cut off: it may have been billed, and is not sent again; ` +
            `take its line out of ${file} to have it sent`,
        )
      }
      begun.add(id)
      write({ begun: id })
    },
    end: async produced => {
      made.set(produced.id, produced)
      write({ made: produced })
    },
    hasPassed: id => passed.has(id),
    pass: id => {
      passed.add(id)
      write({ passed: id })
    },
  }
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
      try {
        return JSON.parse(line)
      } catch (cause) {
        throw new Error(`${file}, line ${at + 1}: no JSON; it is no ledger of mockling verify`, { cause })
      }
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
