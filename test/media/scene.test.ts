import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Planes } from '../../src/media/picture.ts'
import { Scene } from '../../src/media/scene.ts'

const SEED = Uint8Array.from({ length: 32 }, (_, i) => (i * 73 + 5) % 256)
const SPEC = { width: 1280, height: 720, fps: 24, frames: 121, label: ['kling-v1 std text2video', 'a white mug'] }

/** Luma of the panels and the letters on them. */
const [PANEL, INK] = [24, 226]

const row = ({ y, mbWidth }: Planes, at: number) => y.subarray(at * 4 * mbWidth, (at + 1) * 4 * mbWidth)

/** Cells of letters in a column or row of the upper part of a picture. */
function inkAt({ y, mbWidth }: Planes, cells: (column: number, row: number) => boolean, rows: number): number {
  let count = 0
  for (let i = 0; i < rows * 4 * mbWidth; i++) {
    if (y[i] === INK && cells(i % (4 * mbWidth), Math.floor(i / (4 * mbWidth)))) count++
  }
  return count
}

describe('Scene', () => {
  it('shows the same frame whatever was drawn before', () => {
    const frame = fc.integer({ min: 0, max: 120 })
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), frame, (before, wanted) => {
        const [used, fresh] = [new Scene({ ...SPEC, width: 320 }, SEED), new Scene({ ...SPEC, width: 320 }, SEED)]
        for (const number of before) used.draw(number)
        used.draw(wanted)
        fresh.draw(wanted)
        expect(used.picture.planes).toEqual(fresh.picture.planes)
      }),
      { numRuns: 30 },
    )
  })

  it.each([
    [0, 0],
    [30, 0.25],
    [60, 0.5],
    [120, 1],
  ])('fills the bar at frame %i of 121 to %d', (frame, share) => {
    const scene = new Scene(SPEC, SEED)
    scene.draw(0)
    const empty = row(scene.picture.planes, 179)[319]
    scene.draw(frame)
    const bar = row(scene.picture.planes, 179)
    expect(bar.filter(luma => luma !== empty)).toHaveLength(share * 320)
  })

  it('changes little from one frame to the next', () => {
    const scene = new Scene(SPEC, SEED)
    scene.draw(40)
    scene.picture.takeChanged()
    scene.draw(41)
    expect(scene.picture.takeChanged().length).toBeLessThan(40)
  })

  const prompts = {
    ascii: 'a white mug '.repeat(20),
    long: 'word '.repeat(500),
    unbroken: 'W'.repeat(2500),
    Chinese: '一只白色的陶瓷咖啡杯放在光滑的大理石台面上'.repeat(100),
    emoji: '👨‍👩‍👧☕🌅'.repeat(100),
    Hebrew: 'ספל לבן על השולחן '.repeat(50),
    empty: '',
    control: '\u0000\u0007\n\t\ud800',
  }
  const sizes = [
    [1280, 720],
    [720, 1280],
    [720, 720],
    [960, 960],
    [1920, 1080],
    [1080, 1920],
    [1080, 1080],
    [1440, 1440],
    [3840, 2160],
    [2160, 3840],
    [2160, 2160],
    [640, 360],
    [202, 114],
    [16, 16],
  ] as const

  it.each(Object.entries(prompts))('cuts no letter of a prompt at a border: %s', (_, prompt) => {
    for (const [width, height] of sizes) {
      const scene = new Scene({ ...SPEC, width, height, label: ['kling-v2-1-master pro text2video', prompt] }, SEED)
      scene.draw(0)
      const [columns, rows] = [Math.floor(width / 4), Math.floor(height / 4)]
      const { planes } = scene.picture
      const nearBorder = (column: number, line: number) => column < 4 || column >= columns - 4 || line < 4
      expect(inkAt(planes, nearBorder, Math.floor(rows * 0.6)), `${width}x${height}`).toBe(0)
      // Below the last line the panel goes on: nothing is cut there either.
      const bottom = Array.from({ length: rows }, (_, i) => i).find(i => row(planes, i)[columns - 1] !== PANEL) ?? rows
      expect(
        inkAt(planes, (_, line) => line === bottom - 1, rows),
        `${width}x${height}`,
      ).toBe(0)
      if (width >= 640) expect(inkAt(planes, () => true, bottom)).toBeGreaterThan(200)
    }
  })
})
