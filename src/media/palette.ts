import type { Colour } from './picture.ts'

/** The colours of a clip; text is grey. */
export interface Palette {
  /** The emblem, and of bar and squares what is reached. */
  readonly bright: Colour
  /** What of bar and squares is still to come. */
  readonly dark: Colour
  /** The background goes from one of these to the other. */
  readonly top: Colour
  readonly bottom: Colour
}

/** By two angles, of which a full turn is 65536: the background's hue, and how far the lower hue is from it. */
export function paletteOf(hue: number, turn: number): Palette {
  return {
    bright: colour(hue + 32768, 0.16, 0.84),
    dark: colour(hue, 0.2, 0.3),
    top: colour(hue, 0.42, 0.41),
    bottom: colour(hue + turn, 0.28, 0.26),
  }
}

/**
 * A colour from its hue, how colourful and how light it is (0..1).
 *
 * One lightness is one luma, whatever the hue, so that contrasts are much the same in all clips. A colour too strong for
 * its lightness would be cut off by a decoder: yellow bears least when dark, blue when light.
 *
 * Only sums, products and rounding: what those give is laid down to the last bit, so the same file comes from every
 * machine. Math.cos or Math.pow would not promise that.
 */
function colour(hue: number, strength: number, lightness: number): Colour {
  const sixth = ((hue % 65536) / 65536) * 6
  const primary = (offset: number) => {
    const distance = Math.abs(((sixth + offset) % 6) - 3) // 3 at the primary itself, 0 opposite
    return Math.min(1, Math.max(0, distance - 1))
  }
  const red = primary(0)
  const blue = primary(2)
  const luma = 0.2126 * red + 0.7152 * primary(4) + 0.0722 * blue
  return {
    y: Math.round(16 + 219 * lightness),
    cb: Math.round(128 + (224 * strength * (blue - luma)) / 1.8556),
    cr: Math.round(128 + (224 * strength * (red - luma)) / 1.5748),
  }
}
