import { describe, expect, it } from 'vitest'
import { twinOf } from '../../src/http/twins.ts'

/** A file of the bytes, which is read so many at a time at most. */
function fileOf(bytes: Uint8Array, atOnce = Number.POSITIVE_INFINITY) {
  return {
    size: bytes.length,
    etag: '"tag"',
    type: 'video/mp4',
    read: async (from: number, to: number) => {
      if (from < 0 || to > bytes.length || from >= to) throw new RangeError(`${from} to ${to} of ${bytes.length}`)
      return bytes.subarray(from, Math.min(to, from + atOnce))
    },
  }
}

/** A box of so many bytes altogether, whose head may claim something else. */
function box(type: string, length: number, claimed = length): Buffer {
  const bytes = Buffer.alloc(length, 7)
  bytes.writeUInt32BE(claimed)
  bytes.write(type, 4, 'latin1')
  return bytes
}

const keptOf = async (...boxes: Buffer[]) => {
  const { size, etag } = await twinOf(fileOf(Buffer.concat(boxes)), { keep: 'moov' })
  expect(etag).toBe(`"tag-${size}"`)
  return size
}

describe('the twin of a file', () => {
  const bytes = Buffer.from('0123456789')

  it('of another type has its bytes and tag', async () => {
    const twin = await twinOf(fileOf(bytes), { type: 'text/html' })
    expect(twin).toMatchObject({ size: 10, etag: '"tag"', type: 'text/html' })
    expect(String(await twin.read(2, 5))).toBe('234')
  })

  it('of fewer bytes has a tag of its own', async () => {
    const twin = await twinOf(fileOf(bytes), { keep: 4 })
    expect(twin).toMatchObject({ size: 4, etag: '"tag-4"', type: 'video/mp4' })
    expect(String(await twin.read(0, 4))).toBe('0123')
    expect(await twinOf(fileOf(bytes), { keep: 0, type: 'x/y' })).toMatchObject({
      ...{ size: 0, etag: '"tag-0"', type: 'x/y' },
    })
  })

  it('never has more than the file', async () => {
    expect(await twinOf(fileOf(bytes), { keep: 11 })).toMatchObject({ size: 10, etag: '"tag-10"' })
  })
})

describe('up to the middle of the index', () => {
  it('is half way into moov, wherever that lies', async () => {
    expect(await keptOf(box('moov', 40))).toBe(20)
    expect(await keptOf(box('ftyp', 24), box('mdat', 100), box('moov', 40), box('free', 200))).toBe(144)
    expect(await keptOf(box('ftyp', 24), box('free', 8), box('moov', 8))).toBe(36)
    expect(await keptOf(box('ftyp', 24), box('moov', 9))).toBe(28)
  })

  it('is no more than there is, whatever moov claims', async () => {
    expect(await keptOf(box('ftyp', 24), box('moov', 16, 1000))).toBe(40)
  })

  it.each([0, 1, 7])('is half of a file whose box before it claims %d bytes', async claimed => {
    expect(await keptOf(box('mdat', 20, claimed), box('moov', 40))).toBe(30)
  })

  it('is half of a file without one, too short for one, or shorter than its boxes claim', async () => {
    expect(await keptOf(box('ftyp', 24), box('mdat', 101))).toBe(62)
    expect(await keptOf(Buffer.from('moov!!!'))).toBe(3)
    expect(await keptOf(box('ftyp', 24, 2000))).toBe(12)
    expect(await keptOf()).toBe(0)
  })

  it('is half of a file whose heads can’t be read in one piece', async () => {
    const bytes = Buffer.concat([box('ftyp', 24), box('moov', 40)])
    expect((await twinOf(fileOf(bytes, 7), { keep: 'moov' })).size).toBe(32)
    expect((await twinOf(fileOf(bytes, 8), { keep: 'moov' })).size).toBe(44)
  })
})
