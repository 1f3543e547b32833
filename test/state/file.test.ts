import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { mkdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Unusable } from '../../src/state/file.ts'
import { openStateFile } from '../../src/state/opening.ts'
import { decode, encode, HEADER, linesOf, NO_SUM } from '../../src/state/records.ts'
import { open, reread } from './open-file.ts'
import { statePath } from './state-dir.ts'

const SOME = [{ a: 1 }, { b: 'zwei\n' }, { c: ['\u2028', '\ud800', null] }]

/** Opens a new file, writes the records and closes it. */
async function written(path: string, records: readonly object[]): Promise<void> {
  const { file, close } = await open(path)
  for (const record of records) file.append(record)
  await close()
}

/** Where what was cut off is, by the warning. */
function asideOf([warning = '']: readonly string[]): string {
  return /put into "(.*)"$/.exec(warning)?.[1] ?? ''
}

function linesFor(records: readonly object[]): Buffer[] {
  let sum = NO_SUM
  return records.map(record => {
    const line = encode([record], sum)
    sum = line.sum
    return line.bytes
  })
}

describe('a record', () => {
  it('is read as it was written, whatever is in it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), fc.nat(), (record, before) => {
        const { bytes: line, sum } = encode([record], before)
        expect(line.indexOf('\n')).toBe(line.length - 1)
        expect(decode(line.subarray(0, -1), before)).toEqual({ record: JSON.parse(JSON.stringify(record)), sum })
        expect(decode(line.subarray(0, -1), before + 1)).toBeUndefined()
      }),
    )
  })

  it.each(['', '0', '00000000', '00000000 ', 'ffffffff {}', 'a'.repeat(40)])('is not read from %j', text => {
    expect(decode(Buffer.from(text), NO_SUM)).toBeUndefined()
  })

  it.each(['1', 'null', '"text"', '{"a":', ''])('is not read from %j, though its sum be right', text => {
    const sum = crc32(text).toString(16).padStart(8, '0')
    expect(decode(Buffer.from(`${sum} ${text}`), NO_SUM)).toBeUndefined()
  })
})

describe('a state file', () => {
  it('gives back what was written, in order', async () => {
    using place = statePath()
    await written(place.file, SOME)
    expect(await reread(place.file)).toEqual({ records: SOME, warnings: [] })
  })

  it('is for nobody else to read', async () => {
    using place = statePath()
    await written(place.file, SOME)
    expect(statSync(place.file).mode & 0o077).toBe(0)
  })

  it('gives back records of any size', async () => {
    using place = statePath()
    const records = [1, 1e3, 1 << 20, (1 << 20) + 1, 5e6].map(size => ({ text: 'x'.repeat(size) }))
    await written(place.file, records)
    expect((await reread(place.file)).records).toEqual(records)
  })

  it('is cut at its last whole record wherever it ends, and says so', async () => {
    using place = statePath()
    await written(place.file, SOME)
    const whole = readFileSync(place.file)
    for (let size = HEADER.length; size < whole.length; size++) {
      writeFileSync(place.file, whole.subarray(0, size))
      const { records, warnings } = await reread(place.file)
      expect(SOME.slice(0, records.length)).toEqual(records)
      const kept = Buffer.concat([HEADER, encode(records, NO_SUM).bytes])
      expect(readFileSync(place.file)).toEqual(kept)
      expect(warnings.length).toBe(size === kept.length ? 0 : 1)
      if (size > kept.length) {
        expect(warnings[0]).toContain(`damaged at byte ${kept.length}: the ${size - kept.length} bytes`)
        expect(readFileSync(asideOf(warnings))).toEqual(whole.subarray(kept.length, size))
      }
    }
  })

  it('begins anew where it was killed while it was made', async () => {
    using place = statePath()
    for (let size = 0; size < HEADER.length; size++) {
      writeFileSync(place.file, HEADER.subarray(0, size))
      expect(await reread(place.file)).toEqual({ records: [], warnings: [] })
      expect(readFileSync(place.file)).toEqual(HEADER)
    }
  })

  it('keeps what stands before the damage, whichever bytes are others', { tags: 'thorough' }, async () => {
    using place = statePath()
    const damage = fc.record({ at: fc.nat(), byte: fc.integer({ min: 1, max: 255 }) })
    const record = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 8 }),
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        async (records, damages) => {
          const lines = linesFor(records)
          const bytes = Buffer.concat([HEADER, ...lines])
          let first = bytes.length
          for (const { at, byte } of damages) {
            const place = HEADER.length + (at % (bytes.length - HEADER.length))
            bytes[place] = (bytes[place] ?? 0) ^ byte
            first = Math.min(first, place)
          }
          writeFileSync(place.file, bytes)
          const read = await reread(place.file)
          let end = HEADER.length
          const before = lines.filter(line => {
            end += line.length
            return end <= first
          })
          expect(read.records.slice(0, before.length)).toEqual(
            records.slice(0, before.length).map(one => JSON.parse(JSON.stringify(one))),
          )
          // Whatever was damaged is not taken for anything else; damage may undo damage.
          expect(read.records).toEqual(
            records.slice(0, read.records.length).map(one => JSON.parse(JSON.stringify(one))),
          )
          expect((await reread(place.file)).warnings).toEqual([])
        },
      ),
      { numRuns: 400 },
    )
  })

  it('is cut at a record that nobody knows', async () => {
    using place = statePath()
    await written(place.file, SOME)
    const warnings: string[] = []
    const { file, release } = await openStateFile(place.file, { sync: 'never', onWarning: text => warnings.push(text) })
    file.load(record => !('b' in record))
    await file.close()
    await release()
    expect(warnings).toHaveLength(1)
    expect((await reread(place.file)).records).toEqual(SOME.slice(0, 1))
  })

  it('is cut where a record is gone, there twice, or in another place', async () => {
    using place = statePath()
    const [first, second, third] = linesFor(SOME) as [Buffer, Buffer, Buffer]
    const damaged = [
      [first, third],
      [first, first, second],
      [first, third, second],
    ]
    for (const lines of damaged) {
      writeFileSync(place.file, Buffer.concat([HEADER, ...lines]))
      const { records, warnings } = await reread(place.file)
      expect(records).toEqual(SOME.slice(0, 1))
      expect(warnings).toHaveLength(1)
    }
  })

  it('goes on behind what was cut off', async () => {
    using place = statePath()
    await written(place.file, SOME)
    appendFileSync(place.file, 'torn')
    const { file, close } = await open(place.file)
    file.append({ d: 4 })
    await close()
    expect(await reread(place.file)).toEqual({ records: [...SOME, { d: 4 }], warnings: [] })
  })

  it('keeps what was cut off before', async () => {
    using place = statePath()
    await written(place.file, SOME)
    for (const end of ['one', 'two', 'three']) {
      appendFileSync(place.file, end)
      const { warnings } = await reread(place.file)
      expect(readFileSync(asideOf(warnings), 'utf8')).toBe(end)
    }
    expect(['.cut', '.cut.2', '.cut.3'].map(end => readFileSync(place.file + end, 'utf8'))).toEqual([
      'one',
      'two',
      'three',
    ])
  })

  it('opens beside what can’t be removed', async () => {
    using place = statePath()
    await written(place.file, SOME)
    mkdirSync(`${place.file}.new`)
    expect((await reread(place.file)).records).toEqual(SOME)
  })

  it('is not read on for the end of a line that is no record', async () => {
    using place = statePath()
    await written(place.file, SOME)
    const { size } = statSync(place.file)
    truncateSync(place.file, size + 64 * 2 ** 20)
    const fd = openSync(place.file, 'r')
    const before = process.memoryUsage().arrayBuffers
    expect([...linesOf(fd, HEADER.length)]).toHaveLength(SOME.length)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 2 ** 20)
    closeSync(fd)
  })

  it('has nothing added once it is closed', async () => {
    using place = statePath()
    const { file, close } = await open(place.file)
    await close()
    expect(() => file.append({})).toThrow(/state file/)
    file.note({})
    expect((await reread(place.file)).records).toEqual([])
  })
})

describe('a file that is no state file', () => {
  async function refusal(path: string): Promise<string> {
    const refused = await openStateFile(path, { sync: 'never', onWarning: () => {} }).catch(error => error)
    expect(refused).toBeInstanceOf(Unusable)
    return refused.message
  }

  it.each([
    ['of another program', 'hello', /no state file of mockling/],
    ['that begins like one', 'mockling-state one\n', /no state file of mockling/],
    ['of an earlier version', 'mockling-state 1\nwhatever', /is of version 1, and this mockling reads version 2/],
    ['of a later version', 'mockling-state 3\nwhatever', /is of version 3, and this mockling reads version 2/],
    ['of bytes', Buffer.from([0, 1, 2, 255]), /no state file of mockling/],
  ])('is left as it is: one %s', async (_, bytes, why) => {
    using place = statePath()
    writeFileSync(place.file, bytes)
    expect(await refusal(place.file)).toMatch(why)
    expect(readFileSync(place.file)).toEqual(Buffer.from(bytes))
    expect(existsSync(`${place.file}.lock`)).toBe(false)
  })

  it('is refused where there is a directory, or no directory', async () => {
    using place = statePath()
    await mkdir(place.file)
    expect(await refusal(place.file)).toMatch(/EISDIR/)
    expect(await refusal(join(place.file, 'none', 'state'))).toMatch(/ENOENT/)
    expect(await refusal('/dev/null')).toMatch(/is no file/)
  })

  it('is refused while another has it, by whatever name, and free when that is closed', async () => {
    using place = statePath()
    const link = join(dirname(place.file), 'link')
    const { close } = await open(place.file)
    await symlink(place.file, link)
    expect(await refusal(place.file)).toBe('is in use by another process')
    expect(await refusal(link)).toBe('is in use by another process')
    await close()
    expect((await reread(link)).warnings).toEqual([])
  })

  it('is locked where its path is too long for a socket', async () => {
    using place = statePath()
    const file = join(dirname(place.file), 'x'.repeat(120))
    const { close } = await open(file)
    expect(await refusal(file)).toBe('is in use by another process')
    await close()
    await reread(file)
  })
})
