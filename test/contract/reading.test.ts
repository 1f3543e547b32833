import { describe, expect, it } from 'vitest'
import { asMembers, asNumber, asNumberOrNumeric, asString, asStringOrInteger } from '../../src/contract/reading.ts'
import { type CreateVideo, readCreateVideo } from '../../src/contract/request.ts'
import { REVISIONS, type Revision } from '../../src/contract/revisions.ts'
import type { Body } from './matrix-oracle.ts'

const read = (body: Body, revision: Revision = '2026-10') => readCreateVideo(body, revision)

/** What a body that says nothing asks for (contract §4). */
const PLAIN = {
  type: 'videos',
  action: undefined,
  model: 'kling-v1',
  mode: 'std',
  seconds: 5,
  prompt: undefined,
  negativePrompt: undefined,
  startImageUrl: undefined,
  endImageUrl: undefined,
  aspectRatio: '16:9',
  cfgScale: undefined,
  camera: undefined,
  generateAudio: false,
  isSilenced: false,
  elements: undefined,
  videos: undefined,
  images: undefined,
  voices: undefined,
  isMultiShot: false,
  shotType: undefined,
  shots: undefined,
  videoId: undefined,
  callbackUrl: undefined,
  async: false,
  timeout: undefined,
  mistyped: [],
  ignored: [],
} satisfies Partial<CreateVideo>

/** One value for each field of October's, and what is understood by it. */
const EVERY_FIELD: readonly [field: string, value: unknown, understood: Partial<CreateVideo>][] = [
  ['action', 'image2video', { action: 'image2video' }],
  ['model', 'kling-v3', { model: 'kling-v3' }],
  ['mode', 'pro', { mode: 'pro' }],
  ['prompt', 'a mug', { prompt: 'a mug' }],
  ['duration', 10, { seconds: 10 }],
  ['start_image_url', 's.png', { startImageUrl: 's.png' }],
  ['end_image_url', 'e.png', { endImageUrl: 'e.png' }],
  ['aspect_ratio', '1:1', { aspectRatio: '1:1' }],
  ['cfg_scale', 0.5, { cfgScale: 0.5 }],
  ['camera_control', { type: 'down_back' }, { camera: { type: 'down_back', config: undefined } }],
  ['negative_prompt', 'blurry', { negativePrompt: 'blurry' }],
  ['generate_audio', true, { generateAudio: true }],
  ['generate_audio', false, { isSilenced: true }],
  ['element_list', [{ element_id: 7 }, { element_id: '8' }], { elements: [{ elementId: '7' }, { elementId: '8' }] }],
  [
    'video_list',
    [{ video_url: 'a.mp4', keep_original_sound: 'no' }],
    {
      videos: [{ videoUrl: 'a.mp4', referType: undefined, keepOriginalSound: 'no' }],
      ignored: ['video_list.0'],
    },
  ],
  ['image_list', [{ image_url: 'a.png', type: 'end_frame' }], { images: [{ imageUrl: 'a.png', type: 'end_frame' }] }],
  ['voice_list', [{ voice_id: 7 }], { voices: [{ voiceId: '7' }] }],
  ['multi_shot', true, { isMultiShot: true }],
  ['shot_type', 'customize', { ignored: ['shot_type'] }],
  ['multi_prompt', [], { ignored: ['multi_prompt'] }],
  ['video_id', '7', { videoId: '7' }],
  ['callback_url', 'c', { callbackUrl: 'c' }],
  ['async', true, { async: true }],
  ['timeout', 5, { timeout: 5 }],
]

describe('a body of /kling/videos', () => {
  it.each(REVISIONS)('asks for the least where it says nothing, revision %s', revision => {
    expect(read({}, revision)).toStrictEqual({ revision, ...PLAIN })
  })

  it.each(EVERY_FIELD)('is read by its field %s: %j', (field, value, understood) => {
    expect(read({ [field]: value })).toStrictEqual({ revision: '2026-10', ...PLAIN, ...understood })
  })

  it.each([...new Set(EVERY_FIELD.map(([field]) => field))])('takes null for a field that is absent: %s', field => {
    expect(read({ [field]: null })).toStrictEqual({ revision: '2026-10', ...PLAIN })
  })

  it('asks for sound with the model that always has it, unless it says no', () => {
    const turbo = { model: 'kling-v3-turbo' }
    expect(read(turbo)).toMatchObject({ generateAudio: true, isSilenced: false })
    expect(read({ ...turbo, generate_audio: false })).toMatchObject({ generateAudio: false, isSilenced: true })
    expect(read({ ...turbo, mode: '4k' })).toMatchObject({ generateAudio: false })
  })
})

describe('a field of the wrong JSON type', () => {
  it.each<[string, unknown]>([
    ['action', 7],
    ['duration', '5'],
    ['async', 'true'],
    ['cfg_scale', '0.5'],
    ['camera_control', '{"type":"simple"}'],
    ['camera_control', ['simple']],
    ['camera_control', { type: 7 }],
    ['camera_control', { config: { pan: '1' } }],
    ['camera_control', { config: [] }],
    ['element_list', { element_id: '7' }],
    ['element_list', ['7']],
    ['element_list', [{ element_id: 7 }, null]],
    ['element_list', [{ element_id: 7.5 }]],
    ['video_list', [{ keep_original_sound: true }]],
    ['multi_prompt', [{ index: '1' }]],
  ])('is none, and noted: %s %j', (field, value) => {
    const { mistyped, ...rest } = read({ multi_shot: true, shot_type: 'customize', [field]: value })
    const { mistyped: _, ...without } = read({ multi_shot: true, shot_type: 'customize' })
    expect(mistyped).toEqual([field])
    expect(rest).toEqual(without)
  })

  it('is looked for in what is not used as well, but not in what the revision does not know', () => {
    expect(read({ multi_shot: 5, multi_prompt: 5 })).toMatchObject({
      mistyped: ['multi_shot', 'multi_prompt'],
      ignored: ['multi_prompt'],
    })
    expect(read({ multi_shot: 5 }, '2026-08')).toMatchObject({ mistyped: [], ignored: ['multi_shot'] })
  })
})

describe('the older schemas', () => {
  const OLD = ['2026-03', '2026-05'] as const

  it.each(OLD)('take numbers in strings for cfg_scale, revision %s', revision => {
    expect(read({ cfg_scale: '0.5' }, revision)).toMatchObject({ cfgScale: 0.5, mistyped: [] })
  })

  it.each(OLD)('take camera_control as a JSON string, revision %s', revision => {
    const camera_control = JSON.stringify({ type: 'simple', config: { pan: 0.5, zoom: null, speed: 3 } })
    expect(read({ camera_control }, revision)).toMatchObject({
      camera: { type: 'simple', config: { pan: 0.5 } },
      mistyped: [],
    })
    for (const broken of ['', '{"type":', '7', 'null', '[]', '{"type":7}'])
      expect(read({ camera_control: broken }, revision).mistyped, broken).toEqual(['camera_control'])
  })

  it.each([
    ...['0.5', '12.5', '.5', '.25', '5.', '+1', '-1', ' 1 ', '\t1\n', '12', '1.25', '1e2', '1E-2', '.5e+1', '12e10'],
  ])('take %j for the number it is', text => {
    expect(asNumberOrNumeric(text)).toBe(Number(text))
  })

  it.each([
    '',
    ' ',
    '.',
    'e1',
    '1e',
    '1ee1',
    '1x',
    'x1',
    '1 1',
    '0x10',
    '--1',
    '1.1.1',
    '1e1.5',
    'Infinity',
    'NaN',
    '١',
  ])('take %j for no number', text => {
    expect(asNumberOrNumeric(text)).toBeUndefined()
  })

  it('take a number for a number, and nothing else', () => {
    expect([0, -1.5, true, null, [1]].map(asNumberOrNumeric)).toEqual([0, -1.5, undefined, undefined, undefined])
  })
})

describe('an id', () => {
  it('is a string or a whole number', () => {
    expect(['a', '', 7, -7, 0].map(asStringOrInteger)).toEqual(['a', '', '7', '-7', '0'])
    expect([7.5, Number.NaN, true, null, [7], {}].map(asStringOrInteger)).toEqual(Array(6).fill(undefined))
  })
})

describe('the members of an object', () => {
  const members = asMembers({ imageUrl: asString, keepOriginalSound: asString, size: asNumber })

  it('are read by their names on the wire, absent and null alike', () => {
    expect(members({ image_url: 'a', keep_original_sound: null, other: 5 })).toStrictEqual({
      imageUrl: 'a',
      keepOriginalSound: undefined,
      size: undefined,
    })
    expect(members({ imageUrl: 'a' })).toMatchObject({ imageUrl: undefined })
  })

  it('are none of what the object inherits', () => {
    expect(asMembers({ toString: asNumber, constructor: asString })({})).toStrictEqual({
      toString: undefined,
      constructor: undefined,
    })
  })

  it.each([[null], [undefined], ['a'], [7], [[]], [{ size: '7' }], [{ image_url: 'a', size: '7' }]])(
    'are not there in %j',
    value => {
      expect(members(value)).toBeUndefined()
    },
  )
})

describe('what is ignored', () => {
  it('is what the revision does not know, or the action does not use; null is nothing', () => {
    const ignored = (body: Body, revision?: Revision) => read(body, revision).ignored
    expect(ignored({ colour: 'red', image_list: null, size: null })).toEqual(['colour'])
    expect(ignored({ action: 'text2video', start_image_url: 's', video_id: '7' }, '2026-05')).toEqual([
      'start_image_url',
      'video_id',
    ])
    expect(ignored({ action: 'text2video', start_image_url: 's' }, '2026-08')).toEqual([])
    expect(ignored({ action: 'extend', start_image_url: 's', aspect_ratio: '1:1', camera_control: {} })).toEqual([
      'start_image_url',
      'aspect_ratio',
      'camera_control',
    ])
    expect(ignored({ action: 'constructor', video_id: '7' })).toEqual([])
    expect(ignored({ action: ['text2video'], video_id: '7' })).toEqual([])
    expect(ignored(JSON.parse('{"__proto__":{"model":"kling-v3"}}'))).toEqual(['__proto__'])
  })

  it('is not read', () => {
    expect(read({ action: 'extend', aspect_ratio: '1:1', start_image_url: 's' })).toMatchObject({
      aspectRatio: '16:9',
      startImageUrl: undefined,
      mistyped: [],
    })
  })

  it('is kept to fifty names of a hundred characters', () => {
    const body = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`${at}_${'x'.repeat(100)}`, 1]))
    const { ignored } = read(body)
    expect(read(body, '2026-05').ignored).toEqual(ignored)
    expect(ignored).toEqual(Array.from({ length: 50 }, (_, at) => `${at}_${'x'.repeat(at < 10 ? 98 : 97)}`))
    expect(read({ ...body, image_list: [{ image_url: 'a' }] }).ignored).toEqual(ignored)
  })

  it('is, of the prompt and the shots, what the other takes the words from', () => {
    const shots = { multi_shot: true, shot_type: 'customize', multi_prompt: [], prompt: 'a mug' }
    const ignored = (change: Body) => read({ ...shots, ...change }).ignored
    expect(ignored({})).toEqual(['prompt'])
    expect(ignored({ action: 'extend' })).toEqual([])
    expect(ignored({ multi_prompt: 'a mug' })).toEqual([])
    expect(ignored({ shot_type: 'wild' })).toEqual([])
    expect(ignored({ shot_type: 'intelligence' })).toEqual(['multi_prompt'])
    expect(ignored({ multi_shot: 'true' })).toEqual(['shot_type', 'multi_prompt'])
    expect(ignored({ multi_shot: false })).toEqual(['shot_type', 'multi_prompt'])
  })
})
