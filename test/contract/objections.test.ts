import { describe, expect, it } from 'vitest'
import { examineFor } from '../../src/contract/creates.ts'
import type { Revision } from '../../src/contract/revisions.ts'
import { both, changed, quoted, setting, without } from '../../src/contract/rules/objection.ts'
import { extensionFits, sourceIsThere } from '../../src/contract/rules/source.ts'
import { validate } from '../../src/contract/rules.ts'

const SOUND = { action: 'text2video', model: 'kling-v1', prompt: 'a white mug' }

const first = (fields: object) => validate({ ...SOUND, ...fields }, '2026-05', 'documented')[0]

describe('a timeout', () => {
  it.each([0, 1, 3600])('may be %d', timeout => {
    expect(first({ timeout })).toBeUndefined()
  })

  it.each([
    [-1, 0],
    [3601, 3600],
    [1.6, 2],
    [-0.6, 0],
    [1e300, 3600],
  ])('may not be %d; the nearest is %d', (timeout, nearest) => {
    const objection = first({ timeout })
    expect(objection).toMatchObject({
      rule: 'R47',
      field: 'timeout',
      message: 'timeout must be a whole number of seconds between 0 and 3600',
    })
    expect(objection?.nearest.set).toEqual({ timeout: nearest })
  })
})

describe('a value of the wrong type', () => {
  it.each([
    [{ action: 7 }, { action: 'text2video' }],
    [{ duration: '10' }, { duration: 10 }],
    [{ timeout: '5' }, { timeout: 5 }],
    [{ generate_audio: 'false' }, { generate_audio: false }],
    [{ async: 'true' }, { async: true }],
    [{ prompt: 5 }, { prompt: '5' }],
    [{ negative_prompt: 5 }, { negative_prompt: '5' }],
  ])('is given the right one where that is plain to see: %j', (wrong, set) => {
    const objection = first(wrong)
    expect(objection).toMatchObject({ rule: 'R44', message: 'Failed to resolve the request body' })
    expect(objection?.nearest.set).toMatchObject(set)
  })

  it.each([
    [{ duration: ' ' }, 'duration'],
    [{ duration: 'ten' }, 'duration'],
    [{ async: 'yes' }, 'async'],
    [{ negative_prompt: ['blurry'] }, 'negative_prompt'],
    [{ callback_url: 5 }, 'callback_url'],
    [{ async: '5' }, 'async'],
    [{ async: 5 }, 'async'],
    [{ model: 5 }, 'model'],
  ])('is left out else: %j', (wrong, field) => {
    const objection = first(wrong)
    expect(objection?.rule).toBe('R44')
    expect(objection?.nearest.remove).toEqual([field])
  })

  it('is given the right one at other endpoints as well', () => {
    const body = { mode: 'text2video', video_id: 5, text: 6, voice_id: 7, voice_language: 'en', voice_speed: '1.5' }
    const { objections } = examineFor('lip-sync', body, '2026-08', 'documented')
    expect(objections.map(({ rule, field, nearest }) => [rule, field, nearest.set])).toEqual([
      ['R44', 'text', { text: '6' }],
      ['R44', 'video_id', { video_id: '5' }],
      ['R44', 'voice_id', { voice_id: '7' }],
      ['R44', 'voice_speed', { voice_speed: 1.5 }],
    ])
  })
})

describe('a value that only another revision knows', () => {
  it.each<[Revision, fields: object, knownIn: readonly Revision[] | undefined]>([
    ['2026-03', { mode: '4k' }, ['2026-05', '2026-08', '2026-10']],
    ['2026-03', { mode: 'ultra' }, undefined],
    ['2026-03', { model: 'kling-v3' }, ['2026-05', '2026-08', '2026-10']],
    ['2026-08', { model: 'kling-v1-5' }, ['2026-03', '2026-05']],
    ['2026-05', { model: 'kling-v1-5' }, undefined],
    ['2026-05', { model: 'kling-v9' }, undefined],
  ])('is refused with the names of those, revision %s: %j', (revision, fields, knownIn) => {
    const [objection] = validate({ ...SOUND, ...fields }, revision, 'documented')
    expect(objection).toMatchObject({ field: Object.keys(fields)[0], knownIn })
  })
})

describe('the video to extend', () => {
  const seconds = (length: number) => ({
    width: 1280,
    height: 720,
    fps: 30 as const,
    frames: length * 30,
    audio: false,
  })

  it('is quoted when it is not there, cut where it is long', () => {
    const objection = sourceIsThere('x'.repeat(101))
    expect(objection).toMatchObject({
      rule: 'R45',
      field: 'video_id',
      message: `video_id '${'x'.repeat(100)}…' is no finished video of this token, or is older than 30 days`,
    })
    expect(objection.nearest.set).toEqual({ video_id: '030bb06d-98d4-4044-9042-0aa0822e8c8c' })
  })

  it('may become 180 s long, and no longer', () => {
    expect(extensionFits(seconds(175.5))).toBeUndefined()
    const objection = extensionFits(seconds(176))
    expect(objection).toMatchObject({
      rule: 'R46',
      field: 'video_id',
      message: 'the extended video would last 180.5 s; at most 180 s are allowed',
    })
    expect(objection?.nearest.set).toEqual({ video_id: '030bb06d-98d4-4044-9042-0aa0822e8c8c' })
  })
})

it('quotes whatever it is, a hundred characters of it', () => {
  expect([quoted(7), quoted('x'.repeat(100)), quoted('x'.repeat(101))]).toEqual([
    '7',
    'x'.repeat(100),
    `${'x'.repeat(100)}…`,
  ])
})

it('is shown with the nearest change, and without what the body holds', () => {
  expect(JSON.parse(JSON.stringify(first({ aspect_ratio: '4:3' })))).toMatchObject({
    rule: 'R25',
    field: 'aspect_ratio',
    message: "aspect_ratio value '4:3' is invalid",
    source: expect.any(String),
    grade: expect.any(String),
    text: { source: expect.any(String), grade: expect.any(String) },
    nearest: { set: { aspect_ratio: expect.any(String) } },
  })
})

describe('two changes in one', () => {
  const body = { a: 1, b: 2, c: 3 }

  it.each([
    [setting('a', 2), setting('b', 3), { a: 2, b: 3, c: 3 }],
    [setting('a', 2), setting('a', 3), { a: 3, b: 2, c: 3 }],
    [setting('a', 2), without('a'), { b: 2, c: 3 }],
    [without('a'), setting('a', 2), { a: 2, b: 2, c: 3 }],
    [without('a'), without('b', 'c'), {}],
  ])('do what both do, the second where they disagree: %j, %j', (one, other, after) => {
    const change = both(one, other)
    expect(changed(body, change)).toEqual(after)
    expect(change.says).toBe(`${one.says} and ${other.says}`)
    expect('set' in change).toBe(Object.keys(change.set ?? {}).length > 0)
    expect('remove' in change).toBe((change.remove ?? []).length > 0)
    expect(Object.keys(change.set ?? {}).filter(field => change.remove?.includes(field))).toEqual([])
  })
})

describe('of several broken rules', () => {
  const start_image_url = 'https://example.com/start.png'
  const end_image_url = 'https://example.com/end.png'
  const camera = 'Camera control is not supported by the current model'

  it.each<[fields: object, expected: [rule: string, message: string, set?: object | undefined, remove?: string[]][]]>([
    [
      { model: 'kling-video-o1', mode: '4k' },
      [
        ['R16', '4k mode is not supported by the current model: kling-video-o1', { mode: 'pro' }],
        ['R18', 'kling-o1 supports only std and pro modes', { mode: 'pro' }],
      ],
    ],
    [
      { model: 'kling-v3', mode: '4k', camera_control: { type: 'down_back' } },
      [
        ['R17', camera, undefined, ['camera_control']],
        ['R20', camera, { mode: 'std' }],
      ],
    ],
    [
      { action: 'image2video', model: 'kling-v3', end_image_url },
      [
        ['R5', 'start_image_url is required for image2video', { start_image_url }],
        ['R10', 'start_image_url is required with end_image_url', undefined, ['end_image_url']],
      ],
    ],
    [
      { model: 'kling-v2-6', generate_audio: true, camera_control: { type: 'simple', config: { pan: 3 } } },
      [
        ['R19', "mode value 'std' is invalid", { mode: 'pro' }],
        ['R20', camera, undefined, ['camera_control']],
        [
          'R22',
          'cameraControl.config.pan: must be less than or equal to 1',
          { camera_control: { type: 'simple', config: { pan: 1 } } },
        ],
      ],
    ],
  ])('each objects and mends what is its own: %j', (fields, expected) => {
    const complete = { prompt: 'a white mug', ...fields }
    const objections = validate(
      { action: 'text2video', model: 'kling-v1-6', mode: 'std', ...complete },
      '2026-05',
      'documented',
    )
    expect(objections.map(({ rule, message }) => [rule, message])).toEqual(
      expected.map(([rule, message]) => [rule, message]),
    )
    for (const [at, [, , set, remove]] of expected.entries()) {
      if (remove) expect(objections[at]?.nearest.remove).toEqual(remove)
      if (set) expect(objections[at]?.nearest.set).toMatchObject(set)
    }
  })
})
