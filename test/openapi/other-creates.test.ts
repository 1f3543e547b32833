import type { SchemaObject } from 'openapi3-ts/oas31'
import { describe, expect, it } from 'vitest'
import { LIP_SYNC_FIELDS, RECORDED, SPOKEN } from '../../src/contract/creates/lip-sync.ts'
import { motionFields } from '../../src/contract/creates/motion.ts'
import { TALKING_PHOTO_FIELDS } from '../../src/contract/creates/talking-photo.ts'
import { examineFor } from '../../src/contract/creates.ts'
import { ENDPOINTS, type TaskType } from '../../src/contract/endpoints.ts'
import { REVISIONS, type Revision } from '../../src/contract/revisions.ts'
import { openApiDocument } from '../../src/openapi/document.ts'
import { SOUND_BODIES } from '../support/endpoints.ts'
import { checksOf } from './reading.ts'

type Body = Readonly<Record<string, unknown>>
type Other = Exclude<TaskType, 'videos'>

const BODIES = { motion: 'CreateMotion', 'lip-sync': 'CreateLipSync', 'talking-photo': 'CreateTalkingPhoto' } as const

const URL_OF = (name: string) => `https://example.com/${name}`
const LONG = '🎬'.repeat(2501)

const recorded = { mode: 'audio2video', video_url: URL_OF('face.mp4'), audio_url: URL_OF('voice.mp3') }

/** Bodies by what makes them good, and the fields of a sound one by what then makes it bad. */
const CASES: Readonly<Record<Other, { good: Record<string, Body>; bad: Record<string, Body> }>> = {
  motion: {
    good: {
      'the least': {},
      'the other words': { mode: 'pro', character_orientation: 'video', keep_original_sound: 'no' },
      'the longest prompt': { prompt: '🎬'.repeat(2500) },
      'an unknown field': { seed: 7 },
      'a watermark': { model_name: 'kling-v2-6', watermark_info: { enabled: true } },
    },
    bad: {
      'no image': { image_url: undefined },
      'no video': { video_url: undefined },
      'no mode': { mode: undefined },
      'no orientation': { character_orientation: undefined },
      '4k': { mode: '4k' },
      'an unknown orientation': { character_orientation: 'up' },
      'half a sound': { keep_original_sound: 'half' },
      'a bare word as URL': { video_url: 'nowhere' },
      'a prompt too long': { prompt: LONG },
      'a number for a prompt': { prompt: 5 },
    },
  },
  'lip-sync': {
    good: {
      'the least': {},
      'a video made before': { video_url: undefined, video_id: '862340091477434368' },
      'a voice': { voice_language: 'en', voice_speed: 0.8 },
      'the longest text': { text: '🎬'.repeat(120) },
      'a recording': { ...recorded, text: undefined, voice_id: undefined },
      'a file': { ...recorded, text: undefined, voice_id: undefined, audio_type: 'file', audio_file: 'SUQzBA==' },
    },
    bad: {
      'no mode': { mode: undefined },
      'an unknown mode': { mode: 'song' },
      'no text': { text: undefined },
      'no voice': { voice_id: undefined },
      'a text too long': { text: '🎬'.repeat(121) },
      'an unknown language': { voice_language: 'fr' },
      haste: { voice_speed: 2.1 },
      'speed in words': { voice_speed: 'fast' },
      'an unknown kind of recording': { ...recorded, audio_type: 'tape' },
    },
  },
  'talking-photo': {
    good: {
      'the least': {},
      'all words': { model: 'kling-v1', mode: 'std', duration: 10, prompt: 'a face' },
      'a bound': { async: true, timeout: 3600, callback_url: 'http://127.0.0.1:9/hook' },
    },
    bad: {
      'no image': { image_url: undefined },
      'no recording': { audio_url: undefined },
      'an unknown model': { model: 'kling-v3' },
      '4k': { mode: '4k' },
      'a length nobody offers': { duration: 7 },
      'a length in words': { duration: '5' },
      'a bound too long': { timeout: 3601 },
      'a word for a flag': { async: 'yes' },
    },
  },
}

const OTHERS = Object.keys(BODIES) as Other[]

const places = REVISIONS.flatMap(revision =>
  OTHERS.filter(type => ENDPOINTS[type].revisions.includes(revision)).map(type => ({ revision, type })),
)

it('are in the documents of the revisions that have them', () => {
  for (const revision of REVISIONS) {
    const shown = Object.keys(openApiDocument(revision).paths ?? {})
    const there = places.filter(place => place.revision === revision).map(({ type }) => ENDPOINTS[type].path)
    expect(shown).toEqual(['/kling/videos', ...there, '/kling/tasks'])
  }
})

describe.each(places)('$type in the document of revision $revision', ({ revision, type }) => {
  const document = openApiDocument(revision)
  const schemas = document.components?.schemas as Record<string, SchemaObject>
  const refused = checksOf(document)('components', 'schemas', BODIES[type])
  const objections = (body: Body) => examineFor(type, body, revision, 'documented').objections
  const bodyWith = (fields: Body): Body => {
    const base = fields['mode'] === 'audio2video' ? {} : SOUND_BODIES[ENDPOINTS[type].path]
    return JSON.parse(JSON.stringify({ ...base, ...fields }))
  }
  const { good, bad } = CASES[type]

  it.each(Object.entries(good))('takes %s as the rules do', (_, fields) => {
    if (Object.keys(fields).includes('model_name') && !motionFields(revision).has('model_name')) return
    expect(objections(bodyWith(fields))).toEqual([])
    expect(refused(bodyWith(fields))).toBeUndefined()
  })

  it.each(Object.entries(bad))('refuses %s as the rules do', (_, fields) => {
    expect(objections(bodyWith(fields))).not.toEqual([])
    expect(refused(bodyWith(fields))).toBeDefined()
  })

  it('has the fields that the revision reads and uses', () => {
    for (const [name, fields] of Object.entries(fieldsOf(type, revision))) {
      expect(Object.keys(schemas[name]?.properties ?? {}).toSorted()).toEqual([...fields].toSorted())
    }
  })

  it('has the models and every rule', () => {
    const { model, model_name } = (schemas[BODIES[type]]?.properties ?? {}) as Record<string, SchemaObject>
    const named = (model ?? model_name)?.enum
    if (named) expect(named).toEqual(ENDPOINTS[type].models(revision))
    const { description } = document.paths?.[ENDPOINTS[type].path]?.post ?? {}
    for (const { rule } of Object.values(bad).flatMap(fields => objections(bodyWith(fields))))
      expect(description).toContain(`- ${rule}: `)
  })
})

function fieldsOf(type: Other, revision: Revision): Readonly<Record<string, Iterable<string>>> {
  if (type === 'motion') return { CreateMotion: motionFields(revision) }
  if (type === 'talking-photo') return { CreateTalkingPhoto: TALKING_PHOTO_FIELDS }
  const without = (unused: readonly string[]) => [...LIP_SYNC_FIELDS].filter(name => !unused.includes(name))
  return { LipSyncFromText: without(RECORDED), LipSyncFromAudio: without(SPOKEN) }
}
