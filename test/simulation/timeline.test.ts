import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CAPABILITIES } from '../../src/contract/capabilities.ts'
import { readCreateVideo } from '../../src/contract/request.ts'
import { bytesOf } from '../../src/simulation/random.ts'
import { type Pace, plan, workMs } from '../../src/simulation/timeline.ts'
import { START } from './fake-timebase.ts'

const request = (body: Record<string, unknown>) =>
  readCreateVideo({ action: 'text2video', prompt: 'a mug', ...body }, '2026-05')

function draw(body: Record<string, unknown>, pace: Pace, ordinal: number): number {
  return workMs(request(body), pace, bytesOf('task', 1, 'namespace', ordinal), 56)
}

function draws(body: Record<string, unknown>, pace: Pace, count = 2_000): number[] {
  return Array.from({ length: count }, (_, ordinal) => draw(body, pace, ordinal)).sort((a, b) => a - b)
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN
}

describe('pace', () => {
  it('takes no time when instant', () => {
    expect(new Set(draws({}, 'instant', 100))).toEqual(new Set([0]))
  })

  it('takes about two seconds when fast, whatever the model', () => {
    for (const body of [
      {},
      { model: 'kling-v2-master', duration: 10 },
      { model: 'kling-v3', mode: '4k', duration: 15 },
    ]) {
      const times = draws(body, 'fast')
      expect(times[0]).toBeGreaterThanOrEqual(1_800)
      expect(times.at(-1)).toBeLessThanOrEqual(2_200)
      expect(Math.abs(quantile(times, 0.5) - 2_000)).toBeLessThan(30)
      expect(new Set(times).size).toBeGreaterThan(300)
    }
  })

  it.each([
    [0, 0],
    [2, 2_000],
    [0.0015, 2],
    [1.5, 1_500],
    [86_400, 86_400_000],
  ])('takes the seconds asked for: %d', (pace, ms) => {
    expect(new Set(draws({}, pace, 100))).toEqual(new Set([ms]))
  })

  it('takes whole milliseconds, the same for the same bytes', () => {
    const paces = fc.oneof(
      fc.constantFrom<Pace>('instant', 'fast', 'real'),
      fc.double({ min: 0, max: 86_400, noNaN: true }),
    )
    fc.assert(
      fc.property(paces, fc.nat(), (pace, ordinal) => {
        const ms = draw({}, pace, ordinal)
        expect(Number.isInteger(ms)).toBe(true)
        expect(ms).toBeGreaterThanOrEqual(0)
        expect(draw({}, pace, ordinal)).toBe(ms)
      }),
    )
  })
})

describe('real pace', () => {
  it.each([
    ['both ends of the first draw', [0x00000000, 0xffffffff], [0x00000000, 0x80000000]],
    ['all ones', [0xffffffff], [0xffffffff]],
  ])('stays within its bounds for any bytes: %s', (_name, firsts, seconds) => {
    for (const first of firsts) {
      for (const second of seconds) {
        const bytes = Buffer.alloc(8)
        bytes.writeUInt32BE(first, 0)
        bytes.writeUInt32BE(second, 4)
        const ms = workMs(request({ model: 'kling-v2-master', duration: 10 }), 'real', bytes, 0)
        expect(ms).toBeGreaterThan(1_000)
        expect(ms).toBeLessThanOrEqual(720_000)
      }
    }
  })

  it('is cut at twelve minutes, and only there', () => {
    const times = draws({ model: 'kling-v2-master', duration: 10 }, 'real')
    expect(times.at(-1)).toBe(720_000)
    expect(times.filter(ms => ms === 720_000).length).toBeLessThan(times.length / 2)
    expect(draws({ model: 'kling-v2-5-turbo' }, 'real').at(-1)).toBeLessThan(720_000)
  })

  it('has nine out of ten tasks within a factor of 1.8 of the median', () => {
    const times = draws({ model: 'kling-v1' }, 'real', 5_000)
    const median = quantile(times, 0.5)
    const near = times.filter(ms => ms >= median / 1.8 && ms <= median * 1.8).length
    expect(near / times.length).toBeGreaterThan(0.88)
    expect(near / times.length).toBeLessThan(0.93)
  })

  // The times seen are listed in kling §6.1; the guides say one to two minutes.
  it.each([
    ['kling-v1', 'std', 60, 120],
    ['kling-v1-6', 'pro', 150, 320],
    ['kling-v2-master', 'std', 240, 360],
    ['kling-v2-1-master', 'std', 240, 360],
    ['kling-v2-5-turbo', 'std', 45, 80],
    ['kling-v2-6', 'pro', 60, 180],
    ['kling-v3', 'std', 80, 150],
    ['kling-v3', 'pro', 120, 300],
    ['kling-video-o1', 'std', 40, 55],
  ])('has a median like the times seen: %s %s', (model, mode, least, most) => {
    const median = quantile(draws({ model, mode }, 'real'), 0.5) / 1000
    expect(median).toBeGreaterThan(least)
    expect(median).toBeLessThan(most)
  })

  it('takes longer for pro than for std, for a longer clip and for an extension', () => {
    const median = (body: Record<string, unknown>) => quantile(draws(body, 'real'), 0.5)
    const short = median({ model: 'kling-v1-6' })
    expect(median({ model: 'kling-v1-6', duration: 10 })).toBeGreaterThan(short)
    expect(median({ model: 'kling-v1-6', mode: 'pro' })).toBeGreaterThan(short)
    expect(median({ model: 'kling-v1-6', action: 'extend', video_id: 'x' })).toBeGreaterThan(short)
    expect(median({ model: 'kling-v3', mode: '4k' })).toBeGreaterThan(median({ model: 'kling-v3', mode: 'pro' }))
  })

  it('knows a time of its own for every model of every revision', () => {
    const models = [...new Set(CAPABILITIES.map(({ model }) => model))]
    // The fallback for an unknown model is kling-v1's times; nobody else's may be just these by accident.
    const medians = models.map(model => [
      model,
      draw({ model, mode: 'std' }, 'real', 1),
      draw({ model, mode: 'pro' }, 'real', 1),
    ])
    const unknown = [
      draw({ model: 'unknown', mode: 'std' }, 'real', 1),
      draw({ model: 'unknown', mode: 'pro' }, 'real', 1),
    ]
    const likeUnknown = medians
      .filter(([, std, pro]) => std === unknown[0] && pro === unknown[1])
      .map(([model]) => model)
    expect(likeUnknown).toEqual(['kling-v1'])
  })

  it.each([
    ['lip-sync', 455],
    ['talking-photo', 300],
    ['motion', 180],
  ] as const)('has a median of its own for %s, whatever the model', (type, seconds) => {
    const create = { ...request({ model: 'kling-v3' }), type }
    const times = Array.from({ length: 500 }, (_, ordinal) => workMs(create, 'real', bytesOf('other', ordinal), 0))
    const median =
      quantile(
        times.toSorted((a, b) => a - b),
        0.5,
      ) / 1000
    expect(median / seconds).toBeGreaterThan(0.9)
    expect(median / seconds).toBeLessThan(1.1)
  })
})

describe('plan', () => {
  it('dates acceptance, work and end', () => {
    expect(plan(START, 2_000)).toEqual([
      { at: START, state: 'accepted' },
      { at: START + 60, state: 'processing' },
      { at: START + 2_000, state: 'succeed' },
    ])
  })

  it('keeps its steps in order, however short the work', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), ms => {
        const instants = plan(START, ms).map(({ at }) => at)
        expect(instants).toEqual(instants.toSorted((a, b) => a - b))
        expect(instants.at(-1)).toBe(START + ms)
      }),
    )
  })
})
