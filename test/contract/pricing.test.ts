import { describe, expect, it } from 'vitest'
import { CAPABILITIES } from '../../src/contract/capabilities.ts'
import { GRADES } from '../../src/contract/evidence.ts'
import {
  creditsLeft,
  dollarsOf,
  LIP_SYNC_PRICE,
  motionPrice,
  priceOf,
  sumOfCredits,
  talkingPhotoPrice,
} from '../../src/contract/pricing.ts'
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
    ['kling-v2-master', 'std', 10, false, 20],
    ['kling-v2-master', 'pro', 5, false, 10],
    ['kling-v2-master', 'pro', 10, false, 20],
    ['kling-v2-1-master', 'std', 5, false, 10],
    ['kling-v2-1-master', 'std', 10, false, 20],
    ['kling-v2-1-master', 'pro', 5, false, 10],
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
    ['kling-v3', 'std', 10, false, 10 * 0.6],
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

describe('what is billed by the second that comes out', () => {
  // gateway §11: 1.008 Credits for kling-v3-turbo std; contract.md §9: pro four thirds of it; 1.68 with voices.
  it.each([
    ['kling-v3-turbo', 'std', 5, 5.041 * 1.008, 'vendor'],
    ['kling-v3-turbo', 'pro', 15, 15.041 * 1.344, 'chosen'],
  ])('is %s %s %d s', (model, mode, duration, wanted, grade) => {
    const price = priceOf(readCreateVideo({ action: 'text2video', model, mode, duration }, '2026-10'))
    expect(price.credits).toBeCloseTo(wanted, 6)
    expect(price.grade).toBe(grade)
  })

  it('is any video with voices', () => {
    const voiced = { action: 'text2video', model: 'kling-v2-6', mode: 'pro', duration: 10, generate_audio: true }
    const price = (body: object) => priceOf(readCreateVideo({ ...voiced, ...body }, '2026-10'))
    expect(price({ voice_list: [{ voice_id: 'v1' }] })).toMatchObject({ credits: 16.86888, grade: 'vendor' })
    expect(price({})).toMatchObject({ credits: 14, grade: 'inferred' })
  })
})

describe('an extension by kling-v2-5-turbo', () => {
  it.each([
    ['std', 1.5],
    ['pro', 2.5],
  ])('costs what its 5 s cost, which was chosen: %s', (mode, units) => {
    const extend = { action: 'extend', model: 'kling-v2-5-turbo', mode, duration: 10 }
    const price = priceOf(readCreateVideo(extend, '2026-08'))
    expect(price.credits).toBeCloseTo(units * CREDITS_PER_UNIT, 6)
    expect(price.grade).toBe('chosen')
    expect(priceOf(readCreateVideo({ ...extend, action: 'text2video' }, '2026-08')).grade).toBe('inferred')
    expect(priceOf(readCreateVideo({ ...extend, model: 'kling-v1' }, '2026-08')).grade).toBe('inferred')
  })
})

describe('models without a published price', () => {
  it('take a neighbour’s, and say that this was chosen', () => {
    for (const [model, neighbour] of [
      ['kling-v3-omni', 'kling-v3'],
      ['kling-video-o1', 'kling-v2-5-turbo'],
      ['kling-o1', 'kling-v2-5-turbo'],
    ] as const) {
      const revision = model === 'kling-o1' ? '2026-08' : '2026-05'
      for (const mode of ['std', 'pro']) {
        const [own, theirs] = [model, neighbour].map(one =>
          priceOf(readCreateVideo({ action: 'text2video', model: one, mode }, revision)),
        )
        expect(own?.credits).toBe(theirs?.credits)
        expect(own?.grade).toBe('chosen')
        expect(theirs?.grade).toBe('inferred')
      }
    }
  })
})

describe('the other endpoints', () => {
  const look = { action: 'image2video', mode: 'std', seconds: 5, generateAudio: false, aspectRatio: '16:9' } as const
  const clip = { width: 1280, height: 720, fps: 24 as const, frames: 121, audio: false }

  it('have a lip-sync for one price', () => {
    expect(LIP_SYNC_PRICE).toEqual({ credits: 2.45, source: 'gateway §11 (G-ls)', grade: 'vendor' })
  })

  // gateway §11: a talking photo is an image2video and a lip-sync.
  it.each([
    ['kling-v2-1-master', 'std', 5, false, 10 * 1.4 + 2.45, 'vendor'],
    ['kling-v2-1-master', 'pro', 10, false, 20 * 1.4 + 2.45, 'vendor'],
    ['kling-v1-6', 'pro', 10, false, 7 * 1.4 + 2.45, 'inferred'],
    ['kling-v2-6', 'pro', 5, true, 2.5 * 1.4 + 2.45, 'inferred'],
  ] as const)('price a talking photo: %s %s %i s', (model, mode, seconds, generateAudio, wanted, grade) => {
    const price = talkingPhotoPrice({ ...look, model, mode, seconds, generateAudio })
    expect(price.credits).toBeCloseTo(wanted, 9)
    expect(price.grade).toBe(grade)
  })

  it('price a motion by the second that comes out, as a silent video', () => {
    const price = motionPrice({ ...look, model: 'kling-v2-6', mode: 'pro', generateAudio: true, seconds: 10 }, clip)
    // 121 frames are 5.041 s; 2.5 units for 5 s are 0.7 Credits a second.
    expect(price).toEqual({ credits: 3.5287, source: expect.stringContaining('by the second'), grade: 'chosen' })
  })
})

describe('sums', () => {
  it('have no rounding error', () => {
    expect(sumOfCredits([0.1, 0.2, 1.4])).toBe(1.7)
    expect(sumOfCredits([])).toBe(0)
    expect(creditsLeft(10, { charged: 1.1, reserved: 2.2 })).toBe(6.7)
  })

  it('are dollars to the cent', () => {
    expect([dollarsOf(0), dollarsOf(1), dollarsOf(100)]).toEqual([0, 0.1, 9.52])
  })
})
