import type { ExampleObject, OperationObject, ParameterObject, SchemaObject } from 'openapi3-ts/oas31'
import { describe, expect, it } from 'vitest'
import { CAPABILITIES, modelsOf } from '../../src/contract/capabilities.ts'
import { examineFor } from '../../src/contract/creates.ts'
import { endpointsOf } from '../../src/contract/endpoints.ts'
import { ERROR_CODES, ERRORS, errorCodesOf } from '../../src/contract/errors.ts'
import { GRADES } from '../../src/contract/evidence.ts'
import { REVISION_FACTS, REVISIONS } from '../../src/contract/revisions.ts'
import { ACTIONS } from '../../src/contract/rules/values.ts'
import { rulesOf, validate } from '../../src/contract/rules.ts'
import { magicWordIn, outcomeLines, outcomeOf } from '../../src/faults/outcomes.ts'
import { openApiDocument } from '../../src/openapi/document.ts'
import type { DocumentedOutcome } from '../../src/openapi/outcomes.ts'
import { CREATE_VARIANTS } from '../../src/openapi/schemas.ts'
import { checksOf, examplesOf, mediaTypesIn, placesIn, resolved } from './reading.ts'

describe.each(REVISIONS)('the document of revision %s', revision => {
  const document = openApiDocument(revision)
  const places = [...placesIn(document)]
  const paths = endpointsOf(revision).map(({ path }) => path)
  const operationAt = (path: string) => document.paths?.[path]?.post as OperationObject
  const create = operationAt('/kling/videos')
  const schemas = document.components?.schemas as Record<string, SchemaObject>
  const propertiesOf = (name: string) => (schemas[name]?.properties ?? {}) as Record<string, SchemaObject>
  const variants = Object.entries(CREATE_VARIANTS).map(([action, name]) => ({ action, fields: propertiesOf(name) }))
  const checks = checksOf(document)
  const check = (name: string) => checks('components', 'schemas', name)

  it.each(paths)(
    'has one example for every error code of %s, under its status, beside a broken rule and our own',
    path => {
      const found = Object.entries(operationAt(path).responses ?? {}).flatMap(([status, response]) =>
        Object.entries(response.content['application/json'].examples ?? {})
          .filter(
            ([, example]) => !(example as { value: { success?: boolean } }).value.success && Number(status) >= 400,
          )
          .map(([name, example]) => {
            const { code, message } = (example as { value: { error: { code: string; message: string } } }).value.error
            return { name, code, message, status: Number(status) }
          }),
      )
      const wanted = errorCodesOf(revision).map(code => ({
        name: code,
        code,
        message: ERRORS[code].message,
        status: ERRORS[code].status,
      }))
      const rule = {
        name: 'broken_rule',
        code: 'bad_request',
        message: 'callback_url must be an HTTP URL',
        status: 400,
      }
      const ours = found.filter(({ status }) => status === 503)
      expect(ours.map(({ name }) => name)).toEqual(['shutdown', 'reset'])
      const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name)
      expect(found.toSorted(byName)).toEqual([...wanted, rule, ...ours].toSorted(byName))
      const code = resolved(document, '#/components/schemas/ErrorPart/properties/code')
      expect(code).toMatchObject({ enum: ERROR_CODES })
    },
  )

  it('has a form for each action, with the fields that mean something for it', () => {
    expect(variants.map(({ action }) => action)).toEqual([...ACTIONS])
    for (const { action, fields } of variants) {
      expect(fields['action']?.enum).toEqual([action])
      const ignored = REVISION_FACTS[revision].ignoredByAction[action] ?? []
      const used = [...REVISION_FACTS[revision].fields].filter(name => !ignored.includes(name))
      expect(Object.keys(fields).toSorted()).toEqual(used.toSorted())
    }
  })

  it('requires of each action what a body is refused without', () => {
    // Shots of their own words take the place of a prompt.
    const needsPrompt = !REVISION_FACTS[revision].fields.has('multi_prompt')
    expect(schemas['TextToVideo']?.required).toEqual(needsPrompt ? ['action', 'prompt'] : ['action'])
    expect(schemas['ImageToVideo']?.required).toContain('start_image_url')
    expect(schemas['ExtendVideo']?.required?.toSorted()).toEqual(['action', 'prompt', 'video_id'])
  })

  it('has an example of each feature that its fields ask for, and of each part that its results have', () => {
    const given = new Set(Object.values(examplesOf(create)).flatMap(({ value }) => Object.keys(value)))
    const features = ['camera_control', 'generate_audio', 'video_list', 'image_list', 'multi_prompt', 'voice_list']
    const read = features.filter(name => REVISION_FACTS[revision].fields.has(name))
    // The guides' own revisions have a reference video for one model, and no example of it.
    const shown = REVISION_FACTS[revision].fields.has('image_list') ? read : read.filter(name => name !== 'video_list')
    expect([...given]).toEqual(expect.arrayContaining(shown))
    const answers = Object.values(create.responses?.['200'].content['application/json'].examples) as ExampleObject[]
    const parts = new Set(answers.flatMap(({ value }) => Object.keys(value)))
    expect([...parts]).toEqual(expect.arrayContaining([...REVISION_FACTS[revision].resultParts]))
  })

  it('has the models and modes of the matrix', () => {
    const rows = CAPABILITIES.filter(row => row.revisions.includes(revision))
    for (const { action, fields } of variants) {
      const able = rows.filter(row => row.actions.includes(action)).map(row => row.model)
      expect(fields['model']?.enum).toEqual([...new Set(able)])
      expect(fields['mode']?.enum?.toSorted()).toEqual([...new Set(rows.flatMap(row => row.modes))].toSorted())
    }
  })

  it('has the durations of the matrix', () => {
    const offered = new Set(CAPABILITIES.filter(row => row.revisions.includes(revision)).flatMap(row => row.seconds))
    const isGood = checks('components', 'schemas', 'TextToVideo', 'properties', 'duration')
    const taken = Array.from({ length: 40 }, (_, seconds) => seconds / 2).filter(n => isGood(n) === undefined)
    expect(taken).toEqual([...offered].toSorted((a, b) => a - b))
  })

  it('shows each row of the matrix and each rule', () => {
    const rows = CAPABILITIES.filter(row => row.revisions.includes(revision))
    expect(create.description?.match(/^\| kling/gm)).toHaveLength(rows.length)
    for (const rule of rulesOf(revision, 'documented'))
      expect(create.description).toContain(`- ${rule.id}: ${rule.says}.`)
  })

  it('says what each field is, and where that was read', () => {
    const described = [...placesIn(schemas)].filter(({ at, value }) => at.at(-2) === 'properties' && !('$ref' in value))
    expect(described.length).toBeGreaterThan(70)
    const ends = new RegExp(`\\S\\. Source: \\S.+ \\((?:${GRADES.join('|')})\\)\\.$`)
    expect(
      described.filter(({ value }) => !ends.test(String(value['description']))).map(({ at }) => at.join('.')),
    ).toEqual([])
  })

  it('says what each form is', () => {
    expect(Object.entries(schemas).filter(([, { description }]) => !description?.endsWith('.'))).toEqual([])
  })

  it('names each default in words too', () => {
    const unsaid = places.filter(
      ({ value }) =>
        'default' in value &&
        'description' in value &&
        !String(value['description']).includes(`Default ${value['default']}.`),
    )
    expect(unsaid).toEqual([])
  })

  it('holds nothing of Zod’s own', () => {
    const leftovers = places.filter(
      ({ at, value }) =>
        '$schema' in value ||
        '$id' in value ||
        Math.abs(Number(value['minimum'] ?? 0)) > 1e15 ||
        Number(value['maximum'] ?? 0) > 1e15 ||
        at.includes('$defs'),
    )
    expect(leftovers).toEqual([])
    expect(JSON.parse(JSON.stringify(document))).toEqual(document)
  })

  it('lists every outcome and fault, and shows some that are there', () => {
    const listed = document['x-mockling-outcomes'] as DocumentedOutcome[]
    expect(listed.map(({ magic, ...line }) => line)).toEqual(outcomeLines())
    for (const { name, magic } of listed) {
      expect(Object.keys(magic), name).not.toEqual([])
      for (const { header, prompt } of Object.values(magic)) {
        expect(outcomeOf(header, new Set()).text).toBe(header)
        expect(magicWordIn(`a mug ${prompt}`)).toBe(header)
      }
    }
    const [parameter] = create.parameters ?? []
    const examples = Object.values((parameter as ParameterObject).examples ?? {}) as ExampleObject[]
    expect(examples.length).toBeGreaterThan(2)
    for (const { value } of examples) expect(outcomeOf(value, new Set()).text).toBe(value)
  })

  it('is laid out as OpenAPI 3.1 asks', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d$/)
    expect(document.info).toMatchObject({ title: expect.any(String), version: revision })
    const fields = ['components', 'info', 'openapi', 'paths', 'security', 'servers', 'tags', 'x-mockling-outcomes']
    expect(Object.keys(document).toSorted()).toEqual(fields)
    const operations = places.filter(({ value }) => 'responses' in value).map(({ value }) => value as OperationObject)
    const named = operations.map(operation => operation.operationId)
    expect(new Set(named).size).toBe(2 * paths.length + 1)
    expect(named).toEqual(expect.arrayContaining(['createVideo', 'receiveResult', 'queryTasks']))
    for (const { value } of places.filter(({ at }) => at.at(-2) === 'links'))
      expect(operations.map(operation => operation.operationId)).toContain(value['operationId'])
    for (const { responses } of operations) {
      for (const [status, response] of Object.entries(responses ?? {})) {
        expect(status).toMatch(/^[1-5](?:\d\d|XX)$/)
        expect(response.description).toEqual(expect.any(String))
      }
    }
    for (const parameter of create.parameters ?? []) {
      expect(parameter).toMatchObject({ name: expect.any(String), in: 'header', schema: expect.anything() })
    }
    for (const { name, value } of places.flatMap(({ value }) => examplesIn(value))) {
      expect(Object.keys(value), name).toContain('value')
    }
  })

  it('refers to what there is, and keeps nothing that is not referred to', () => {
    const pointers = new Set(places.flatMap(({ value }) => (typeof value['$ref'] === 'string' ? [value['$ref']] : [])))
    for (const pointer of pointers) expect(resolved(document, pointer), pointer).toBeDefined()
    for (const { at, value } of places.filter(({ at }) => at.at(-1) === 'mapping')) {
      const variants = (resolved(document, `#/${at.slice(0, -2).join('/')}`) as SchemaObject).oneOf
      expect(variants?.map(variant => (variant as { $ref: string }).$ref)).toEqual(Object.values(value))
    }
    const kept = [schemas, document.components?.headers ?? {}].flatMap(Object.keys)
    expect([...pointers].map(pointer => pointer.split('/').at(-1)).toSorted()).toEqual(kept.toSorted())
  })

  it('asks for a bearer token', () => {
    expect(document.security).toEqual([{ bearer: [] }])
    expect(document.components?.securitySchemes?.['bearer']).toMatchObject({ type: 'http', scheme: 'bearer' })
  })

  it('names the real server first, and the caller’s own before it', () => {
    const urls = (url?: string) => openApiDocument(revision, url).servers?.map(server => server.url)
    expect(urls()).toEqual(['https://api.acedata.cloud', 'http://127.0.0.1:4180'])
    expect(urls('http://mockling:1')).toEqual(['http://mockling:1', 'https://api.acedata.cloud'])
  })

  it('has examples that its own schemas accept', () => {
    const shown = mediaTypesIn(document).flatMap(({ at, media }) =>
      Object.entries(media.examples ?? {}).map(([name, example]) => ({
        at,
        name,
        value: (example as { value: unknown }).value,
      })),
    )
    expect(shown.length).toBeGreaterThan(ERROR_CODES.length + 12)
    for (const { at, name, value } of shown) expect(checks(...at, 'schema')(value), name).toBeUndefined()
  })

  it.each(endpointsOf(revision))('has requests for $path that break no rule', ({ type, path }) => {
    for (const [name, example] of Object.entries(examplesOf(operationAt(path)))) {
      expect(examineFor(type, example.value, revision, 'upstream').objections, name).toEqual([])
    }
  })

  describe('and the rules', () => {
    const base = { action: 'text2video', prompt: 'a white mug' }
    const image = { action: 'image2video', start_image_url: 'https://example.com/start.png' }
    const o1 = { ...base, model: 'kling-video-o1' }
    const camera = { ...base, model: 'kling-v1' }
    const video = { video_url: 'https://example.com/reference.mp4' }

    const accepted: [string, Record<string, unknown>][] = [
      ['the least', base],
      ['4k', { ...base, model: 'kling-v3', mode: '4k' }],
      ['an unknown field', { ...base, seed: 7 }],
      ['no prompt for a frame', image],
      ['an end frame', { ...image, prompt: 'a white mug', end_image_url: 'http://example.com/end.png' }],
      ['a reference image', { ...base, model: 'kling-o1', image_list: [{ image_url: 'https://example.com/a.png' }] }],
      ['several shots', { ...base, model: 'kling-v3', multi_shot: true, shot_type: 'intelligence' }],
      ['each aspect ratio', { ...base, aspect_ratio: '1:1' }],
      ['the bounds of cfg_scale', { ...base, cfg_scale: 0 }],
      ['a numeric string', { ...base, cfg_scale: '0.5' }],
      ['a camera', { ...camera, camera_control: { type: 'simple', config: { zoom: -1 } } }],
      ['a camera in JSON', { ...camera, camera_control: '{"type":"down_back"}' }],
      ['the longest prompts', { ...base, prompt: '🎬'.repeat(2500), negative_prompt: '🎬'.repeat(200) }],
      ['sound', { ...base, model: 'kling-v2-6', mode: 'pro', generate_audio: true }],
      ['a numeric element', { ...o1, element_list: [{ element_id: 12 }, { element_id: '13' }] }],
      ['a reference video', { ...o1, video_list: [{ ...video, refer_type: 'feature', keep_original_sound: 'no' }] }],
      ['a bound', { ...base, async: true, timeout: 3600, callback_url: 'http://127.0.0.1:9/hook' }],
    ]
    const { takesStrings } = REVISION_FACTS[revision]
    // What the guides' revisions alone take.
    const isOld = ([name]: (typeof accepted)[number]) =>
      ['no prompt for a frame', 'a numeric string', 'a camera in JSON'].includes(name)
    const isRead = ([, body]: (typeof accepted)[number]) =>
      modelsOf(revision).includes(String(body['model'] ?? 'kling-v1')) &&
      Object.keys(body).every(name => REVISION_FACTS[revision].fields.has(name) || name === 'seed')

    it.each(accepted.filter(isRead).filter(one => takesStrings || !isOld(one)))('accept %s alike', (_, body) => {
      expect(validate(body, revision, 'documented')).toEqual([])
      expect(check('CreateVideo')(body)).toBeUndefined()
    })

    it.each<[string, Record<string, unknown>]>([
      ['no action', { action: undefined }],
      ['an unknown action', { action: 'text2image' }],
      ['an unknown model', { model: 'kling-v9' }],
      ['an unknown mode', { mode: 'ultra' }],
      ['a length nobody offers', { duration: 16 }],
      ['half a second', { duration: 5.5 }],
      ['a length in words', { duration: '5' }],
      ['an unknown ratio', { aspect_ratio: '4:3' }],
      ['too much cfg_scale', { cfg_scale: 1.01 }],
      ['too little cfg_scale', { cfg_scale: -0.1 }],
      ['too much cfg_scale as text', { cfg_scale: '1.5' }],
      ['cfg_scale in words', { cfg_scale: 'high' }],
      ['an unknown camera', { camera_control: { type: 'spin' } }],
      ['a camera without a type', { camera_control: { config: { zoom: 1 } } }],
      ['too much zoom', { camera_control: { type: 'simple', config: { zoom: 1.5 } } }],
      ['a prompt too long', { prompt: 'x'.repeat(2501) }],
      ['a negative prompt too long', { negative_prompt: 'x'.repeat(201) }],
      ['no elements', { element_list: [] }],
      ['an element without its id', { element_list: [{}] }],
      ['two reference videos', { video_list: [video, video] }],
      ['an unknown way to refer', { video_list: [{ ...video, refer_type: 'style' }] }],
      ['a bare word as URL', { callback_url: 'nowhere' }],
      ['a bound too long', { timeout: 3601 }],
      ['a bound in halves', { timeout: 1.5 }],
      ['a word for a flag', { async: 'yes' }],
    ])('refuse %s alike', (_, fields) => {
      const body = JSON.parse(JSON.stringify({ ...base, ...fields }))
      expect(validate(body, revision, 'documented')).not.toEqual([])
      expect(check('CreateVideo')(body)).toBeDefined()
    })
  })
})

/** The Example Objects under `value.examples`. */
function examplesIn(value: Readonly<Record<string, unknown>>): { name: string; value: object }[] {
  if (typeof value['examples'] !== 'object' || value['examples'] === null) return []
  return Object.entries(value['examples'] as Record<string, object>).map(([name, example]) => ({
    name,
    value: example,
  }))
}
