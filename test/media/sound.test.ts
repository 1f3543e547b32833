import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createClip } from '../../src/media/clip.ts'
import type { ClipSpec } from '../../src/media/spec.ts'
import { listen, withoutFfmpeg } from './ffmpeg.ts'

const SPEC: ClipSpec = { id: 'a', width: 32, height: 32, fps: 30, frames: 153, audio: true, label: [] }
const RATE = 48_000

const folder = mkdtempSync(join(tmpdir(), 'mockling-sound-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What a clip sounds like: samples between -1 and 1. */
function heard(spec: Partial<ClipSpec>): Float32Array {
  const clip = createClip({ ...SPEC, ...spec })
  const file = join(folder, 'clip.mp4')
  writeFileSync(file, clip.read(0, clip.size))
  const { output, complaints } = listen(file)
  expect(complaints).toBe('')
  return new Float32Array(output.buffer, output.byteOffset, output.length / 4)
}

/** Root mean square of the samples between two instants in seconds. */
function loudness(sound: Float32Array, from: number, to: number): number {
  const part = sound.subarray(Math.round(from * RATE), Math.round(to * RATE))
  return Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / part.length)
}

/** Hertz, from how often the sound changes its sign. */
function pitch(sound: Float32Array, from: number, to: number): number {
  const part = sound.subarray(Math.round(from * RATE), Math.round(to * RATE))
  const crossings = part.filter((sample, i) => i > 0 && sample < 0 !== (part[i - 1] as number) < 0).length
  return crossings / 2 / (to - from)
}

describe(`a clip's sound, decoded by ffmpeg${withoutFfmpeg}`, () => {
  it.skipIf(withoutFfmpeg).each([
    [30, 153],
    [24, 121],
    [30, 45],
  ] as const)('beeps at each full second and is silent otherwise (%i fps, %i frames)', (fps, frames) => {
    const sound = heard({ fps, frames })
    const seconds = frames / fps
    expect(sound.length / RATE).toBeGreaterThanOrEqual(seconds - 0.001)
    expect(sound.length / RATE).toBeLessThan(seconds + 0.022)
    for (let second = 0; second < Math.floor(seconds); second++) {
      // A frame of AAC fades in over 21 ms and may begin that much after the second does.
      expect(loudness(sound, second + 0.043, second + 0.1)).toBeCloseTo(0.177, 2)
      expect(loudness(sound, second + 0.16, Math.min(second + 1, seconds))).toBe(0)
    }
  })

  it.skipIf(withoutFfmpeg)('has one of many pitches, by its id', () => {
    const pitches = ['a', 'b', 'c', 'd', 'e', 'f'].map(id => pitch(heard({ id }), 1.043, 1.1))
    for (const hertz of pitches) {
      expect(hertz).toBeGreaterThan(500)
      expect(hertz).toBeLessThan(2300)
    }
    expect(new Set(pitches.map(hertz => Math.round(hertz / 20))).size).toBeGreaterThan(3)
  })
})
