import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Planes } from '../../src/media/picture.ts'
import { leftOut, Scene } from '../../src/media/scene.ts'
import { INK, PLATE } from './reading-letters.ts'

const SEED = Uint8Array.from({ length: 32 }, (_, i) => (i * 73 + 5) % 256)
const SPEC = { width: 1280, height: 720, fps: 24, frames: 121, label: ['kling-v1 std text2video', 'a white mug'] }

/** Luma of the panels, and of emblem, bar and lit square. */
const [PANEL, BRIGHT] = [24, 200]

const row = ({ y, mbWidth }: Planes, at: number) => y.subarray(at * 4 * mbWidth, (at + 1) * 4 * mbWidth)

/** Cells of texts among those that are asked for. */
function textAt({ y, mbWidth }: Planes, cells: (column: number, row: number) => boolean, rows: number): number {
  let count = 0
  for (let i = 0; i < rows * 4 * mbWidth; i++) {
    const isText = y[i] === INK || PLATE.includes(y[i] as number)
    if (isText && cells(i % (4 * mbWidth), Math.floor(i / (4 * mbWidth)))) count++
  }
  return count
}

/** The smallest rectangle that holds all cells of a luma within some rows; `undefined` if there are none. */
function boundsOf({ y, mbWidth }: Planes, luma: number, from: number, to: number) {
  const cells = Array.from(y.keys()).filter(i => y[i] === luma && i >= from * 4 * mbWidth && i < to * 4 * mbWidth)
  const [columns, rows] = [cells.map(i => i % (4 * mbWidth)), cells.map(i => Math.floor(i / (4 * mbWidth)))]
  if (cells.length === 0) return undefined
  return {
    left: Math.min(...columns),
    right: Math.max(...columns) + 1,
    top: rows[0] as number,
    bottom: (rows.at(-1) as number) + 1,
  }
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
    [480, 854],
    [322, 182],
    [202, 114],
    [16, 16],
  ] as const

  it.each(Object.entries(prompts))('cuts no letter of a prompt at a border: %s', (_, prompt) => {
    for (const [width, height] of sizes) {
      const scene = new Scene({ ...SPEC, width, height, label: ['kling-v2-1-master pro text2video', '', prompt] }, SEED)
      scene.draw(0)
      const [columns, rows] = [Math.floor(width / 4), Math.floor(height / 4)]
      const { planes } = scene.picture
      const nearBorder = (column: number, line: number) => column < 4 || column >= columns - 4 || line < 4
      expect(textAt(planes, nearBorder, Math.floor(rows * 0.6)), `${width}x${height}`).toBe(0)
      // Below the last line the panel goes on: nothing is cut there either.
      const bottom = Array.from({ length: rows }, (_, i) => i).find(i => row(planes, i)[columns - 1] !== PANEL) ?? rows
      expect(
        textAt(planes, (_, line) => line === bottom - 1, rows),
        `${width}x${height}`,
      ).toBe(0)
      if (width >= 640) expect(textAt(planes, () => true, bottom)).toBeGreaterThan(200)
    }
  })

  // The bar hides what is behind it down to the picture's end, so all that is seen in part is background.
  it.each([...sizes, [320, 180], [852, 480], [100, 1000]] as const)(
    'lends nothing the colour of its neighbour: %ix%i',
    (width, height) => {
      const scene = new Scene({ ...SPEC, width, height }, SEED)
      scene.draw(60)
      const { y, cb, cr, mbWidth } = scene.picture.planes
      const colours = new Map<number, Set<string>>()
      for (const [i, luma] of y.entries()) {
        const [column, line] = [i % (4 * mbWidth), Math.floor(i / (4 * mbWidth))]
        if (column >= width / 4 || line >= height / 4) continue
        const chroma = (line >> 1) * 2 * mbWidth + (column >> 1)
        if (!colours.has(luma)) colours.set(luma, new Set())
        colours.get(luma)?.add(`${cb[chroma]} ${cr[chroma]}`)
      }
      expect(colours.get(BRIGHT)?.size).toBe(1)
      expect(colours.get(BRIGHT)).not.toContain('128 128')
      for (const grey of [PANEL, INK, ...PLATE])
        expect(colours.get(grey) ?? new Set(['128 128'])).toEqual(new Set(['128 128']))
    },
  )

  it.each(sizes.filter(([width]) => width >= 480))('aligns what it writes at %ix%i', (width, height) => {
    const scene = new Scene({ ...SPEC, width, height, label: ['HHH'] }, new Uint8Array(32).fill(255))
    scene.draw(0)
    const { planes } = scene.picture
    const lines = Array.from({ length: Math.floor(height / 4) }, (_, i) => i)
    // Columns 7 cells from the right: panels are plain there, and the bar has not come so far.
    const isPanel = lines.map(line => row(planes, line)[Math.floor(width / 4) - 7] === PANEL)
    const labelBottom = isPanel.indexOf(false)
    const panelTop = isPanel.lastIndexOf(false, isPanel.lastIndexOf(true)) + 1
    const label = boundsOf(planes, INK, 0, labelBottom)
    const emblem = boundsOf(planes, BRIGHT, labelBottom, panelTop)
    const time = boundsOf(planes, INK, panelTop, lines.length)
    const square = boundsOf(planes, BRIGHT, panelTop, isPanel.lastIndexOf(true) + 1)
    if (!label || !emblem || !time || !square) throw new Error('something is missing')

    expect([time.left, square.left]).toEqual([label.left, label.left])
    const [above, below] = [time.top - panelTop, square.top - time.bottom]
    expect(Math.abs(above - below), 'above and below the time').toBeLessThanOrEqual(1)
    const [left, right] = [emblem.left, Math.floor(width / 4) - emblem.right]
    expect(Math.abs(left - right), 'beside the emblem').toBeLessThanOrEqual(2)
    const [over, under] = [emblem.top - labelBottom, panelTop - emblem.bottom]
    expect(Math.abs(over - under), 'above and below the emblem').toBeLessThanOrEqual(2)
  })

  it.each([
    [24, 24, 1],
    [32, 32, 1],
    [64, 64, 3],
    [100, 1000, 5],
    [200, 200, 10],
    [1280, 720, 10],
  ])('has at %ix%i squares for %i seconds, all of them seen', (width, height, squares) => {
    const scene = new Scene({ ...SPEC, width, height, frames: 600 }, SEED)
    const unit = 2 * Math.max(1, Math.round(Math.min(width, height) / 360))
    const line = 2 * Math.floor(height / 8) - 3 * unit
    const lit = Array.from({ length: 12 }, (_, second) => {
      scene.draw(24 * second)
      return boundsOf(scene.picture.planes, BRIGHT, line, line + 1)
    })
    expect(new Set(lit.map(square => square?.left)).size).toBe(squares)
    for (const square of lit) {
      expect((square?.right ?? 0) - (square?.left ?? 0)).toBe(unit)
      expect(square?.right).toBeLessThanOrEqual(width / 4)
    }
    expect(lit[squares]).toEqual(lit[0])
  })
})

describe('leftOut', () => {
  it.each([
    [1280, 720, []],
    [640, 360, []],
    [320, 180, ['the time']],
    [320, 320, ['the frame number']],
    [160, 90, ['the label', 'the time']],
  ])('tells what there is no room for at %ix%i', (width, height, missing) => {
    const spec = { ...SPEC, width, height }
    expect(leftOut(spec)).toEqual(missing)
    expect(leftOut({ ...spec, label: [] })).toEqual(missing.filter(what => what !== 'the label'))
  })
})
