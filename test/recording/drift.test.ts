import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { openStage } from '../../src/cli/drift.ts'
import { differencesBetween, type Difference as Item } from '../../src/contract/differences.ts'
import { REVISIONS, type Revision } from '../../src/contract/revisions.ts'
import { readRecordings } from '../../src/recording/directory.ts'
import { type Drift, driftOf } from '../../src/recording/drifting.ts'
import type { Recording } from '../../src/recording/exchange.ts'
import { Names } from '../../src/recording/names.ts'
import { redacted } from '../../src/recording/redacting.ts'
import { createSimulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'
import { type Passing, type StandIn, startStandIn } from '../conformance/stand-in.ts'
import { post, recorded } from './recording.ts'
import { goThrough } from './requests.ts'

/** What a fake of a revision answers to all there is, as recordings. */
async function recordingsOf(revision: Revision): Promise<Recording[]> {
  await using simulator = await createSimulator({ revision, pace: 0.05 })
  await using receiver = await startReceiver()
  const probe = await recorded(simulator.url)
  await probe[Symbol.asyncDispose]()
  await using recorder = await recorded(simulator.url, {
    port: Number(new URL(probe.url).port),
    callbackUrl: probe.url,
  })
  await goThrough(
    recorder.url,
    name => receiver.url(name),
    () => receiver.arrived(1),
  )
  return recorder.recordings
}

let ofMay: Recording[]

beforeAll(async () => {
  ofMay = await recordingsOf('2026-05')
})

describe('mockling drift', () => {
  it('finds nothing where nothing has changed', async () => {
    const drift = await driftOf(ofMay, '2026-05', openStage)
    expect(drift.causes).toEqual([])
    expect(drift.leftOut).toEqual([])
    expect(drift.compared).toBe(ofMay.length)
    expect(drift.compared).toBeGreaterThan(60)
  })

  it.each(REVISIONS.filter(revision => revision !== '2026-05'))(
    'finds nothing in recordings of %s by that revision',
    async revision => {
      const { causes, nearest, leftOut } = await driftOf(await recordingsOf(revision), revision, openStage)
      expect(causes).toEqual([])
      expect(leftOut).toEqual([])
      expect(nearest).toBe(revision)
    },
  )
})

describe('recordings of 2026-05 by revision 2026-10', () => {
  let drift: Drift
  const listed = differencesBetween('2026-05', '2026-10')

  beforeAll(async () => {
    drift = await driftOf(ofMay, '2026-10', openStage)
  })

  it('are known for what they are', () => {
    expect(drift.nearest).toBe('2026-05')
  })

  it('differ in nothing that diff-revisions does not list', () => {
    const unlisted = drift.causes.filter(({ explainedBy }) => explainedBy.length === 0)
    expect(unlisted).toEqual([])
    const items = drift.causes.flatMap(({ explainedBy }) => explainedBy.map(({ item }) => item))
    for (const item of items) expect(listed.map(one => one.item)).toContain(item)
  })

  it('show every listed change that they touch', () => {
    const told = new Set(
      drift.causes.flatMap(({ explainedBy }) => explainedBy.map(({ area, item }) => `${area} ${item}`)),
    )
    const touched = listed.filter(item => isTouched(item, ofMay)).map(({ area, item }) => `${area} ${item}`)
    expect(touched.filter(item => !told.has(item))).toEqual([])
    expect([...told].filter(item => !touched.includes(item))).toEqual([])
    expect(touched.length).toBeGreaterThan(30)
  })
})

type Body = Record<string, unknown>

/** Whether a recording has what a change is about: by hand, without asking what the product makes of it. */
function isTouched({ area, item }: Item, recordings: readonly Recording[]): boolean {
  const creates = (path: string) =>
    recordings
      .filter(({ request }) => request.method === 'POST' && request.path === path)
      .map(({ request }) => Object(request.body) as Body)
  const some = (when: (body: Body) => boolean) => creates('/kling/videos').some(when)
  const answers = recordings.map(({ answer, kind, request }) =>
    JSON.stringify((kind === 'callback' ? request.body : answer?.body) ?? ''),
  )
  const names = (body: Body, model: string) =>
    (body['model'] ?? 'kling-v1') === model ||
    (model === 'kling-o1' && body['model'] === 'kling-video-o1') ||
    (model === 'kling-video-o1' && body['model'] === 'kling-o1')
  switch (area) {
    case 'endpoints':
      return creates(item.replace('POST ', '')).length > 0
    case 'fields': {
      const [path = '', field = ''] = item.split(' ')
      return creates(path).some(body => body[field] !== undefined)
    }
    case 'models':
      return some(body => names(body, item))
    case 'matrix': {
      const [, model = '', mode = '', column = ''] = /^(\S+) (\w+): (.+)$/.exec(item) ?? []
      return some(
        body => names(body, model) && (body['mode'] ?? 'std') === mode && (COLUMNS[column]?.(body, model) ?? false),
      )
    }
    case 'wire': {
      const touched = FACTS[item]
      if (!touched) throw new Error(`nobody has said what touches ${item}`)
      return touched({ some, answers, recordings })
    }
    default:
      return RULES.some(([rule, breaks]) => rule === item && some(breaks))
  }
}

const COLUMNS: Record<string, (body: Body, model: string) => boolean> = {
  actions: body => body['action'] === 'extend',
  duration: body => body['duration'] === 10,
  takes: (body, model) =>
    ['element_list', 'image_list', 'multi_shot', 'video_list', 'voice_list'].some(
      field => field in body && (model !== 'kling-o1' || field === 'image_list'),
    ),
  'negative_prompt, cfg_scale': body =>
    ('negative_prompt' in body || 'cfg_scale' in body) && body['action'] !== 'extend',
}

interface Seen {
  readonly some: (when: (body: Body) => boolean) => boolean
  readonly answers: readonly string[]
  readonly recordings: readonly Recording[]
}

const isRefusedByRule = ({ request, answer }: Recording) => {
  const error = Object(Object(answer?.body)['error'])
  return (
    request.path === '/kling/videos' &&
    typeof request.body === 'object' &&
    !Array.isArray(request.body) &&
    error['code'] === 'bad_request'
  )
}

const FACTS: Record<string, (seen: Seen) => boolean> = {
  'cfg_scale, camera_control': ({ some }) =>
    some(body => typeof body['cfg_scale'] === 'string' || typeof body['camera_control'] === 'string'),
  'camera_control with image2video': ({ some }) =>
    some(body => body['action'] === 'image2video' && 'camera_control' in body),
  'start_image_url with text2video': ({ some }) =>
    some(body => body['action'] === 'text2video' && 'start_image_url' in body),
  element_list: ({ some }) => some(body => 'element_list' in body),
  video_list: ({ some }) => some(body => 'video_list' in body),
  image_list: ({ some }) => some(body => 'image_list' in body),
  extend: ({ some }) =>
    some(body => body['action'] === 'extend' && ['kling-v1-5', 'kling-v2-5-turbo'].includes(String(body['model']))),
  references: ({ some }) => some(body => 'image_list' in body || 'video_list' in body),
  video_id: ({ answers }) => answers.some(text => text.includes('"video_id"')),
  video_url: ({ answers }) => answers.some(text => text.includes('"video_url"')),
  'results have also': ({ answers }) => answers.some(text => text.includes('"duration"')),
  'no token': ({ recordings }) =>
    recordings.some(({ request }) => request.authorization === 'none' && request.method === 'POST'),
  'errors of the gateway': ({ answers }) =>
    answers.some(text => /"code":"(?:invalid_token|used_up|no_api|api_not_implemented)"/.test(text)),
  'a create refused by a rule': ({ recordings }) => recordings.some(isRefusedByRule),
}

/** The rules that a body of `BODIES` breaks under one of the two revisions and not under the other. */
const RULES: readonly (readonly [item: string, breaks: (body: Body) => boolean])[] = [
  ['R3: image2video has a prompt', body => body['action'] === 'image2video' && body['prompt'] === undefined],
  ['R11: text2video takes no start_image_url', body => body['action'] === 'text2video' && 'start_image_url' in body],
  ['R15: kling-o1 makes 5 s', body => body['model'] === 'kling-o1' && body['duration'] === 10],
  [
    'R21: image2video takes no camera_control, whatever the model',
    body => body['action'] === 'image2video' && 'camera_control' in body,
  ],
  ['R26: element_list is for kling-video-o1', body => 'element_list' in body && body['model'] !== 'kling-video-o1'],
  ['R27: image_list is for kling-o1 and kling-v3-omni', body => 'image_list' in body && body['model'] === 'kling-v1'],
  [
    'R27: video_list is for kling-o1 and kling-v3-omni',
    body => 'video_list' in body && body['model'] === 'kling-video-o1',
  ],
  [
    'R31: kling-o1 takes no negative_prompt, nor does any model with image_list or video_list',
    body => body['model'] === 'kling-o1' && 'negative_prompt' in body,
  ],
  [
    'R36: element_list is for kling-v3, kling-v3-omni and kling-o1',
    body => 'element_list' in body && body['model'] === 'kling-video-o1',
  ],
  [
    'R39: kling-v3-turbo always makes sound: generate_audio is left out or true',
    body => body['model'] === 'kling-v3-turbo' && body['generate_audio'] === false,
  ],
]

describe('the guides’ own examples', () => {
  const fixtures = readRecordings('fixtures/recordings')
  const upstream = (file: string) => JSON.parse(readFileSync(`fixtures/upstream/${file}`, 'utf8'))

  it('are no drift, by the revisions that are made from the guides', async () => {
    for (const revision of ['2026-03', '2026-05'] as const) {
      const { causes, compared, leftOut } = await driftOf(fixtures, revision, openStage)
      expect({ revision, causes, leftOut, compared }).toEqual({ revision, causes: [], leftOut: [], compared: 7 })
    }
  })

  it('say where they were read', () => {
    for (const { source, name } of fixtures) expect(source, name).toMatch(/^guide A/)
  })

  it.each([
    ['0001', 'guide-a-text2video-response.json'],
    ['0002', 'guide-a-callback-answer.json'],
    ['0003', 'guide-a-callback-body.json'],
    ['0004', 'guide-a-extend-response.json'],
    ['0005', 'guide-a-error.json'],
  ])('are what the guide shows: %s is %s', (number, file) => {
    const found = fixtures.find(({ name }) => name.startsWith(number))
    const shown = found?.kind === 'callback' ? found.request.body : found?.answer?.body
    const redaction = { names: new Names(), words: new Set<string>(), exchange: 1, startedAt: 0 }
    const unnumbered = (body: unknown) => JSON.stringify(body).replaceAll(/-\d+(?= )/g, '')
    expect(unnumbered(shown)).toBe(unnumbered(redacted(upstream(file), 'upstream', redaction)))
  })
})

describe('what a stand-in does otherwise', () => {
  type Sabotage = [name: string, change: (passing: Passing) => Passing, found: readonly string[]]
  const body = ({ body: bytes }: Passing): Body => JSON.parse(bytes.toString() || '{}')
  const told = (passing: Passing, change: (body: Body) => unknown): Passing => ({
    ...passing,
    body: Buffer.from(JSON.stringify(change(body(passing)))),
  })
  const results = (passing: Passing, change: (body: Body) => unknown): Passing =>
    passing.path === '/kling/videos' && body(passing)['success'] === true ? told(passing, change) : passing
  const errors = (passing: Passing, change: (body: Body) => unknown): Passing =>
    passing.status >= 400 && passing.body.length > 0 ? told(passing, change) : passing

  it.each<Sabotage>([
    ['nothing', passing => passing, []],
    ['a field more', passing => results(passing, it => ({ ...it, queue: 3 })), ['body/queue: number → nothing']],
    ['a field less', passing => results(passing, ({ state: _, ...it }) => it), ['body/state: nothing → string']],
    [
      'a field of another type',
      passing => results(passing, it => ({ ...it, duration: Number(it['duration']) })),
      ['body/duration: number'],
    ],
    [
      'a field that is null',
      passing => results(passing, it => ({ ...it, video_url: null })),
      ['body/video_url: null → string'],
    ],
    [
      'an id of another form',
      passing => results(passing, it => ({ ...it, video_id: '123456789012345678' })),
      ['body/response/video_id: another than before → the same as before', 'body/video_id: 18 digits → uuid'],
    ],
    [
      'another state word',
      passing => results(passing, it => ({ ...it, state: 'succeeded' })),
      ['body/state: succeeded → succeed'],
    ],
    [
      'another status',
      passing => (passing.status === 401 ? { ...passing, status: 403 } : passing),
      ['status: 403 → 401'],
    ],
    [
      'another error code',
      passing => errors(passing, it => ({ ...it, error: { ...Object(it['error']), code: 'oops' } })),
      ['body/error/code: oops → bad_request', 'body/error/code: oops → invalid_token'],
    ],
    [
      'another text',
      passing => errors(passing, it => ({ ...it, error: { ...Object(it['error']), message: 'No.' } })),
      [
        'body/error/message: No. → The specified token is invalid or wrong.',
        'body/error/message: No. → model is invalid.',
      ],
    ],
    [
      'another content type',
      passing =>
        passing.path.endsWith('.mp4')
          ? { ...passing, headers: { ...passing.headers, 'content-type': 'application/octet-stream' } }
          : passing,
      ['headers/content-type: application/octet-stream → video/mp4'],
    ],
    [
      'ranges that are ignored',
      passing => (passing.status === 206 ? { ...passing, status: 200 } : passing),
      ['status: 200 → 206'],
    ],
    [
      'another task in the record',
      passing =>
        passing.path === '/kling/tasks'
          ? told(passing, it => ({ ...it, id: '11111111-1111-4111-8111-111111111111' }))
          : passing,
      ['body/id: another than before → the same as before'],
    ],
    [
      'a refusal less',
      passing =>
        passing.status === 400
          ? { ...told(passing, () => ({ task_id: '11111111-1111-4111-8111-111111111111' })), status: 200 }
          : passing,
      ['answer: 200 → 400 bad_request: model is invalid.'],
    ],
    [
      'a page of a proxy',
      passing =>
        passing.status === 400
          ? { ...passing, headers: { ...passing.headers, 'content-type': 'text/html' }, body: Buffer.from('<h1>') }
          : passing,
      ['body: no JSON → JSON', 'headers/content-type: text/html → application/json'],
    ],
  ])('is found, and nothing else: %s', async (_, change, found) => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const standIn: StandIn = await startStandIn(simulator.url, passing => {
      const isFile = passing.path.endsWith('.mp4')
      // So that files come from the stand-in as well.
      const own = () => Buffer.from(passing.body.toString().replaceAll(simulator.url, standIn.url))
      return change(isFile ? passing : { ...passing, body: own() })
    })
    await using recorder = await recorded(standIn.url)
    const create = (fields: object, token?: string) =>
      post(recorder.url, '/kling/videos', { action: 'text2video', prompt: 'a white mug', ...fields }, token)
    const { json: made } = await create({})
    await create({ model: 'kling-v9' })
    await create({}, 'any.mockling-invalid_token')
    await post(recorder.url, '/kling/tasks', { id: made.task_id })
    if (made.video_url) await fetch(made.video_url, { headers: { range: 'bytes=0-9' } }).then(it => it.arrayBuffer())
    await standIn.close()
    const { causes } = await driftOf(recorder.recordings, '2026-05', openStage)
    const lines = causes.map(({ at, recorded: before, played }) => `${at}: ${before} → ${played}`).toSorted()
    expect(lines).toHaveLength(found.length)
    for (const [at, line] of found.entries()) expect(lines[at]).toContain(line)
    expect(causes.flatMap(({ explainedBy }) => explainedBy)).toEqual([])
  })
})
