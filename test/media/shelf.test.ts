import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createClip } from '../../src/media/clip.ts'
import { Pool } from '../../src/media/pool.ts'
import { ClipShelf, type Source } from '../../src/media/shelf.ts'
import { type ClipSpec, tagged } from '../../src/media/spec.ts'

const SPEC: ClipSpec = { id: 'a', width: 160, height: 96, fps: 30, frames: 150, audio: true, label: ['a mug'] }

const wholeOf = (spec: ClipSpec) => {
  const clip = createClip(spec)
  return clip.read(0, clip.size)
}

async function readAll(source: Source, from = 0, to = source.size): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for (let at = from; at < to; at += pieces.at(-1)?.length ?? Infinity) pieces.push(await source.read(at, to))
  return Buffer.concat(pieces)
}

describe('ClipShelf', () => {
  it.each([
    ['room for all', 64_000_000],
    ['room for one', wholeOf(SPEC).length],
    ['no room', 0],
  ])('gives every range of every clip as a slice of the whole, with %s', async (_, bytes) => {
    const shelf = new ClipShelf(new Pool(), bytes)
    const specs = [SPEC, { ...SPEC, id: 'b', audio: false }]
    const wholes = specs.map(wholeOf)
    const range = fc.tuple(
      fc.nat(1),
      fc.double({ noNaN: true, max: 1, min: 0 }),
      fc.double({ noNaN: true, max: 1, min: 0 }),
    )
    await fc.assert(
      fc.asyncProperty(range, async ([which, one, other]) => {
        const [spec, whole] = [specs[which] ?? SPEC, wholes[which] ?? new Uint8Array()]
        const source = await shelf.open(tagged(spec))
        expect([source.size, source.etag]).toEqual([whole.length, createClip(spec).etag])
        const [from, to] = [Math.min(one, other), Math.max(one, other)].map(part => Math.floor(part * whole.length))
        expect(Buffer.compare(await readAll(source, from, to), whole.subarray(from, to))).toBe(0)
        expect(shelf.keptBytes).toBeLessThanOrEqual(bytes)
      }),
      { numRuns: 100 },
    )
  })

  it('reads on where a clip has been forgotten meanwhile', async () => {
    const whole = wholeOf(SPEC)
    const shelf = new ClipShelf(new Pool(), whole.length)
    const source = await shelf.open(tagged(SPEC))
    const first = await source.read(0, 5000)
    await shelf.open(tagged({ ...SPEC, audio: false }))
    expect(shelf.keptBytes).toBeLessThan(whole.length)
    const rest = await readAll(source, first.length)
    expect(Buffer.compare(Buffer.concat([first, rest]), whole)).toBe(0)
  })

  it('makes a clip once for all who ask for it at the same time', async () => {
    const pool = new Pool()
    const shelf = new ClipShelf(pool, 64_000_000)
    const asked = [1, 2, 3, 4].map(() => shelf.open(tagged(SPEC)))
    expect(pool.waiting).toBe(1)
    const sources = await Promise.all(asked)
    expect(new Set(sources.map(source => source.size)).size).toBe(1)
  })

  it('does not begin what nobody waits for any more', async () => {
    const pool = new Pool()
    const shelf = new ClipShelf(pool, 64_000_000)
    const [one, other] = [new AbortController(), new AbortController()]
    const asked = [shelf.open(tagged(SPEC), one.signal), shelf.open(tagged(SPEC), other.signal)]
    one.abort(new Error('gone'))
    expect(pool.waiting).toBe(1)
    other.abort(new Error('gone too'))
    expect(pool.waiting).toBe(0)
    expect(await Promise.allSettled(asked)).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }])
    expect(await shelf.open(tagged(SPEC))).toMatchObject({ size: wholeOf(SPEC).length })
  })

  it('makes it for one who asks just when the last one has left', async () => {
    const pool = new Pool()
    const shelf = new ClipShelf(pool, 64_000_000)
    const [one, other] = [new AbortController(), new AbortController()]
    const left = shelf.open(tagged(SPEC), one.signal)
    one.abort(new Error('gone'))
    const [first, second] = [shelf.open(tagged(SPEC)), shelf.open(tagged(SPEC), other.signal)]
    await expect(left).rejects.toThrow('gone')
    expect(await first).toMatchObject({ size: wholeOf(SPEC).length })
    expect(await second).toMatchObject({ size: wholeOf(SPEC).length })
  })

  it('makes what is read of a clip that is not kept once for all reads near each other', async () => {
    const shelf = new ClipShelf(new Pool(), 0)
    const source = await shelf.open(tagged(SPEC))
    const middle = Math.floor(source.size / 2)
    const parts = [
      await source.read(middle, middle + 10),
      await source.read(middle + 100, middle + 110),
      await source.read(middle - 100, middle - 90),
    ]
    const whole = wholeOf(SPEC)
    expect(parts).toEqual([0, 100, -100].map(at => whole.slice(middle + at, middle + at + 10)))
    expect(new Set(parts.map(part => part.buffer)).size).toBe(1)
    expect(await source.read(5, 15)).toEqual(whole.slice(5, 15))
    expect(await source.read(whole.length - 10, whole.length)).toEqual(whole.slice(-10))
  })
})
