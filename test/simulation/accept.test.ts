import { describe, expect, it } from 'vitest'
import { ErrorBody, VideoResult, videoResultIn } from '../../src/contract/wire.ts'
import { answerOf } from '../../src/simulation/accept.ts'
import { stepAt, type Task } from '../../src/simulation/task.ts'
import { START } from './fake-timebase.ts'
import { ALICE, accepted, BOB, FAILED, type Sample, task } from './sample.ts'

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** What contract.md §3 says follows from seed, token and ordinal. */
function streamOf({ id, video, steps }: Task) {
  return { id, video: video.id, path: video.path, job: video.jobId, work: (steps.at(-1)?.at ?? 0) - steps[0].at }
}

describe('the form of ids and results', () => {
  const result = (sample: Sample) => {
    const made = task({ pace: 'instant', ...sample })
    return { made, body: answerOf(made, stepAt(made, START), '').body as Record<string, unknown> }
  }

  it('is that of the revision: UUID and upload, or 18 digits and the task', () => {
    for (const revision of ['2026-03', '2026-05'] as const) {
      const { video } = task({ revision })
      expect(video.id).toMatch(UUID_V4)
      expect(video.path).toMatch(/^\/bs2\/upload-kling-api\//)
    }
    for (const revision of ['2026-08', '2026-10'] as const) {
      const { id, video } = task({ revision })
      expect(video).toMatchObject({ id: expect.stringMatching(/^[1-9]\d{17}$/), path: `/kling/${id}.mp4` })
      expect(id).toBe(task().id)
    }
  })

  it('has guide A’s six fields, to which October adds', () => {
    const six = ['success', 'video_id', 'video_url', 'duration', 'state', 'task_id']
    for (const revision of ['2026-03', '2026-05', '2026-08'] as const)
      expect(Object.keys(result({ revision }).body)).toEqual(six)
    const { made, body } = result({ revision: '2026-10', credits: 5.081328 })
    expect(Object.keys(body)).toEqual([...six, 'data', 'cost'])
    expect(body).toMatchObject({ cost: { amount: 5.081328, currency: 'credit' }, duration: '5.1' })
    expect(body['data']).toEqual([
      { id: made.id, model: 'kling-v1', state: 'succeed', video_url: body['video_url'], duration: 5.1 },
    ])
    const metered = result({ revision: '2026-10', isMetered: true }).body
    expect(Object.keys(metered)).toEqual([...six, 'data', 'usage', 'cost'])
    expect(metered['usage']).toEqual({ duration: 5.1 })
    expect(videoResultIn('2026-10').safeParse({ ...metered }).error).toBeUndefined()
  })

  it('makes 10,000 different ids of 18 digits', { tags: 'thorough' }, () => {
    const ids = Array.from({ length: 10_000 }, (_, n) => task({ revision: '2026-08', ordinal: n + 1 }).video.id)
    expect(new Set(ids).size).toBe(10_000)
    expect(ids.every(id => /^[1-9]\d{17}$/.test(id))).toBe(true)
  })
})

describe('ids, path and timing', () => {
  it('follow from seed, namespace and ordinal, whatever else is asked for and whenever', () => {
    const one = streamOf(task({ pace: 'real' }))
    const other = task({
      pace: 'real',
      now: START + 12_345,
      traceId: '2f84d0a6-6c1e-4f7b-9a35-5d0c8e7b1a92',
      ending: FAILED,
      body: { prompt: 'something else', callback_url: 'http://127.0.0.1/hook' },
      origin: 'https://elsewhere.test',
    })
    expect(streamOf(other)).toEqual(one)
  })

  it('are the same on every machine and in every release', () => {
    // Written down once: a change here breaks everybody who committed ids that a seed gave.
    expect(streamOf(task({ pace: 'real' }))).toMatchInlineSnapshot(`
      {
        "id": "cf6f00cd-a35f-48cf-a70e-d24fb5d652cb",
        "job": "4zZfZcsucA2wX4G4wbQ6RQ",
        "path": "/bs2/upload-kling-api/1279387189/text2video/4zZfZcsucA2wX4G4wbQ6RQ-0_raw_video_1.mp4",
        "video": "31d21e38-6c66-4d6a-974c-1aa727aa360b",
        "work": 112644,
      }
    `)
  })

  it.each([
    ['seed', { seed: 2 }],
    ['namespace', { namespace: BOB }],
    ['ordinal', { ordinal: 2 }],
  ])('differ with the %s', (_name, change) => {
    const one = streamOf(task({ pace: 'real' }))
    const other = streamOf(task({ pace: 'real', ...change }))
    for (const key of ['id', 'video', 'path', 'job', 'work'] as const) expect(other[key]).not.toBe(one[key])
  })

  it('are distinct for 10,000 ordinals, of one namespace and of another', { tags: 'thorough' }, () => {
    const seen = { id: new Set(), video: new Set(), path: new Set(), job: new Set() }
    for (const namespace of [ALICE, BOB]) {
      for (let ordinal = 1; ordinal <= 10_000; ordinal++) {
        const { id, video } = task({ ordinal, namespace })
        seen.id.add(id)
        seen.video.add(video.id)
        seen.path.add(video.path)
        seen.job.add(video.jobId)
      }
    }
    expect(Object.values(seen).map(set => set.size)).toEqual([20_000, 20_000, 20_000, 20_000])
    expect(new Set([...seen.id, ...seen.video]).size).toBe(40_000)
  })

  it('are UUIDs of version 4 and a path of the upstream’s form', () => {
    for (let ordinal = 1; ordinal <= 1_000; ordinal++) {
      const { id, video } = task({ ordinal })
      expect(id).toMatch(UUID_V4)
      expect(video.id).toMatch(UUID_V4)
      expect(video.path).toMatch(
        /^\/bs2\/upload-kling-api\/[1-9]\d{9}\/text2video\/[A-Za-z0-9_-]{22}-0_raw_video_1\.mp4$/,
      )
      expect(video.path).toContain(`/${video.jobId}-0_raw_video_1.mp4`)
    }
  })

  it.each([
    ['text2video', 'text2video'],
    ['image2video', 'image2video'],
    ['extend', 'extendVideo'],
  ])('name the action in the path: %s', (action, folder) => {
    expect(task({ body: { action } }).video.path.split('/')[4]).toBe(folder)
  })
})

describe('an accepted task', () => {
  it('keeps what was sent and what was asked for', () => {
    const sample = accepted({ body: { model: 'kling-v2-6', mode: 'pro', duration: 10, unknown_field: 1 } })
    expect(task({ body: { model: 'kling-v2-6', mode: 'pro', duration: 10, unknown_field: 1 } })).toMatchObject({
      namespace: ALICE,
      ordinal: 1,
      revision: '2026-05',
      traceId: sample.traceId,
      request: { model: 'kling-v2-6', mode: 'pro', duration: 10, unknown_field: 1 },
      action: 'text2video',
      model: 'kling-v2-6',
      mode: 'pro',
      outcome: 'succeed',
      origin: 'http://127.0.0.1:4180',
      credits: 7,
      video: { format: { width: 1920, height: 1080, fps: 24, frames: 241, audio: false } },
    })
  })

  it('owes a callback at the instant it settles, if one was asked for', () => {
    const body = { callback_url: 'http://127.0.0.1:1/hook' }
    expect(task({ pace: 5, body }).deliveries).toEqual([{ url: body.callback_url, at: START + 5_000 }])
    expect(task({ pace: 5, body, ending: FAILED }).deliveries).toEqual([{ url: body.callback_url, at: START + 5_000 }])
    expect(task({ pace: 'instant', body }).deliveries).toEqual([{ url: body.callback_url, at: START }])
    expect(task({ pace: 5 }).deliveries).toEqual([])
  })

  it('remembers the video it extends', () => {
    expect(task({ body: { action: 'extend', video_id: 'abc' }, sourceId: 'abc' }).video.sourceId).toBe('abc')
    expect(task({ body: { video_id: 'abc' } }).video.sourceId).toBeUndefined()
  })
})

describe('answerOf', () => {
  const end = START + 2_000

  it('is the result, its fields in guide A’s order', () => {
    const settled = task({ body: { callback_url: 'http://127.0.0.1/hook' } })
    const { status, body } = answerOf(settled, stepAt(settled, end), 'http://unused.test')
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['success', 'video_id', 'video_url', 'duration', 'state', 'task_id'])
    expect(VideoResult.parse(body)).toEqual({
      success: true,
      video_id: settled.video.id,
      video_url: `http://127.0.0.1:4180${settled.video.path}`,
      duration: '5.1',
      state: 'succeed',
      task_id: settled.id,
    })
  })

  it('is the failure, with the create’s trace id and the task id last', () => {
    const failed = task({ ending: FAILED })
    const { status, body } = answerOf(failed, stepAt(failed, end), '')
    expect(status).toBe(500)
    expect(Object.keys(body)).toEqual(['success', 'error', 'trace_id', 'task_id'])
    expect(ErrorBody.parse(body)).toEqual({
      success: false,
      error: { code: 'api_error', message: 'fetch failed' },
      trace_id: failed.traceId,
      task_id: failed.id,
    })
  })

  it.each([
    ['timeout', 504],
    ['forbidden', 403],
    ['api_error', 500],
  ] as const)('carries the status of its code: %s', (code, status) => {
    const failed = task({ ending: { state: 'failed', code, message: 'm' } })
    expect(answerOf(failed, stepAt(failed, end), '').status).toBe(status)
  })

  it('takes the asker’s origin where the task has none', () => {
    const { origin: _, ...rest } = task()
    const settled: Task = { ...rest, origin: undefined }
    expect(answerOf(settled, stepAt(settled, end), 'https://asker.test').body).toMatchObject({
      video_url: `https://asker.test${settled.video.path}`,
    })
  })

  it('throws for a task that has not settled', () => {
    const pending = task()
    expect(() => answerOf(pending, stepAt(pending, end - 1), '')).toThrow(/processing/)
  })
})
