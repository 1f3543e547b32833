import Ajv2020 from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { strictLipSync, strictMotion, strictTalkingPhoto } from '../../src/contract/conditions/other-endpoints.ts'
import type { JsonSchema } from '../../src/contract/conditions/schema.ts'
import { strictBody } from '../../src/contract/conditions.ts'
import { fieldsOf } from '../../src/contract/differences.ts'
import type { TaskType } from '../../src/contract/endpoints.ts'
import { REVISION_FACTS, REVISIONS, type Revision } from '../../src/contract/revisions.ts'
import { ACTIONS } from '../../src/contract/rules/values.ts'
import { validate } from '../../src/contract/rules.ts'
import { placesIn } from '../openapi/reading.ts'

/* What conditions are written in. A validator passes over a keyword, type or field that does not exist, as over any it does not know. */

const KEYWORDS = [
  ...['description', 'type', 'enum', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems'],
  ...['required', 'properties', 'items', 'prefixItems', 'contains', 'minContains', 'maxContains'],
  ...['allOf', 'anyOf', 'if', 'then', 'else'],
]
const TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null']

/** Members of objects and lists within a body. */
const MEMBERS = [
  ...[
    'type',
    'config',
    'horizontal',
    'vertical',
    'pan',
    'tilt',
    'roll',
    'zoom',
    'element_id',
    'video_url',
    'refer_type',
  ],
  ...['keep_original_sound', 'image_url', 'voice_id', 'index', 'prompt', 'duration', 'enabled'],
]

const schemas = (revision: Revision): readonly (readonly [type: TaskType, schema: JsonSchema])[] => [
  ...ACTIONS.map(action => ['videos', strictBody(revision, action)] as const),
  ['motion', strictMotion(revision)],
  ...(revision >= '2026-08'
    ? ([
        ['lip-sync', strictLipSync('text2video')],
        ['lip-sync', strictLipSync('audio2video')],
        ['talking-photo', strictTalkingPhoto(revision)],
      ] as const)
    : []),
]

describe.each(REVISIONS.toReversed())('the conditions of %s', revision => {
  it('use keywords and types that there are', () => {
    for (const [, schema] of schemas(revision)) {
      for (const { at, value } of placesIn(schema)) {
        const isList = Array.isArray(value)
        if (isList || at.at(-1) === 'properties') continue
        expect(KEYWORDS, at.join('.')).toEqual(expect.arrayContaining(Object.keys(value)))
        for (const type of [value['type'] ?? []].flat()) expect(TYPES, at.join('.')).toContain(type)
        if (value['enum'] !== undefined) expect((value['enum'] as unknown[]).length, at.join('.')).toBeGreaterThan(0)
        if (value['enum'] !== undefined) expect(value['enum'], at.join('.')).not.toContain('')
      }
    }
  })

  it('are about fields that are read, and members that there are', () => {
    for (const [type, schema] of schemas(revision)) {
      const read = type === 'videos' ? REVISION_FACTS[revision].fields : fieldsOf(type, revision)
      const names = [...placesIn(schema)].flatMap(({ at, value }) => {
        if (at.at(-1) === 'properties') return Object.keys(value)
        return at.at(-1) === 'required' ? (value as unknown as string[]) : []
      })
      // Those of later revisions are named by conditions that say they have to be absent.
      const known = [...read, ...MEMBERS, 'image_list', 'video_list', 'voice_list', 'element_list', 'multi_shot']
      expect(known).toEqual(expect.arrayContaining([...new Set([...names, 'callback_url'])]))
    }
  })
})

type Body = Record<string, unknown>

const URL = 'https://example.com/a.png'
const BASES: readonly Body[] = [
  { action: 'text2video', prompt: 'a mug' },
  { action: 'image2video', prompt: 'a mug', start_image_url: URL },
  { action: 'extend', prompt: 'a mug', video_id: '1' },
]
const shot = { index: 1, prompt: 'a mug', duration: 5 }

/** What one more field does to a body. */
// biome-ignore format: one field a line
const MORE: readonly Body[] = [
  {},
  ...[true, false, null].map(generate_audio => ({ generate_audio })),
  ...[true, false].map(multi_shot => ({ multi_shot })),
  { multi_shot: true, shot_type: 'intelligence' }, { multi_shot: true, shot_type: 'intelligence', prompt: null },
  { multi_shot: true, shot_type: 'customize' }, { multi_shot: true, shot_type: 'customize', multi_prompt: [shot], prompt: null },
  { multi_shot: true, shot_type: 'customize', multi_prompt: [{ ...shot, index: 2 }] }, { multi_prompt: [{}] }, { multi_prompt: [{ index: 'x' }] },
  { end_image_url: URL }, { start_image_url: null, end_image_url: URL }, { start_image_url: null }, { start_image_url: URL },
  { image_list: [{ image_url: URL }] }, { image_list: [{ image_url: URL, type: 'end_frame' }] }, { image_list: [{ image_url: URL, type: 'first_frame' }] },
  { image_list: [{ image_url: URL, type: 'end_frame' }, { image_url: URL, type: 'first_frame' }] }, { image_list: [{ image_url: URL, type: 'end_frame' }], end_image_url: URL },
  { image_list: [{ image_url: URL, type: 'end_frame' }, { image_url: URL, type: 'end_frame' }] },
  { video_list: [{ video_url: URL }] }, { video_list: [{ video_url: URL, refer_type: 'feature' }] }, { video_list: [{ video_url: URL, refer_type: 'feature' }], generate_audio: true },
  { video_list: [{ video_url: URL }], image_list: [{ image_url: URL, type: 'first_frame' }] }, { video_list: [{ video_url: URL, refer_type: 'feature' }], image_list: [{ image_url: URL, type: 'first_frame' }] },
  { element_list: [{ element_id: 1 }] }, { element_list: [{ element_id: 1 }], voice_list: [{ voice_id: 1 }] }, { voice_list: [{ voice_id: 1 }] },
  { image_list: [{ image_url: URL }], negative_prompt: 'x' }, { image_list: [{ image_url: URL }], mode: '4k' },
  { video_list: [{ video_url: URL, refer_type: 'feature' }], camera_control: { type: 'down_back' } }, { mode: '4k', camera_control: { type: 'down_back' } },
  { mode: '4k' }, { mode: 'pro' }, { mode: 'pro', generate_audio: true }, { duration: 10 }, { duration: 3 }, { duration: 10, end_image_url: URL },
  { camera_control: { type: 'down_back' } }, { camera_control: { type: 'down_back', config: {} } }, { camera_control: { type: 'simple' } }, { camera_control: {} },
  { negative_prompt: 'x' }, { cfg_scale: 1 }, { cfg_scale: 2 }, { aspect_ratio: '4:3' }, { prompt: null }, { prompt: ' ' }, { prompt: 5 }, { video_id: null }, { video_id: ' ' }, { video_id: 5 }, { timeout: 0.5 }, { timeout: -1 },
]

const MODELS = [
  null,
  'kling-v1',
  'kling-v1-5',
  'kling-v2-5-turbo',
  'kling-v2-6',
  'kling-v3',
  'kling-v3-omni',
  'kling-o1',
  'kling-v3-turbo',
]

const CITING = ['a mug', '<<<voice_1>>>', '<<<voice_0001>>> <<<voice_2>>>', '<<<voice_00001>>>', '<<<voice_12>>>', null]

/** Voices and what cites them, with sound and without. */
const VOICED: readonly Body[] = [1, 2, 3].flatMap(count =>
  CITING.flatMap(prompt =>
    [true, false, null].map(generate_audio => ({
      ...{ action: 'text2video', model: 'kling-v2-6', mode: 'pro', prompt, generate_audio },
      voice_list: Array.from({ length: count }, (_, at) => ({ voice_id: at })),
    })),
  ),
)

describe('voices', () => {
  it('are taken or refused by the conditions as by the rules, by who cites them', () => {
    const check = new Ajv2020.default({ strict: false, validateSchema: false }).compile(
      strictBody('2026-10', 'text2video'),
    )
    const isTaken = (body: Body) => validate(body, '2026-10', 'documented').length === 0
    expect(VOICED.filter(body => check(body))).toEqual(VOICED.filter(isTaken))
    expect(VOICED.filter(isTaken)).toHaveLength(3)
  })
})

describe('a field more', () => {
  it.each(REVISIONS.toReversed())(
    'is taken or refused by the conditions of %s as by the rules, whoever makes the video',
    revision => {
      const ajv = new Ajv2020.default({ strict: false, validateSchema: false })
      for (const base of BASES) {
        const check = ajv.compile(strictBody(revision, base['action'] as (typeof ACTIONS)[number]))
        for (const model of MODELS)
          for (const more of MORE) {
            const body = { ...base, model, ...more }
            const rules = validate(body, revision, 'documented').map(({ rule }) => rule)
            if (check(body) !== (rules.length === 0)) expect.fail(`${JSON.stringify(body)}: by the rules ${rules}`)
          }
      }
    },
  )
})
