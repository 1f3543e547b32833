import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Clip, createClip } from '../../src/media/clip.ts'
import type { ClipSpec } from '../../src/media/spec.ts'

const SPEC: ClipSpec = { id: 'task-1', width: 320, height: 180, fps: 30, frames: 153, audio: false, label: ['a mug'] }

const bytesOf = (clip: Clip) => clip.read(0, clip.size)
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 16)

describe('createClip', () => {
  it('gives the same bytes and etag for the same spec', () => {
    const [one, other] = [createClip(SPEC), createClip({ ...SPEC, label: ['a mug'] })]
    expect(bytesOf(one)).toEqual(bytesOf(other))
    expect(one.etag).toBe(other.etag)
  })

  // If this fails, a spec gives other bytes than it used to, and caches out there hold the old ones under the same
  // etag: raise FORMAT_VERSION in spec.ts, then write down what is new here.
  it('gives the bytes that its etag has always stood for', () => {
    const clip = createClip(SPEC)
    expect({ etag: clip.etag, bytes: hash(bytesOf(clip)) }).toMatchInlineSnapshot(`
      {
        "bytes": "576a812456159368",
        "etag": ""Pj24xFzeBEZjY9BJNVps7x"",
      }
    `)
  })

  it('has a strong etag that tells all specs apart', () => {
    const others: Partial<ClipSpec>[] = [
      {},
      { id: 'task-2' },
      { id: '\ud800' },
      { id: '\ud801' },
      { width: 322 },
      { height: 182 },
      { fps: 24 },
      { frames: 154 },
      { audio: true },
      { label: [] },
      { label: ['a', 'mug'] },
    ]
    const etags = others.map(other => createClip({ ...SPEC, ...other }).etag)
    expect(new Set(etags).size).toBe(others.length)
    for (const etag of etags) expect(etag).toMatch(/^"[\w-]{22}"$/)
  })

  it('shows another picture for another id', () => {
    const media = (id: string) => {
      const bytes = Buffer.from(bytesOf(createClip({ ...SPEC, id })))
      return hash(bytes.subarray(bytes.indexOf('mdat')))
    }
    const ids = Array.from({ length: 50 }, (_, i) => `task-${i}`)
    expect(new Set(ids.map(media)).size).toBe(ids.length)
  })

  it.each([
    [153, 30, 5.1],
    [288, 30, 9.6],
    [121, 24, 5.041667],
    [229, 24, 9.541667],
  ] as const)('lasts %i frames at %i a second', (frames, fps, seconds) => {
    expect(createClip({ ...SPEC, width: 32, height: 32, frames, fps }).durationSeconds).toBeCloseTo(seconds, 6)
  })

  it('costs little for each second in which hardly anything moves', () => {
    const size = (frames: number) => createClip({ ...SPEC, frames }).size
    expect((size(5400) - size(2700)) / 90).toBeLessThan(1_500)
  })

  // 10,000 ranges in all, some of them a few bytes long, some from end to end.
  it.each([
    { fps: 30, frames: 153, audio: true },
    { fps: 24, frames: 121, audio: false },
    { fps: 24, frames: 49, audio: true },
    { fps: 30, frames: 300, audio: true },
  ] as const)('reads any range as a slice of the whole, kept or made again: %o', format => {
    const spec = { ...SPEC, width: 64, height: 48, ...format }
    const [kept, again] = [createClip(spec), createClip(spec, { keep: 'sizes' })]
    const whole = Buffer.from(bytesOf(kept))
    expect([again.size, again.etag]).toEqual([whole.length, kept.etag])
    const position = fc.integer({ min: 0, max: whole.length })
    const length = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: whole.length }))
    fc.assert(
      fc.property(position, length, (from, count) => {
        const slice = whole.subarray(from, from + count)
        expect(slice.equals(kept.read(from, from + count))).toBe(true)
        expect(slice.equals(again.read(from, from + count))).toBe(true)
      }),
      { numRuns: 2_500 },
    )
  })

  it.each(['bytes', 'sizes'] as const)('keeps to the spec it was given, whatever becomes of that: %s', keep => {
    const label = ['a mug']
    const spec = { ...SPEC, label }
    const whole = bytesOf(createClip(SPEC))
    const clip = createClip(spec, { keep })
    Object.assign(spec, { frames: 30, id: 'other' })
    label.push('and a spoon')
    expect(Buffer.compare(bytesOf(clip), whole)).toBe(0)
    const other = createClip(spec)
    expect(other.etag).not.toBe(clip.etag)
    expect(other.etag).toBe(createClip({ ...SPEC, frames: 30, id: 'other', label: ['a mug', 'and a spoon'] }).etag)
  })

  it('moves a range that lies outside to the nearest end', () => {
    const clip = createClip({ ...SPEC, frames: 10 })
    expect(clip.read(-5, 4)).toEqual(clip.read(0, 4))
    expect(clip.read(clip.size - 4, Infinity)).toEqual(clip.read(clip.size - 4, clip.size))
    expect(clip.read(clip.size, clip.size + 9)).toHaveLength(0)
    expect(clip.read(9, 3)).toHaveLength(0)
  })

  it.each<[Partial<Record<keyof ClipSpec, unknown>>, ErrorConstructor, string]>([
    [{ width: 15 }, RangeError, 'width must be an even number from 16 to 4096, but is 15'],
    [{ width: 16.5 }, RangeError, 'width must be an even number from 16 to 4096, but is 16.5'],
    [{ width: '320' }, RangeError, "width must be an even number from 16 to 4096, but is '320'"],
    [{ height: 4098 }, RangeError, 'height must be an even number from 16 to 4096, but is 4098'],
    [{ height: Number.NaN }, RangeError, 'height must be an even number from 16 to 4096, but is NaN'],
    [{ height: [180] }, RangeError, 'height must be an even number from 16 to 4096, but is [ 180 ]'],
    [{ fps: 25 }, RangeError, 'fps must be 24 or 30, but is 25'],
    [{ fps: '30' }, RangeError, "fps must be 24 or 30, but is '30'"],
    [{ frames: 0 }, RangeError, 'frames must be a whole number from 1 to 5400, but is 0'],
    [{ frames: 1.5 }, RangeError, 'frames must be a whole number from 1 to 5400, but is 1.5'],
    [{ id: 5 }, TypeError, 'id must be a text, but is 5'],
    [{ id: undefined }, TypeError, 'id must be a text, but is undefined'],
    [{ audio: 'false' }, TypeError, "audio must be true or false, but is 'false'"],
    [{ label: 'a mug' }, TypeError, "label must be an array of texts, but is 'a mug'"],
    [{ label: ['a mug', 5] }, TypeError, "label must be an array of texts, but is [ 'a mug', 5 ]"],
    [{ label: Array(1) }, TypeError, 'label must be an array of texts, but is [ undefined ]'],
  ])('refuses %o', (wrong, kind, message) => {
    const make = () => createClip({ ...SPEC, ...wrong } as ClipSpec)
    expect(make).toThrow(kind)
    expect(make).toThrow(message)
  })
})
