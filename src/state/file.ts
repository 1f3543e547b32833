import * as fs from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Overload, UNWRITABLE } from '../simulation/overload.ts'
import { machineTime } from '../simulation/timebase.ts'
import { putAside, quietly, syncDirectory } from './disk.ts'
import { decode, encode, HEADER, linesOf, NO_SUM, writeAll } from './records.ts'
import { type Sync, Syncing } from './syncing.ts'

export interface StateFileOptions {
  readonly sync: Sync
  readonly onWarning: (text: string) => void
  /** Makes what was written to the file safe. Default: `fdatasync`. */
  readonly datasync?: (fd: number) => Promise<void>
}

/** A file that can't hold the state. It is as it was. */
export class Unusable extends Error {}

const INTERVAL_MS = 1000

/** Written at a time when the file is written anew, with a turn for everybody else in between. */
const SLICE = 256

const writeLater = promisify(fs.write)
const datasyncLater = promisify(fs.fdatasync)

/**
 * Records in a file, each written at its end in one piece and there for good: the process may be killed at any instant.
 * Only a power cut needs more, which is `sync`.
 */
export class StateFile {
  readonly #path: string
  readonly #options: StateFileOptions
  #fd: number
  /** Where the next record begins. Writes name it, so that one that failed half-way is written over. */
  #end: number
  /** That of all records before it. */
  #sum = NO_SUM
  /** How many there are. */
  #count = 0
  readonly #syncing: Syncing
  #callOff: (() => void) | undefined
  /** What is not written yet, and nobody waits for. */
  #notes: object[] = []
  /** While they could not be written, and will be tried again. */
  #callOffNotes: (() => void) | undefined
  #isFailing = false
  /** Nobody knows what is on the disk any more. */
  #isBroken = false
  /** While the file is written anew: what came since. */
  #tail: object[] | undefined
  #rewriting: Promise<void> = Promise.resolve()
  #isClosed = false

  /** `fd` is of the file at `path`, which has nothing but its first `end` bytes. */
  constructor(path: string, fd: number, end: number, options: StateFileOptions) {
    this.#path = path
    this.#fd = fd
    this.#end = end
    this.#options = options
    const datasync = options.datasync ?? datasyncLater
    this.#syncing = new Syncing(() => datasync(this.#fd))
  }

  get count(): number {
    return this.#count
  }

  /**
   * Reads all records, in order. From the first one that is damaged, or that `apply` does not know, the rest is cut off;
   * it is put into a file beside this one.
   * @throws Unusable if it can't be read or put aside, or `apply` throws.
   */
  load(apply: (record: object) => boolean): void {
    try {
      for (const { line, end } of linesOf(this.#fd, this.#end)) {
        const read = decode(line, this.#sum)
        if (!read || !apply(read.record)) break
        this.#sum = read.sum
        this.#end = end
        this.#count++
      }
    } catch (cause) {
      throw new Unusable(`can't be read at byte ${this.#end}: ${(cause as Error).message}`, { cause })
    }
    const lost = fs.fstatSync(this.#fd).size - this.#end
    if (lost > 0) this.#cut(lost)
  }

  /**
   * Writes a record. What it answers is to be waited for before anybody is told.
   * @throws Overload if it can't be written. Then it is not in the file.
   */
  append(record: object): Promise<void> | undefined {
    return this.#put([record])
  }

  /** Writes a record; later, if it can't be written now. */
  note(record: object): void {
    if (this.#isClosed || this.#isBroken) return
    this.#notes.push(record)
    if (!this.#callOffNotes) this.#putNotes()
  }

  /**
   * Has the file hold nothing but these records, and what comes meanwhile. Resolves to whether it does; if not, it goes on
   * as it is.
   */
  async rewrite(records: Iterable<object>): Promise<boolean> {
    if (this.#tail || this.#isClosed) return false
    this.#tail = []
    this.#rewriting = this.#rewrite(records, `${this.#path}.new`)
    try {
      await this.#rewriting
      return true
    } catch (error) {
      quietly(() => fs.rmSync(`${this.#path}.new`, { force: true }))
      this.#options.onWarning(
        `state: ${JSON.stringify(this.#path)} can't be written anew (${(error as Error).message}) and goes on growing`,
      )
      return false
    } finally {
      this.#tail = undefined
    }
  }

  /** Whether the file is being written anew. */
  get isRewriting(): boolean {
    return this.#tail !== undefined
  }

  async close(): Promise<void> {
    await this.#rewriting.catch(() => {})
    this.#callOffNotes?.()
    if (this.#notes.length > 0) this.#putNotes()
    this.#callOffNotes?.()
    this.#callOff?.()
    this.#isClosed = true
    if (this.#options.sync !== 'never') await this.#syncing.safe().catch(() => {})
    fs.closeSync(this.#fd)
  }

  #put(records: readonly object[]): Promise<void> | undefined {
    if (this.#isClosed || this.#isBroken) throw this.#overload()
    const all = [...this.#notes, ...records]
    this.#write(all)
    this.#count += all.length
    this.#notes = []
    this.#callOffNotes?.()
    this.#callOffNotes = undefined
    if (this.#options.sync === 'always') return this.#safe()
    if (this.#options.sync === 'interval') this.#callOff ??= machineTime.after(INTERVAL_MS, () => this.#tick())
    return undefined
  }

  /** Tries now and, if there is no room, once a second: not at each note, for there may be many by then. */
  #putNotes(): void {
    this.#callOffNotes = undefined
    try {
      // Whoever waits for a later one waits for these too.
      this.#put([])?.catch(() => {})
    } catch {
      if (!this.#isBroken) this.#callOffNotes = machineTime.after(INTERVAL_MS, () => this.#putNotes())
    }
  }

  #write(records: readonly object[]): void {
    const { bytes, sum } = encode(records, this.#sum)
    try {
      writeAll(this.#fd, bytes, this.#end)
    } catch (cause) {
      quietly(() => fs.ftruncateSync(this.#fd, this.#end))
      this.#fails(cause as Error, 'what can’t be kept is refused until it can')
      throw this.#overload(cause)
    }
    if (this.#isFailing) this.#options.onWarning(`state: ${JSON.stringify(this.#path)} can be written again`)
    this.#isFailing = false
    this.#end += bytes.length
    this.#sum = sum
    this.#tail?.push(...records)
  }

  #fails({ message }: Error, what: string): void {
    if (!this.#isFailing)
      this.#options.onWarning(`state: ${JSON.stringify(this.#path)} can't be written (${message}); ${what}`)
    this.#isFailing = true
  }

  #overload(cause?: unknown): Overload {
    return new Overload('state', UNWRITABLE, { cause })
  }

  #tick(): void {
    this.#callOff = undefined
    this.#safe().catch(() => {})
  }

  async #safe(): Promise<void> {
    try {
      await this.#syncing.safe()
    } catch (cause) {
      // Asked again, a system may say that all is well though it has thrown the bytes away.
      this.#isBroken = true
      this.#fails(cause as Error, 'nothing more is kept until mockling is started again')
      throw this.#overload(cause)
    }
  }

  async #rewrite(records: Iterable<object>, path: string): Promise<void> {
    const before = this.#count
    const fd = fs.openSync(path, 'w', 0o600)
    try {
      writeAll(fd, HEADER, 0)
      let end = HEADER.length
      let sum = NO_SUM
      let count = 0
      const later = async (slice: readonly object[]) => {
        const lines = encode(slice, sum)
        sum = lines.sum
        for (let from = 0; from < lines.bytes.length; ) {
          from += (await writeLater(fd, lines.bytes, from, lines.bytes.length - from, end + from)).bytesWritten
        }
        end += lines.bytes.length
      }
      let slice: object[] = []
      for (const record of records) {
        count++
        if (slice.push(record) < SLICE) continue
        await later(slice)
        slice = []
        await turn()
      }
      await later(slice)
      const tail = this.#tail ?? []
      while (tail.length > 64) await later(tail.splice(0, SLICE))
      await datasyncLater(fd)
      const rest = encode(tail, sum)
      writeAll(fd, rest.bytes, end)
      fs.fsyncSync(fd)
      fs.renameSync(path, this.#path)
      const old = this.#fd
      this.#fd = fd
      this.#end = end + rest.bytes.length
      this.#sum = rest.sum
      this.#count += count - before
      syncDirectory(this.#path)
      void this.#syncing.safe().then(
        () => fs.closeSync(old),
        () => {},
      )
    } catch (error) {
      if (this.#fd !== fd) fs.closeSync(fd)
      throw error
    }
  }

  #cut(lost: number): void {
    const damage = `is damaged at byte ${this.#end}`
    let aside: string
    try {
      aside = putAside(this.#fd, this.#end, `${this.#path}.cut`)
      fs.ftruncateSync(this.#fd, this.#end)
      fs.fsyncSync(this.#fd)
    } catch (cause) {
      throw new Unusable(`${damage}, and the rest can't be put aside: ${(cause as Error).message}`, { cause })
    }
    this.#options.onWarning(
      `state: ${JSON.stringify(this.#path)} ${damage}: the ${lost} bytes from there on were cut off, and put into ${JSON.stringify(aside)}`,
    )
  }
}
