import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { VideoFormat } from '../../src/media/parameter-sets.ts'
import { Picture, type Planes } from '../../src/media/picture.ts'
import { SliceCoder } from '../../src/media/slices.ts'
import { decode, withoutFfmpeg } from './ffmpeg.ts'
import { frames } from './picture-strokes.ts'
import { silentMovie } from './silent-movie.ts'

const folder = mkdtempSync(join(tmpdir(), 'mockling-media-'))
afterAll(() => rmSync(folder, { recursive: true }))

function keep(name: string, bytes: Uint8Array): string {
  const file = join(folder, name)
  writeFileSync(file, bytes)
  return file
}

/** The samples of a picture as a decoder prints them: cropped, every cell blown up to its 4x4 samples. */
function printed(planes: Planes, { width, height }: VideoFormat): Buffer {
  const plane = (cells: Uint8Array, stride: number, columns: number, rows: number) =>
    Buffer.from(
      Uint8Array.from({ length: columns * rows }, (_, i) => {
        const column = i % columns
        const row = (i - column) / columns
        return cells[(row >> 2) * stride + (column >> 2)] ?? 0
      }),
    )
  return Buffer.concat([
    plane(planes.y, 4 * planes.mbWidth, width, height),
    plane(planes.cb, 2 * planes.mbWidth, width / 2, height / 2),
    plane(planes.cr, 2 * planes.mbWidth, width / 2, height / 2),
  ])
}

const side = fc.integer({ min: 8, max: 50 }).map(half => 2 * half)
const stream = fc.record({ width: side, height: side, keyInterval: fc.integer({ min: 2, max: 5 }), frames })

describe(`ffmpeg${withoutFfmpeg}`, () => {
  it.skipIf(withoutFfmpeg)('decodes what the coder says a decoder shows, byte for byte', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(stream, ({ width, height, keyInterval, frames }) => {
        const format = { width, height, fps: 30 }
        const picture = new Picture(Math.ceil(width / 16), Math.ceil(height / 16))
        const coder = new SliceCoder(picture)
        const expected: Buffer[] = []
        const units = frames.map((strokes, i) => {
          for (const draw of strokes) draw(picture)
          const unit = i % keyInterval === 0 ? coder.idr() : coder.p()
          expected.push(printed(coder.decoded, format))
          return unit
        })
        const { output, complaints } = decode(keep('random.mp4', silentMovie(format, units, keyInterval)))
        expect(complaints).toBe('')
        expect(output.equals(Buffer.concat(expected))).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})
