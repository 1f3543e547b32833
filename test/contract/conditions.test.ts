import Ajv2020 from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { modelsOf } from '../../src/contract/capabilities.ts'
import { BEYOND_SCHEMA } from '../../src/contract/conditions/beyond.ts'
import {
  OTHERS_BEYOND_SCHEMA,
  strictLipSync,
  strictMotion,
  strictTalkingPhoto,
} from '../../src/contract/conditions/other-endpoints.ts'
import { absent, given, implies, type JsonSchema, merge, oneOf } from '../../src/contract/conditions/schema.ts'
import { strictBody } from '../../src/contract/conditions.ts'
import { examineFor } from '../../src/contract/creates.ts'
import { ENDPOINTS, type TaskType } from '../../src/contract/endpoints.ts'
import { isObject } from '../../src/contract/request.ts'
import { REVISIONS, type Revision, since } from '../../src/contract/revisions.ts'
import { ACTIONS } from '../../src/contract/rules/values.ts'
import { rulesOf, validate } from '../../src/contract/rules.ts'
import { EXPLANATIONS, UNKNOWN_TO_BODIES } from '../openapi/beyond.ts'
import { changesTo } from '../openapi/bodies.ts'
import { CASES, lips, photo, recorded } from '../support/endpoint-cases.ts'
import { SOUND_BODIES } from '../support/endpoints.ts'
import { RULE_CASES } from './rule-cases.ts'

type Body = Record<string, unknown>

/** The newest first: it has the most to say. */
const NEWEST_FIRST = REVISIONS.toReversed()

const ajv = new Ajv2020.default({ strict: false, validateSchema: false })

function compiled(schema: JsonSchema): (body: unknown) => boolean {
  const check = ajv.compile(schema)
  return body => check(body) === true
}

const known = new Map<string, (body: unknown) => boolean>()

/** Whether the conditions of the body's action take it; where it has none, those of any. Made once: that takes longer than to ask. */
function accepts(revision: Revision, body: Body): boolean {
  const own = ACTIONS.filter(action => action === body['action'])
  return (own.length > 0 ? own : ACTIONS).some(action => {
    const name = `${revision} ${action}`
    const check = known.get(name) ?? compiled(strictBody(revision, action))
    known.set(name, check)
    return check(body)
  })
}

/** One of so many. */
function* everyOf<T>(step: number, items: Iterable<T>): Generator<T> {
  let at = 0
  for (const item of items) if (at++ % step === 0) yield item
}

const FRAME = 'https://example.com/start.png'
const END = 'https://example.com/end.png'
const text = { action: 'text2video', prompt: 'a white mug' }
const image = { ...text, action: 'image2video', start_image_url: FRAME, end_image_url: END }

/** Bodies that have much to be changed. */
const RICH: readonly Body[] = [
  { ...text, mode: 'pro', duration: 5, aspect_ratio: '1:1', cfg_scale: 0.5, negative_prompt: 'blurry', async: true },
  { ...text, callback_url: 'http://127.0.0.1:9/hook', timeout: 60, generate_audio: false },
  { ...text, cfg_scale: '0.5', camera_control: { type: 'simple', config: { zoom: 1, pan: -1 } } },
  { ...text, model: 'kling-v3', camera_control: { type: 'down_back' }, duration: 15, generate_audio: true },
  { ...text, model: 'kling-v3', camera_control: { type: 'simple' } },
  { ...text, model: 'kling-v3', camera_control: { type: 'down_back', config: {} } },
  { ...image, model: 'kling-v1', mode: 'pro' },
  { ...image, model: 'kling-v1-6', mode: 'pro', duration: 10 },
  { ...image, model: 'kling-v3', mode: '4k', duration: 3 },
  { ...image, model: 'kling-o1', mode: 'pro' },
  { action: 'extend', model: 'kling-v1', prompt: 'a mug', video_id: '1', duration: 10, mode: 'pro' },
  { action: 'extend', model: 'kling-v1-6', prompt: 'a mug', video_id: '1', negative_prompt: 'x', cfg_scale: 1 },
  { action: 'extend', model: 'kling-v2-5-turbo', prompt: 'a mug', video_id: '1', element_list: [{ element_id: 1 }] },
  { ...text, model: 'kling-video-o1', element_list: [{ element_id: 1 }, { element_id: 'x' }] },
  {
    ...text,
    model: 'kling-video-o1',
    video_list: [{ video_url: FRAME, refer_type: 'base', keep_original_sound: 'yes' }],
  },
  { ...text, model: 'kling-v2-6', mode: 'pro', generate_audio: true },
]

const SEEDS: readonly Body[] = [...RICH, ...RULE_CASES.flatMap(({ sound, broken }) => [sound, broken])]

/** Each feature of the matrix, beside each model, mode and length. */
function* cells(revision: Revision): Generator<Body> {
  const features: readonly Body[] = [
    text,
    { ...text, generate_audio: true },
    { ...text, camera_control: { type: 'down_back' } },
    image,
    { ...image, end_image_url: null, camera_control: { type: 'down_back' } },
  ]
  for (const model of modelsOf(revision))
    for (const mode of ['std', 'pro', '4k'])
      for (const duration of [3, 5, 7, 10]) for (const feature of features) yield { ...feature, model, mode, duration }
}

const counted = (count: number, item: (at: number) => Body) => Array.from({ length: count }, (_, at) => item(at))

/** Each number of images and elements, with frames and a video or without. */
function* references(): Generator<Body> {
  for (const frames of [text, image, { ...image, end_image_url: null }])
    for (const video_list of [null, [{ video_url: END, refer_type: 'feature' }]])
      for (const elements of [0, 1, 3])
        for (const images of [0, 1, 2, 3, 4, 5, 6, 7, 8])
          yield {
            ...{ ...frames, model: 'kling-o1', video_list },
            element_list: elements === 0 ? null : counted(elements, at => ({ element_id: at })),
            image_list: images === 0 ? null : counted(images, () => ({ image_url: END })),
          }
}

const isShort = (body: unknown) => JSON.stringify(body).length < 1000

/** Each seed, what is one change away from it, and what there is of materials and rows. */
function* bodies(revision: Revision): Generator<Body> {
  yield* SEEDS
  yield* cells(revision)
  if (revision >= '2026-08') yield* references()
  for (const [at, seed] of SEEDS.entries())
    for (const changed of everyOf(at < RICH.length ? 1 : 7, changesTo(seed)))
      if (isObject(changed) && (at < 2 || isShort(changed))) yield changed
}

/** Whether the document can't say what the rules say of a body. */
function isBeyond(body: Body, revision: Revision): boolean {
  const objections = validate(body, revision, 'documented')
  return objections.length === 0
    ? EXPLANATIONS.some(({ plain }) => plain?.(body) !== undefined)
    : EXPLANATIONS.some(({ covers }) => covers?.(objections, body, revision))
}

describe('the conditions on a create of a video', () => {
  it.each(NEWEST_FIRST)('accept in %s exactly what no rule objects to', revision => {
    const seen = { accepted: 0, refused: 0 }
    for (const body of bodies(revision)) {
      const rules = validate(body, revision, 'documented').map(({ rule }) => rule)
      const isAccepted = accepts(revision, body)
      seen[isAccepted ? 'accepted' : 'refused'] += 1
      if (isAccepted !== (rules.length === 0) && !isBeyond(body, revision))
        expect.fail(`${JSON.stringify(body)}: by the rules ${rules}, by the conditions ${isAccepted}`)
    }
    expect(seen.accepted).toBeGreaterThan(200)
    expect(seen.refused).toBeGreaterThan(200)
  })

  it.each(NEWEST_FIRST)('are in %s each of a rule in force, and say what it says', revision => {
    const said = new Map(rulesOf(revision, 'documented').map(rule => [rule.id, rule]))
    for (const action of ACTIONS) {
      const { allOf = [], properties = {}, required } = strictBody(revision, action)
      expect(required).toContain('action')
      expect(properties['action']?.enum).toEqual([action])
      for (const { description = '', ...condition } of allOf) {
        const rule = said.get(description.split(':')[0] ?? '')
        expect(description).toContain(`${rule?.says}. Source: ${rule?.source} (${rule?.grade}).`)
        expect(condition.if ?? condition.anyOf).toBeDefined()
      }
    }
  })

  it('say nothing more of a field that has to be absent', () => {
    expect(strictBody('2026-08', 'text2video').properties?.['element_list']).toEqual({ type: 'null' })
    expect(strictBody('2026-10', 'extend').properties?.['video_list']).toEqual({ type: 'null' })
  })
})

describe('the conditions on the other creates', () => {
  const schemas: Readonly<Record<Exclude<TaskType, 'videos'>, (revision: Revision) => readonly JsonSchema[]>> = {
    motion: revision => [strictMotion(revision)],
    'lip-sync': () => [strictLipSync('text2video'), strictLipSync('audio2video')],
    'talking-photo': revision => [strictTalkingPhoto(revision)],
  }
  const more: Readonly<Record<string, readonly Body[]>> = {
    motion: [
      {
        ...SOUND_BODIES['/kling/motion'],
        ...{ model_name: 'kling-v3', watermark_info: { enabled: true }, keep_original_sound: 'no', prompt: 'a mug' },
        ...{ callback_url: FRAME, async: true, timeout: 60 },
      },
    ],
    'lip-sync': [
      { ...lips, voice_language: 'en', voice_speed: 0.8, video_id: null },
      { ...lips, video_id: '1', video_url: null, audio_type: 'any', audio_file: '?' },
      { ...recorded, audio_type: 'url', text: 'x', voice_id: 'x', voice_language: 'x', voice_speed: 9 },
      { ...recorded, audio_type: 'file', audio_file: ' SUQzBA==\n', audio_url: null },
      { ...recorded, audio_file: ' ' },
    ],
    'talking-photo': [{ ...photo, model: 'kling-v1', mode: 'std', duration: 10, prompt: 'a face', timeout: 3600 }],
  }
  const places = NEWEST_FIRST.flatMap(revision =>
    (Object.keys(schemas) as (keyof typeof schemas)[])
      .filter(type => type === 'motion' || since('2026-08').includes(revision))
      .map(type => [type, revision] as const),
  )

  it.each(places)('accept of %s in %s exactly what no rule objects to', (type, revision) => {
    const checks = schemas[type](revision).map(compiled)
    const seeds = CASES.filter(([path]) => path === ENDPOINTS[type].path).flatMap(([, , broken, , sound]) => [
      broken,
      sound,
    ])
    for (const seed of [...seeds, ...(more[type] ?? [])]) {
      for (const body of [seed, ...changesTo(seed)]) {
        if (!isObject(body) || !isShort(body)) continue
        const rules = examineFor(type, body, revision, 'documented').objections.map(({ rule }) => rule)
        const isAccepted = checks.some(check => check(body))
        const isSpaced = Object.values(body).some(
          value => typeof value === 'string' && /^\s+http|http.*\s+$/.test(value),
        )
        if (isAccepted !== (rules.length === 0) && !(isSpaced && !isAccepted))
          expect.fail(`${JSON.stringify(body)}: by the rules ${rules}, by the conditions ${isAccepted}`)
      }
    }
  })
})

describe('what conditions can’t say', () => {
  const ofBodies = BEYOND_SCHEMA.filter(({ of }) => !UNKNOWN_TO_BODIES.includes(of))

  it('is listed for each kind of body that rules and conditions disagree about, and for no other', () => {
    expect(ofBodies.map(({ of }) => of).toSorted()).toEqual(EXPLANATIONS.map(({ of }) => of).toSorted())
    expect(BEYOND_SCHEMA.map(({ of }) => of)).toEqual(expect.arrayContaining(UNKNOWN_TO_BODIES))
    for (const { of, document, revisions } of ofBodies) {
      const example = EXPLANATIONS.find(one => one.of === of)?.example as Body
      for (const revision of revisions) {
        const isAccepted = accepts(revision, example)
        const byRules = validate(example, revision, 'documented').length === 0
        // The default model of an example may be unknown to some revision; that is refused by both.
        if (isAccepted !== byRules) expect([of, document]).toEqual([of, isAccepted ? 'accepts more' : 'accepts less'])
        else expect([of, revision, byRules]).toEqual([of, revision, false])
      }
    }
  })

  it.each([
    ['camera_control', ['2026-03', '2026-05'], 'accepts less'],
    ['cfg_scale', ['2026-03', '2026-05'], 'accepts less'],
    ['callback_url, start_image_url, end_image_url, video_list[].video_url', REVISIONS, 'accepts less'],
    ['image_list[].image_url', ['2026-08', '2026-10'], 'accepts less'],
    ['multi_prompt[].duration, rule R38', ['2026-10'], 'accepts more'],
    ['video_id, rule R45', REVISIONS, 'accepts more'],
    ['video_id, rule R46', REVISIONS, 'accepts more'],
    ['prompt', REVISIONS, 'accepts more'],
    ['image_url, video_url of /kling/motion', REVISIONS, 'accepts less'],
    ['video_url, audio_url of /kling/lip-sync', ['2026-08', '2026-10'], 'accepts less'],
    ['image_url, audio_url of /kling/talking-photo', ['2026-08', '2026-10'], 'accepts less'],
    ['video_id of /kling/lip-sync, rule L11', ['2026-08', '2026-10'], 'accepts more'],
  ] as const)('is %s', (of, revisions, document) => {
    const [entry, ...others] = [...BEYOND_SCHEMA, ...OTHERS_BEYOND_SCHEMA].filter(one => one.of === of)
    expect(others).toEqual([])
    expect(entry).toMatchObject({ document, revisions: [...revisions] })
    expect(entry?.says).toMatch(/\.$/)
  })
})

describe('two schemas in one', () => {
  it.each<[string, JsonSchema, JsonSchema, JsonSchema]>([
    ['bounds', { minimum: 0, maximum: 9 }, { minimum: 1, maximum: 8 }, { minimum: 1, maximum: 8 }],
    ['bounds, the other way', { minimum: 1, maximum: 8 }, { minimum: 0, maximum: 9 }, { minimum: 1, maximum: 8 }],
    ['lengths', { minLength: 1, maxLength: 9 }, { minLength: 2, maxLength: 8 }, { minLength: 2, maxLength: 8 }],
    ['items', { minItems: 1, maxItems: 9 }, { minItems: 2, maxItems: 8 }, { minItems: 2, maxItems: 8 }],
    ['what is required', { required: ['a', 'b'] }, { required: ['b', 'c'] }, { required: ['a', 'b', 'c'] }],
    ['words', { enum: ['a', 'b', null] }, { enum: ['b', 'c', null] }, { enum: ['b', null] }],
    ['types', { type: ['string', 'null'] }, { type: ['null', 'number'] }, { type: 'null' }],
    ['whole numbers', { type: ['number', 'null'] }, { type: ['integer', 'null'] }, { type: ['null', 'integer'] }],
    ['one type', { type: 'string' }, { type: 'string' }, { type: 'string' }],
    [
      'conditions',
      { allOf: [{ minimum: 1 }] },
      { allOf: [{ minimum: 2 }] },
      { allOf: [{ minimum: 1 }, { minimum: 2 }] },
    ],
    ['each item', { items: { minimum: 1 } }, { items: { minimum: 2 } }, { items: { minimum: 2 } }],
    [
      'members',
      { properties: { a: { minimum: 1 }, b: { type: 'null' } } },
      { properties: { a: { minimum: 2 }, c: {} } },
      { properties: { a: { minimum: 2 }, b: { type: 'null' }, c: {} } },
    ],
    ['what only one says', { pattern: 'x' }, { maxLength: 2 }, { pattern: 'x', maxLength: 2 }],
    ['the same', { pattern: 'x', if: {} }, { pattern: 'x', if: {} }, { pattern: 'x', if: {} }],
  ])('say both: %s', (_, one, other, both) => {
    expect(merge(one, other)).toEqual(both)
  })

  it('are refused where they can’t', () => {
    expect(() => merge({ pattern: 'a' }, { pattern: 'b' })).toThrow(
      'two conditions use pattern in different ways: ["a","b"]',
    )
    expect(() => merge({ contains: {} }, { contains: { minimum: 1 } })).toThrow('contains')
  })

  it('are made of what is given, absent, and follows', () => {
    expect(given('a', 'array')).toEqual({ required: ['a'], properties: { a: { type: 'array', items: {} } } })
    expect(given('a', 'string', { minLength: 1 })).toEqual({
      required: ['a'],
      properties: { a: { type: 'string', minLength: 1 } },
    })
    expect(absent('a', 'b')).toEqual({ properties: { a: { type: 'null' }, b: { type: 'null' } } })
    expect(oneOf([1, 2])).toEqual({ enum: [1, 2, null] })
    expect(Object.keys(implies({}, {}))).toEqual(['if', 'then'])
    expect(Object.keys(implies({}, {}, {}))).toEqual(['if', 'then', 'else'])
  })
})
