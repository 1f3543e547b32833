import { describe, expect, it } from 'vitest'
import type { Format } from '../../src/contract/formats.ts'
import { inOnePiece, sharedFormat, sharedText } from '../../src/simulation/sharing.ts'

describe('what is the same in many tasks', () => {
  const format: Format = { width: 1280, height: 720, fps: 30, frames: 153, audio: false }

  it('is kept once if it is a format', () => {
    const first = sharedFormat({ ...format })
    expect(first).toEqual(format)
    expect(sharedFormat({ ...format })).toBe(first)
  })

  it.each<Partial<Format>>([
    { width: 1281 },
    { height: 721 },
    { fps: 24 },
    { frames: 154 },
    { audio: true },
    { width: 128, height: 1720 },
  ])('is no other format: %j', change => {
    sharedFormat(format)
    expect(sharedFormat({ ...format, ...change })).toEqual({ ...format, ...change })
  })

  it('is the text that was given, the first time and later', () => {
    for (const text of ['http://a', 'http://b', 'http://a', '']) expect(sharedText(text)).toBe(text)
  })
})

it.each([0, 1, 36, 255, 256, 257, 10_000])('a text of %d characters is itself in one piece', length => {
  const text = Array.from({ length }, (_, index) => String.fromCharCode(33 + (index % 90))).join('')
  // What was there before shows nowhere.
  inOnePiece('#'.repeat(256))
  expect(inOnePiece(text)).toBe(text)
})
