import { describe, expect, it } from 'vitest'
import { type Action, createVideoBody, SHARE_AS_TEXT } from '../../src/contract/bodies.ts'
import { bodyParts } from '../../src/contract/body-parts.ts'
import { REVISION_FACTS, REVISIONS, type Revision, since } from '../../src/contract/revisions.ts'
import { ACTIONS } from '../../src/contract/rules/values.ts'
import { validate } from '../../src/contract/rules.ts'
import { RULE_CASES } from './rule-cases.ts'
import { takes, written } from './written.ts'

type Body = Record<string, unknown>

const videos = (revision: Revision, action: Action) => createVideoBody(revision, action, bodyParts())

const takesVideo = (revision: Revision, body: Body) =>
  ACTIONS.some(action => action === body['action'] && takes(videos(revision, action), body))

const base = { action: 'text2video', prompt: 'a white mug' }
const image = { ...base, action: 'image2video', start_image_url: 'https://example.com/s.png' }
const extend = { ...base, action: 'extend', video_id: '1' }
const video = { video_url: 'https://example.com/a.mp4' }
const shot = { index: 1, prompt: 'a mug', duration: 5 }

const SHOTS = { model: 'kling-v3', multi_shot: true, shot_type: 'customize' }

/** What each field may hold, and what it may not. */
const HELD: Readonly<Record<string, readonly [good: readonly unknown[], bad: readonly unknown[]]>> = {
  action: [['text2video'], ['', 'text2image', undefined, 1]],
  model: [
    ['kling-v1', undefined],
    ['kling-v9', '', 1],
  ],
  mode: [
    ['std', 'pro', undefined],
    ['ultra', '', 1],
  ],
  prompt: [
    ['x', '🎬'.repeat(1250), 'x'.repeat(2500)],
    ['x'.repeat(2501), 1],
  ],
  duration: [
    [5, 10, undefined],
    [2, 16, 5.5, '5'],
  ],
  aspect_ratio: [
    ['16:9', '9:16', '1:1', undefined],
    ['4:3', 1],
  ],
  cfg_scale: [
    [0, 0.5, 1, undefined],
    [-0.1, 1.01, 'high', '1.5', true],
  ],
  negative_prompt: [
    ['', 'x'.repeat(200), undefined],
    ['x'.repeat(201), 1],
  ],
  camera_control: [
    [
      { type: 'simple', config: { zoom: -1, pan: 1 } },
      ...['down_back', 'forward_up', 'left_turn_forward', 'right_turn_forward'].map(type => ({ type })),
      ...['horizontal', 'vertical', 'pan', 'tilt', 'roll', 'zoom'].map(axis => ({
        type: 'simple',
        config: { [axis]: 0 },
      })),
    ],
    [
      { type: 'spin' },
      { config: { zoom: 1 } },
      ...['horizontal', 'vertical', 'pan', 'tilt', 'roll', 'zoom'].flatMap(axis =>
        [1.5, -1.5, '1'].map(amount => ({ type: 'simple', config: { [axis]: amount } })),
      ),
      { type: 'simple', config: 1 },
      1,
    ],
  ],
  generate_audio: [
    [true, false, undefined],
    ['true', 1],
  ],
  element_list: [
    [[{ element_id: 1 }], [{ element_id: 'x' }]],
    [[], [{}], [{ element_id: '' }], [{ element_id: 0.5 }], {}],
  ],
  video_list: [
    [[video], [{ ...video, refer_type: 'base' }], [{ ...video, refer_type: 'feature', keep_original_sound: 'no' }]],
    [
      ...[[], [video, video], [{}], [{ video_url: 'nowhere' }], [{ ...video, refer_type: 'style' }]],
      ...[[{ ...video, keep_original_sound: 'half' }], video],
    ],
  ],
  image_list: [
    [[{ image_url: video.video_url }], Array(7).fill({ image_url: video.video_url, type: 'first_frame' })],
    [
      [],
      [{}],
      [{ image_url: 'nowhere' }],
      [{ image_url: video.video_url, type: 'last' }],
      Array(8).fill({ image_url: video.video_url }),
    ],
  ],
  voice_list: [
    [[{ voice_id: 'v1' }], [{ voice_id: 1 }, { voice_id: 2 }]],
    [[], [{}], [{ voice_id: '' }], [{ voice_id: 0.5 }], [{ voice_id: 1 }, { voice_id: 2 }, { voice_id: 3 }]],
  ],
  multi_shot: [
    [true, false, undefined],
    ['true', 1],
  ],
  shot_type: [
    ['customize', 'intelligence', undefined],
    ['wild', 1],
  ],
  multi_prompt: [
    [[shot], Array(6).fill({ index: 6, prompt: 'x'.repeat(512), duration: 15 }), [{ ...shot, duration: 1 }]],
    [
      ...[[], Array(7).fill(shot), [{}], [{ ...shot, index: 0 }], [{ ...shot, index: 7 }], [{ ...shot, index: 1.5 }]],
      ...[[{ ...shot, prompt: '' }], [{ ...shot, prompt: 'x'.repeat(513) }], [{ ...shot, prompt: undefined }]],
      ...[[{ ...shot, duration: 0 }], [{ ...shot, duration: 16 }], [{ ...shot, duration: 2.5 }], shot],
    ],
  ],
  callback_url: [
    ['http://127.0.0.1:9/hook', undefined],
    ['nowhere', 1],
  ],
  async: [
    [true, false, undefined],
    ['yes', 1],
  ],
  timeout: [
    [0, 3600, undefined],
    [-1, 3601, 1.5, '1'],
  ],
}

describe('a field of a create of a video', () => {
  it.each(Object.entries(HELD))('%s may hold what the rules let it, and nothing else', (field, [good, bad]) => {
    for (const revision of REVISIONS.filter(each => REVISION_FACTS[each].fields.has(field))) {
      const schema = videos(revision, 'text2video')
      for (const value of good) expect(takes(schema, { ...base, [field]: value }), JSON.stringify(value)).toBe(true)
      for (const value of bad) {
        const body = JSON.parse(JSON.stringify({ ...base, [field]: value }))
        expect(takes(schema, body), JSON.stringify(value)).toBe(false)
        // Without multi_shot the rules don't look at what is said of shots.
        const whole = field === 'multi_prompt' ? { ...body, ...SHOTS } : body
        const asked = field === 'shot_type' ? { ...body, model: 'kling-v3', multi_shot: true } : whole
        expect(validate(asked, revision, 'documented'), JSON.stringify(value)).not.toEqual([])
      }
    }
  })

  it('may be a text in the guides’ revisions, where the older schemas said so', () => {
    for (const revision of REVISIONS) {
      const { takesStrings } = REVISION_FACTS[revision]
      for (const more of [{ cfg_scale: '0.5' }, { camera_control: '{"type":"down_back"}' }])
        expect(takes(videos(revision, 'text2video'), { ...base, ...more })).toBe(takesStrings)
    }
    for (const share of ['0', '1', '.5', '0.25', '1.0', '1.000']) expect(share).toMatch(SHARE_AS_TEXT)
    for (const other of ['', '2', '1.5', '01', '0.', '-0', '1e-1', ' 0.5', '0.5 ', '1.01', '5'])
      expect(other).not.toMatch(SHARE_AS_TEXT)
  })

  it.each([
    ['2026-03', ['std', 'pro'], [5, 10], 7],
    ['2026-05', ['std', 'pro', '4k'], [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], 7],
    ['2026-10', ['std', 'pro', '4k'], [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], 3],
  ] as const)('has the words and lengths of %s', (revision, modes, seconds, elements) => {
    const schema = videos(revision, 'text2video')
    const taken = (field: string, values: readonly unknown[]) =>
      values.filter(value => takes(schema, { ...base, [field]: value }))
    expect(taken('mode', ['std', 'pro', '4k'])).toEqual(modes)
    const halves = Array.from({ length: 40 }, (_, at) => at / 2)
    expect(taken('duration', halves)).toEqual(seconds)
    const lists = [1, 3, 4, 7, 8].map(count => Array(count).fill({ element_id: 1 }))
    expect(taken('element_list', lists).map(list => (list as []).length)).toEqual(
      [1, 3, 4, 7, 8].filter(count => count <= elements),
    )
  })

  it.each(REVISIONS)('names a model of %s that may be asked for the action', revision => {
    for (const action of ACTIONS) {
      const models = [
        'kling-v1',
        'kling-v1-5',
        'kling-v1-6',
        'kling-v2-5-turbo',
        'kling-v3',
        'kling-o1',
        'kling-video-o1',
      ]
      for (const model of models) {
        const body = { ...(action === 'extend' ? extend : action === 'image2video' ? image : base), model }
        const isKnown = !validate(body, revision, 'documented').some(({ rule }) => ['R2', 'R7'].includes(rule))
        expect([action, model, takes(videos(revision, action), body)]).toEqual([action, model, isKnown])
      }
    }
  })

  it('has the default that a body without it means', () => {
    const defaults = (revision: Revision, action: Action) =>
      Object.fromEntries(
        Object.entries(written(videos(revision, action)).properties)
          .filter(([, schema]) => 'default' in schema)
          .map(([name, schema]) => [name, schema.default]),
      )
    const always = { model: 'kling-v1', mode: 'std', duration: 5, async: false }
    expect(defaults('2026-03', 'extend')).toEqual(always)
    expect(defaults('2026-05', 'text2video')).toEqual({ ...always, aspect_ratio: '16:9', generate_audio: false })
    // One model of October always makes sound, and refuses false.
    expect(defaults('2026-10', 'text2video')).toEqual({ ...always, aspect_ratio: '16:9', multi_shot: false })
    expect(written(bodyParts().ReferenceVideo).properties['refer_type']?.default).toBe('base')
  })
})

describe('a body of a create of a video', () => {
  it.each(REVISIONS)('has in %s the fields that mean something, and requires what is missed without', revision => {
    for (const action of ACTIONS) {
      const { properties, required } = written(videos(revision, action))
      const { fields, ignoredByAction } = REVISION_FACTS[revision]
      expect(Object.keys(properties)).toEqual([...fields].filter(name => !ignoredByAction[action]?.includes(name)))
      const isLater = since('2026-08').includes(revision)
      const wanted = {
        text2video: revision === '2026-10' ? ['action'] : ['action', 'prompt'],
        image2video: ['action', ...(isLater && revision !== '2026-10' ? ['prompt'] : []), 'start_image_url'],
        extend: ['action', 'prompt', 'video_id'],
      }
      expect([...(required ?? [])].toSorted()).toEqual(wanted[action].toSorted())
    }
  })

  it('is taken where no rule objects', () => {
    // Without multi_shot no rule looks at shot_type, which is one of two words all the same.
    for (const { revisions, sound } of RULE_CASES)
      for (const revision of sound['multi_shot'] === false ? [] : (revisions as Revision[]))
        expect(takesVideo(revision, sound), JSON.stringify(sound)).toBe(true)
    for (const revision of REVISIONS) {
      for (const body of [base, { ...image, end_image_url: image.start_image_url }, extend, { ...base, seed: 7 }])
        expect(takesVideo(revision, body)).toBe(true)
      for (const body of [
        { ...image, start_image_url: 'x' },
        { ...image, end_image_url: 5 },
        { ...extend, video_id: 5 },
      ])
        expect(takesVideo(revision, body)).toBe(false)
    }
  })
})
