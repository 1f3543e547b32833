import { describe, expect, it } from 'vitest'
import { PANEL } from '../../src/media/captions.ts'
import { paletteOf } from '../../src/media/palette.ts'
import type { Colour } from '../../src/media/picture.ts'

/** Red, green and blue, from 0 to 1 unless the colour is none that a screen can show. */
function rgbOf({ y, cb, cr }: Colour): [red: number, green: number, blue: number] {
  const luma = (y - 16) / 219
  const red = luma + (1.5748 * (cr - 128)) / 224
  const blue = luma + (1.8556 * (cb - 128)) / 224
  return [red, (luma - 0.2126 * red - 0.0722 * blue) / 0.7152, blue]
}

/** Contrast as WCAG 2 has it, from 1 to 21. */
function contrast(one: Colour, other: Colour): number {
  const luminance = (colour: Colour) => {
    const [red, green, blue] = rgbOf(colour).map(v => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    return 0.2126 * (red as number) + 0.7152 * (green as number) + 0.0722 * (blue as number)
  }
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

// All hues there are, with the lower hue at both ends of where it may be and in the middle.
const palettes = Array.from({ length: 65_536 }, (_, hue) => paletteOf(hue, [8192, 16_352, 24_512][hue % 3] as number))

describe('paletteOf', () => {
  it.each([
    ['the emblem', 'the background at its lightest', 'bright', 'top', 3],
    ['the emblem', 'the background at its darkest', 'bright', 'bottom', 3],
    ['what is reached', 'what is to come', 'bright', 'dark', 4.5],
  ] as const)('sets %s off against %s, at every hue', (_, __, one, other, least) => {
    expect(Math.min(...palettes.map(palette => contrast(palette[one], palette[other])))).toBeGreaterThan(least)
  })

  it.each([
    ['dark', 2],
    ['top', 3],
    ['bottom', 1.9],
  ] as const)('sets %s off against the panels, at every hue', (name, least) => {
    expect(Math.min(...palettes.map(palette => contrast(palette[name], PANEL)))).toBeGreaterThan(least)
  })

  it('asks for no colour that a screen can not show', () => {
    for (const name of ['bright', 'dark', 'top', 'bottom'] as const) {
      const parts = palettes.flatMap(palette => rgbOf(palette[name]))
      expect(parts.reduce((least, part) => Math.min(least, part))).toBeGreaterThan(-0.01)
      expect(parts.reduce((most, part) => Math.max(most, part))).toBeLessThan(1.01)
    }
  })

  it('has as many colours as there are hues to tell', () => {
    expect(new Set(palettes.map(({ top }) => `${top.cb} ${top.cr}`)).size).toBeGreaterThan(100)
  })
})
