import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { REVISIONS, since } from '../../src/contract/revisions.ts'
import * as wire from '../../src/contract/wire.ts'

const upstream = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../fixtures/upstream/${name}`, import.meta.url), 'utf8'))

const ID = '030bb06d-98d4-4044-9042-0aa0822e8c8c'
const RESULT = upstream('guide-a-text2video-response.json')
const ERROR = upstream('guide-a-error.json')

/** What a field might hold by mistake. */
const STRAYS = { absent: undefined, null: null, object: {}, list: [], word: 'x', link: 'https://e.com/a', number: 0.5 }

/** Those of them that a field takes. */
type Taken = readonly (keyof typeof STRAYS)[]

const TEXT: Taken = ['word', 'link']
const LINK: Taken = ['link']
const NUMBER: Taken = ['number']
const NONE: Taken = []

const VIDEO_RESULT: Readonly<Record<string, Taken>> = {
  success: NONE,
  video_id: TEXT,
  video_url: LINK,
  duration: TEXT,
  state: NONE,
  task_id: NONE,
}

const RECORD = {
  _id: '67c3e1a0f2a4c9d3b8e7a615',
  id: ID,
  type: 'videos',
  created_at: 1740890000.123,
  started_at: 1740890000.183,
  finished_at: 1740890060.2,
  elapsed: 60.017,
  trace_id: ID,
  job_id: 'uw2yq1Zc0Zr7b4fXk5sT9A',
  api_id: ID,
  application_id: ID,
  user_id: ID,
  credential_id: ID,
  authorization_id: null,
  actor_user_id: null,
  request: { action: 'text2video' },
  response: RESULT,
}

const LATER = {
  data: [{ id: ID, model: 'kling-v1', state: 'succeed', video_url: 'https://e.com/a.mp4', duration: 5.1 }],
  usage: { duration: 5 },
  cost: { amount: 1.4, currency: 'credit' },
}

interface Shape {
  readonly name: string
  readonly schema: z.ZodObject
  readonly good: Readonly<Record<string, unknown>>
  readonly fields: Readonly<Record<string, Taken>>
  /** Where its fields were read. */
  readonly source: RegExp
}

const shapes = (): Shape[] => [
  {
    name: 'the answer to a create that is not held',
    schema: wire.TaskAccepted,
    good: upstream('guide-a-callback-answer.json'),
    fields: { task_id: NONE },
    source: /Source: guide A, Asynchronous Callback \(guide\)\.$/,
  },
  {
    name: 'a result',
    schema: wire.VideoResult,
    good: RESULT,
    fields: VIDEO_RESULT,
    source: /Source: guide A, Basic Usage; gateway §1\.4 \(guide\)\.$/,
  },
  {
    name: 'a result of October',
    schema: wire.videoResultIn('2026-10'),
    good: { ...RESULT, ...LATER },
    fields: { ...VIDEO_RESULT, data: ['absent', 'list'], usage: ['absent'], cost: ['absent'] },
    source: /Source: (?:guide A, Basic Usage; gateway §1\.4 \(guide\)|gateway §1\.4 \(vendor\))\.$/,
  },
  {
    name: 'a talking photo',
    schema: wire.TalkingPhotoResult,
    good: { ...RESULT, duration: 5.041, source_video_url: 'https://e.com/b.mp4' },
    fields: { ...VIDEO_RESULT, duration: NUMBER, source_video_url: LINK },
    source: /Source: (?:guide A, Basic Usage; gateway §1\.4 \(guide\)|gateway §7 \(vendor\))\.$/,
  },
  {
    name: 'an error',
    schema: wire.ErrorBody,
    good: ERROR,
    fields: { success: NONE, error: NONE, trace_id: NONE, task_id: ['absent'] },
    source: /(?:Source: (?:guide A, Error Response Example \(guide\)|gateway §4\.2 \(vendor\))|^What went wrong)\.$/,
  },
  {
    name: 'an error of the gateway',
    schema: wire.GatewayErrorBody,
    good: upstream('gateway-error.json'),
    fields: { error: NONE, trace_id: NONE },
    source: /(?:Source: guide A, Error Response Example \(guide\)|^What went wrong)\.$/,
  },
  {
    name: 'what went wrong',
    schema: wire.ErrorPart,
    good: ERROR.error,
    fields: { code: NONE, message: TEXT },
    source: /Source: guide A, Error Response Example \(guide\)\.$/,
  },
  {
    name: 'a snapshot',
    schema: wire.PendingSnapshot,
    good: { task_id: ID, state: 'processing' },
    fields: { task_id: NONE, state: NONE },
    source: /Source: gateway §5 \(vendor\)\.$/,
  },
  {
    name: 'an unknown task',
    schema: wire.UnknownTask,
    good: {},
    fields: {},
    source: /./,
  },
  ...[wire.TaskRecord, wire.taskRecordIn('2026-10')].map(schema => ({
    name: 'a record',
    schema,
    good: RECORD,
    fields: {
      ...{ _id: TEXT, id: NONE, type: NONE, created_at: NUMBER },
      ...{ started_at: ['absent', 'number'], finished_at: ['absent', 'number'], elapsed: ['absent', 'number'] },
      ...{ trace_id: NONE, job_id: TEXT, api_id: NONE, application_id: NONE, user_id: NONE, credential_id: NONE },
      ...{ authorization_id: ['null'], actor_user_id: ['null'], request: ['object'] },
      response: ['absent', 'null', 'object'],
    } satisfies Record<string, Taken>,
    source: /Source: gateway §5(?:; value mockling)? \(vendor\)\.$/,
  })),
]

const takes = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success

describe('the shapes on the wire', () => {
  it('take what the guides and the vendor show', () => {
    for (const { name, schema, good } of shapes()) expect(schema.safeParse(good).error, name).toBeUndefined()
    expect(takes(wire.ErrorBody, upstream('gateway-worker-error.json'))).toBe(true)
    expect(takes(wire.VideoResult, upstream('guide-a-callback-body.json'))).toBe(true)
  })

  it('take of each field what it may hold, and nothing else', () => {
    for (const { name, schema, good, fields } of shapes()) {
      const taken = Object.keys(good).map(field => {
        const { [field]: _, ...others } = good
        const isTaken = (value: unknown) => takes(schema, value === undefined ? others : { ...good, [field]: value })
        return [field, Object.entries(STRAYS).flatMap(([stray, value]) => (isTaken(value) ? [stray] : []))]
      })
      const listed = Object.fromEntries(Object.entries(fields).filter(([field]) => field in good))
      expect(Object.fromEntries(taken), name).toEqual(listed)
    }
  })

  it('have those fields in that order, and no other', () => {
    for (const { name, schema, good, fields } of shapes()) {
      expect(Object.keys(schema.shape), name).toEqual(Object.keys(fields))
      expect(takes(schema, { ...good, more: 1 }), name).toBe(false)
    }
  })

  it('say of each field where it was read', () => {
    for (const { name, schema, source } of shapes()) {
      expect(schema.description, name).toMatch(/\S\.$/)
      for (const [field, part] of Object.entries(schema.shape))
        expect((part as z.ZodType).description, `${name}: ${field}`).toMatch(source)
    }
  })

  it.each([
    ['a success that is none', { success: false }],
    ['another state', { state: 'succeeded' }],
    ['an unfinished id', { task_id: ID.slice(1) }],
    ['a video without its URL', { data: [{ ...LATER.data[0], video_url: undefined }] }],
    ['a video with text for its duration', { data: [{ ...LATER.data[0], duration: '5.1' }] }],
    ['a video in another state', { data: [{ ...LATER.data[0], state: 'done' }] }],
    ['a video of a made-up id', { data: [{ ...LATER.data[0], id: '1' }] }],
    ['a video of no model', { data: [{ ...LATER.data[0], model: 1 }] }],
    ['a video with more', { data: [{ ...LATER.data[0], more: 1 }] }],
    ['no seconds billed', { usage: { duration: 0 } }],
    ['billing with more', { usage: { duration: 5, more: 1 } }],
    ['a price in words', { cost: { ...LATER.cost, amount: '1.4' } }],
    ['a price in dollars', { cost: { ...LATER.cost, currency: 'dollar' } }],
    ['a price with more', { cost: { ...LATER.cost, more: 1 } }],
  ])('do not take a result of October with %s', (_, fields) => {
    expect(takes(wire.videoResultIn('2026-10'), { ...RESULT, ...LATER, ...fields })).toBe(false)
  })

  it('say of the later parts of a result, too, where they were read', () => {
    const { data, usage, cost } = wire.videoResultIn('2026-10').shape as unknown as {
      readonly data: z.ZodOptional<z.ZodArray<z.ZodObject>>
      readonly usage: z.ZodOptional<z.ZodObject>
      readonly cost: z.ZodOptional<z.ZodObject>
    }
    for (const part of [data.unwrap().element, usage.unwrap(), cost.unwrap()])
      for (const field of Object.values(part.shape))
        expect(field.description).toMatch(/ Source: gateway §1\.4 \(vendor\)\.$/)
  })
})

describe('the result of a revision', () => {
  it('has later parts from October on', () => {
    for (const revision of REVISIONS) {
      const added = Object.keys(wire.videoResultIn(revision).shape).slice(6)
      expect(added).toEqual(revision === '2026-10' ? ['data', 'usage', 'cost'] : [])
    }
  })

  it('is one schema, however often it is asked for', () => {
    expect(wire.videoResultIn('2026-10')).toBe(wire.videoResultIn('2026-10'))
    expect(wire.videoResultIn('2026-10')).not.toBe(wire.videoResultIn('2026-08'))
    expect(wire.videoResultIn('2026-03')).toBe(wire.VideoResult)
    expect(wire.videoResultIn('2026-10').description).toBe(wire.VideoResult.description)
  })
})

describe('the record of a revision', () => {
  const photo = { ...RESULT, duration: 5.041, source_video_url: 'https://e.com/b.mp4' }

  it.each(REVISIONS)('is of a type and a result that %s has', revision => {
    const record = wire.taskRecordIn(revision)
    const isLater = since('2026-08').includes(revision)
    for (const type of ['lip-sync', 'talking-photo']) expect(takes(record, { ...RECORD, type })).toBe(isLater)
    expect(takes(record, { ...RECORD, type: 'motion' })).toBe(true)
    expect(takes(record, { ...RECORD, response: photo })).toBe(isLater)
    expect(takes(record, { ...RECORD, response: { ...RESULT, ...LATER } })).toBe(revision === '2026-10')
  })

  it('holds any of the shapes that a pending or failed task may show', () => {
    const snapshot = { task_id: ID, state: 'processing' }
    for (const response of [null, {}, snapshot, ERROR, { ...ERROR, task_id: ID }])
      expect(takes(wire.TaskRecord, { ...RECORD, response })).toBe(true)
    for (const response of [snapshot.state, { ...snapshot, state: 'succeed' }, { ...ERROR, success: true }, { id: ID }])
      expect(takes(wire.TaskRecord, { ...RECORD, response })).toBe(false)
    expect(wire.PENDING_RESPONSES).toEqual(['absent', 'null', 'empty', 'snapshot'])
  })

  it('holds the ids of whoever asked, or null', () => {
    expect(takes(wire.TaskRecord, { ...RECORD, authorization_id: ID, actor_user_id: ID })).toBe(true)
    expect(takes(wire.TaskRecord, { ...RECORD, request: { anything: [1] } })).toBe(true)
  })
})
