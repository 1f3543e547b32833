import { describe, expect, it } from 'vitest'
import { CAPABILITIES } from '../../src/contract/capabilities.ts'
import { GRADES } from '../../src/contract/evidence.ts'
import { priceOf } from '../../src/contract/pricing.ts'
import { readCreateVideo } from '../../src/contract/request.ts'
import { REVISIONS, type Revision } from '../../src/contract/revisions.ts'
import { examine } from '../../src/contract/rules.ts'

/** Credits for one of the model vendor's units (contract.md §9). */
const CREDITS_PER_UNIT = 1.4

interface Cell {
  readonly revision: Revision
  readonly action: string
  readonly model: string
  readonly mode: string
  readonly duration: number
  readonly generate_audio: boolean
}

/** Every combination of the matrix that can be asked for. */
function* cells(): Iterable<Cell> {
  for (const row of CAPABILITIES) {
    for (const revision of row.revisions) {
      for (const action of row.actions) {
        for (const mode of row.modes) {
          for (const duration of row.seconds) {
            for (const generate_audio of row.audio ? [false, true] : [false]) {
              yield { revision, action, model: row.model, mode, duration, generate_audio }
            }
          }
        }
      }
    }
  }
}

/** The smallest body for a cell. */
function bodyOf({ revision: _, generate_audio, ...cell }: Cell): Record<string, unknown> {
  return {
    ...cell,
    prompt: 'a white mug',
    ...(generate_audio && { generate_audio }),
    ...(cell.action === 'image2video' && { start_image_url: 'https://example.com/start.png' }),
    ...(cell.action === 'extend' && { video_id: '030bb06d-98d4-4044-9042-0aa0822e8c8c' }),
  }
}

function credits(body: Record<string, unknown>, revision: Revision = '2026-05'): number {
  return priceOf(readCreateVideo({ action: 'text2video', ...body }, revision)).credits
}

const name = (cell: Cell) => Object.values(cell).join(' ')

describe('every cell of the matrix', () => {
  it('is there for each revision, and accepted', () => {
    const all = [...cells()]
    expect(new Set(all.map(({ revision }) => revision))).toEqual(new Set(REVISIONS))
    const refused = all.filter(cell => examine(bodyOf(cell), cell.revision, 'documented').objections.length > 0)
    expect(refused.map(name)).toEqual([])
  })

  it('has a price', () => {
    const free = [...cells()].filter(cell => !(credits(bodyOf(cell), cell.revision) > 0))
    expect(free.map(name)).toEqual([])
  })

  it('has a price of at most six decimals, with its source and grade', () => {
    for (const cell of cells()) {
      const price = priceOf(readCreateVideo(bodyOf(cell), cell.revision))
      expect(Number(price.credits.toFixed(6))).toBe(price.credits)
      expect(price.source).not.toBe('')
      expect(GRADES).toContain(price.grade)
    }
  })

  it('costs no less when it is longer, better or with sound', () => {
    const byName = new Map([...cells()].map(cell => [name(cell), credits(bodyOf(cell), cell.revision)]))
    const cheaper: string[] = []
    for (const cell of cells()) {
      const price = byName.get(name(cell)) ?? Number.NaN
      const plainer: Cell[] = [
        { ...cell, duration: cell.duration - 1 },
        { ...cell, duration: 5 },
        { ...cell, mode: 'std' },
        ...(cell.mode === '4k' ? [{ ...cell, mode: 'pro' }] : []),
        { ...cell, generate_audio: false },
      ].filter(other => other.duration <= cell.duration)
      for (const other of plainer)
        if ((byName.get(name(other)) ?? 0) > price) cheaper.push(`${name(cell)} < ${name(other)}`)
    }
    expect(cheaper).toEqual([])
  })

  it('has a price also for everything an extend accepts', () => {
    const free: string[] = []
    for (const revision of REVISIONS) {
      for (const model of ['kling-v1', 'kling-v1-5', 'kling-v1-6']) {
        for (const mode of ['std', 'pro', '4k']) {
          for (const duration of [3, 5, 7, 10]) {
            const body = bodyOf({ revision, action: 'extend', model, mode, duration, generate_audio: false })
            const isAccepted = examine(body, revision, 'documented').objections.length === 0
            if (isAccepted && !(credits(body, revision) > 0)) free.push(`${revision} ${model} ${mode} ${duration}`)
          }
        }
      }
    }
    expect(free).toEqual([])
  })
})

describe('the price list of the model vendor', () => {
  // kling §1.7, in the vendor's units.
  it.each([
    ['kling-v1', 'std', 5, false, 1],
    ['kling-v1', 'std', 10, false, 2],
    ['kling-v1', 'pro', 5, false, 3.5],
    ['kling-v1', 'pro', 10, false, 7],
    ['kling-v1-6', 'std', 5, false, 2],
    ['kling-v1-6', 'std', 10, false, 4],
    ['kling-v1-6', 'pro', 5, false, 3.5],
    ['kling-v1-6', 'pro', 10, false, 7],
    ['kling-v2-master', 'std', 5, false, 10],
    ['kling-v2-master', 'pro', 10, false, 20],
    ['kling-v2-1-master', 'std', 5, false, 10],
    ['kling-v2-1-master', 'pro', 10, false, 20],
    ['kling-v2-5-turbo', 'std', 5, false, 1.5],
    ['kling-v2-5-turbo', 'std', 10, false, 3],
    ['kling-v2-5-turbo', 'pro', 5, false, 2.5],
    ['kling-v2-5-turbo', 'pro', 10, false, 5],
    ['kling-v2-6', 'std', 5, false, 1.5],
    ['kling-v2-6', 'std', 10, false, 3],
    ['kling-v2-6', 'pro', 5, false, 2.5],
    ['kling-v2-6', 'pro', 10, false, 5],
    ['kling-v2-6', 'pro', 5, true, 5],
    ['kling-v2-6', 'pro', 10, true, 10],
    ['kling-v3', 'std', 3, false, 3 * 0.6],
    ['kling-v3', 'std', 15, false, 15 * 0.6],
    ['kling-v3', 'std', 5, true, 5 * 0.9],
    ['kling-v3', 'pro', 7, false, 7 * 0.8],
    ['kling-v3', 'pro', 7, true, 7 * 1.2],
    ['kling-v3', '4k', 5, false, 5 * 3],
    ['kling-v3', '4k', 15, true, 15 * 3],
  ])('holds at 1.4 Credits a unit: %s %s %d s, sound %s', (model, mode, duration, generate_audio, units) => {
    for (const action of ['text2video', 'image2video']) {
      expect(credits({ action, model, mode, duration, generate_audio })).toBeCloseTo(units * CREDITS_PER_UNIT, 6)
    }
  })

  it.each([
    ['kling-v1', 'std', 1],
    ['kling-v1', 'pro', 3.5],
    ['kling-v1-5', 'std', 2],
    ['kling-v1-5', 'pro', 3.5],
    ['kling-v1-6', 'std', 2],
    ['kling-v1-6', 'pro', 3.5],
  ])('has one price for an extension, whatever the duration asked for: %s %s', (model, mode, units) => {
    for (const duration of [5, 10]) {
      expect(credits({ action: 'extend', model, mode, duration })).toBeCloseTo(units * CREDITS_PER_UNIT, 6)
    }
  })

  it('concurs with the published price of the gateway: 14 and 28 Credits for kling-v2-1-master', () => {
    expect(credits({ model: 'kling-v2-1-master', mode: 'pro', duration: 5 })).toBe(14)
    expect(credits({ model: 'kling-v2-1-master', mode: 'pro', duration: 10 })).toBe(28)
  })
})

describe('models without a published price', () => {
  it('take a neighbour’s, and say that this was chosen', () => {
    for (const [model, neighbour] of [
      ['kling-v3-omni', 'kling-v3'],
      ['kling-video-o1', 'kling-v2-5-turbo'],
    ] as const) {
      for (const mode of ['std', 'pro']) {
        const [own, theirs] = [model, neighbour].map(one =>
          priceOf(readCreateVideo({ action: 'text2video', model: one, mode }, '2026-05')),
        )
        expect(own?.credits).toBe(theirs?.credits)
        expect(own?.grade).toBe('chosen')
        expect(theirs?.grade).toBe('inferred')
      }
    }
  })
})
