import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { LARGEST_PAGE, MOST_IDS, PAGE, retrieveTaskBody, retrieveTasksBody } from '../../src/contract/bodies.ts'
import { examineFor } from '../../src/contract/creates.ts'
import type { TaskType } from '../../src/contract/endpoints.ts'
import { lipSyncBody, motionBody, talkingPhotoBody } from '../../src/contract/other-bodies.ts'
import type { Revision } from '../../src/contract/revisions.ts'
import { CASES, lips, motion, photo, recorded } from '../support/endpoint-cases.ts'
import { takes, written } from './written.ts'

type Body = Record<string, unknown>

describe('a body of another create', () => {
  const schemasOf = (type: TaskType, revision: Revision) => {
    if (type === 'motion') return [motionBody(revision)]
    if (type === 'talking-photo') return [talkingPhotoBody(revision)]
    return [lipSyncBody('text2video'), lipSyncBody('audio2video')]
  }
  const isTaken = (type: TaskType, body: Body, revision: Revision = '2026-10') =>
    schemasOf(type, revision).some(schema => takes(schema, body))
  const typeOf = (path: string) => path.slice('/kling/'.length) as TaskType

  it.each(CASES.filter(([, rule]) => rule !== 'R40'))(
    '%s is taken where no rule objects, %s',
    (path, rule, broken, _, sound) => {
      expect(isTaken(typeOf(path), sound)).toBe(true)
      // What fields may not hold together is said by the rules alone, and what is in a Base64 or blank text.
      const isOfOne = !['L2', 'L4', 'L10'].includes(rule) && broken['image_url'] !== ' '
      if (isOfOne) expect(isTaken(typeOf(path), broken)).toBe(false)
    },
  )

  it.each<[TaskType, Body, readonly unknown[]]>([
    ['motion', { ...motion, image_url: 1 }, []],
    ['motion', { ...motion, video_url: 'nowhere' }, []],
    ['motion', { ...motion, watermark_info: { enabled: 1 } }, []],
    ['motion', { ...motion, watermark_info: true }, []],
    ['motion', { ...motion, prompt: 5 }, []],
    ['motion', { ...motion, mode: 'PRO' }, []],
    ['lip-sync', { ...lips, video_url: 'nowhere' }, []],
    ['lip-sync', { ...lips, video_id: 5 }, []],
    ['lip-sync', { ...lips, text: 5 }, []],
    ['lip-sync', { ...lips, voice_id: 5 }, []],
    ['lip-sync', { ...lips, voice_speed: '1' }, []],
    ['lip-sync', { ...recorded, audio_url: 'nowhere' }, []],
    ['lip-sync', { ...recorded, audio_file: 5 }, []],
    ['talking-photo', { ...photo, image_url: 'nowhere' }, []],
    ['talking-photo', { ...photo, audio_url: 'nowhere' }, []],
    ['talking-photo', { ...photo, mode: '' }, []],
    ['talking-photo', { ...photo, duration: '5' }, []],
    ['talking-photo', { ...photo, prompt: 'x'.repeat(2501) }, []],
    ['talking-photo', { ...photo, timeout: 3601 }, []],
  ])('is refused by the schema as by the rules: %s %j', (type, body) => {
    expect(isTaken(type, body)).toBe(false)
    expect(examineFor(type, body, '2026-10', 'documented').objections).not.toEqual([])
  })

  it('has the fields of its mode or revision, and requires what is missed without', () => {
    const keys = (schema: z.ZodType) => Object.keys(written(schema).properties)
    const answering = ['callback_url', 'async', 'timeout']
    const spoken = ['text', 'voice_id', 'voice_language', 'voice_speed']
    const recording = ['audio_type', 'audio_url', 'audio_file']
    const either = ['mode', 'video_id', 'video_url']
    expect(keys(lipSyncBody('text2video'))).toEqual([...either, ...spoken, ...answering])
    expect(keys(lipSyncBody('audio2video'))).toEqual([...either, ...recording, ...answering])
    expect(keys(motionBody('2026-08'))).toEqual([...keys(motionBody('2026-05')), 'model_name', 'watermark_info'])
    const required = (schema: z.ZodType) => written(schema).required?.toSorted()
    expect(required(lipSyncBody('text2video'))).toEqual(['mode', 'text', 'voice_id'])
    expect(required(lipSyncBody('audio2video'))).toEqual(['mode'])
    expect(required(motionBody('2026-05'))).toEqual(['character_orientation', 'image_url', 'mode', 'video_url'])
    expect(required(talkingPhotoBody('2026-08'))).toEqual(['audio_url', 'image_url'])
  })

  it('has the vendor’s defaults', () => {
    const defaults = (schema: z.ZodType) =>
      Object.entries(written(schema).properties).flatMap(([name, { default: value }]) =>
        value === undefined || name === 'async' ? [] : [[name, value]],
      )
    expect(defaults(motionBody('2026-05'))).toEqual([['keep_original_sound', 'yes']])
    expect(defaults(motionBody('2026-10'))).toEqual([
      ['keep_original_sound', 'yes'],
      ['model_name', 'kling-v2-6'],
    ])
    expect(defaults(lipSyncBody('text2video'))).toEqual([
      ['voice_language', 'zh'],
      ['voice_speed', 1],
    ])
    expect(defaults(lipSyncBody('audio2video'))).toEqual([['audio_type', 'url']])
    expect(defaults(talkingPhotoBody('2026-10'))).toEqual([
      ['model', 'kling-v2-1-master'],
      ['duration', 5],
      ['mode', 'pro'],
    ])
    const { audio_file } = written(lipSyncBody('audio2video')).properties
    expect(audio_file).toMatchObject({ type: 'string', contentEncoding: 'base64' })
  })
})

describe('a body of /kling/tasks', () => {
  it.each<[boolean, Body]>([
    [true, { id: 'x' }],
    [true, { id: 'x', action: 'retrieve' }],
    [true, { id: 'x', action: 'generate' }],
    [false, {}],
    [false, { id: '' }],
    [false, { id: 5 }],
    [false, { id: 'x', action: 'retrieve_batch' }],
  ])('for one task: %s, %j', (good, body) => {
    expect(takes(retrieveTaskBody(), body)).toBe(good)
  })

  const batch = (fields: Body): Body => ({ action: 'retrieve_batch', ...fields })
  it.each<[boolean, Body]>([
    [true, batch({ ids: ['x'] })],
    [true, batch({ ids: Array(100).fill('x') })],
    [true, batch({ type: 'videos', limit: 1, offset: 0, created_at_min: 0, created_at_max: 0 })],
    [true, batch({ limit: 100, user_id: 'x', application_id: 'x' })],
    [false, { ids: ['x'] }],
    [false, { action: 'retrieve', ids: ['x'] }],
    [false, batch({ ids: Array(101).fill('x') })],
    [false, batch({ ids: [5] })],
    [false, batch({ ids: 'x' })],
    [false, batch({ type: 5 })],
    [false, batch({ limit: 0 })],
    [false, batch({ limit: 101 })],
    [false, batch({ limit: '5' })],
    [false, batch({ offset: -1 })],
    [false, batch({ created_at_min: -1 })],
    [false, batch({ created_at_max: -1 })],
    [false, batch({ created_at_min: '2026-06-01' })],
    [false, batch({ user_id: 5 })],
    [false, batch({ application_id: 5 })],
  ])('for several tasks: %s, %j', (good, body) => {
    expect(takes(retrieveTasksBody(), body)).toBe(good)
  })

  it('asks for something beside its action, a page of ten at a time', () => {
    const { minProperties, required, properties, description } = written(retrieveTasksBody())
    expect([minProperties, required]).toEqual([2, ['action']])
    expect(description).toMatch(/\.$/)
    expect([properties['limit']?.default, properties['offset']?.default]).toEqual([10, 0])
    expect([MOST_IDS, PAGE, LARGEST_PAGE]).toEqual([100, 10, 100])
    expect(written(retrieveTaskBody())).toMatchObject({
      required: ['id'],
      properties: { action: { default: 'retrieve' } },
    })
  })
})
