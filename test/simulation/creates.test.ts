import { describe, expect, it } from 'vitest'
import { accept, answerOf, refusedTask, shownAt } from '../../src/simulation/accept.ts'
import { stepAt } from '../../src/simulation/task.ts'
import type { Draft } from '../../src/simulation/timeline.ts'
import { START } from './fake-timebase.ts'
import { accepted, task } from './sample.ts'

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** A task of an endpoint that puts sound to a clip. */
function spoken(type: 'talking-photo' | 'motion', traceId = 'a') {
  const sample = accepted({ revision: '2026-10', pace: 'instant', traceId })
  return accept({ ...sample, request: { ...sample.request, type } }).task
}

describe('a refused create', () => {
  const asked = accepted({ outcome: 'none', traceId: 'first' })
  const made = refusedTask(asked, 'bad_request', 'no')

  it('leaves a task that has failed from the start, owes nobody anything and costs nothing', () => {
    expect(made).toMatchObject({
      type: 'videos',
      namespace: asked.namespace,
      revision: '2026-05',
      traceId: 'first',
      request: asked.body,
      action: 'text2video',
      model: 'kling-v1',
      mode: 'std',
      outcome: 'none',
      ordinal: 0,
      deliveries: [],
      origin: undefined,
      credits: 0,
    })
    expect(made.steps).toEqual([
      { at: START, state: 'accepted' },
      { at: START, state: 'failed', code: 'bad_request', message: 'no' },
    ])
    expect(answerOf(made, stepAt(made, START), '')).toEqual({
      status: 400,
      body: {
        success: false,
        error: { code: 'bad_request', message: 'no' },
        task_id: made.id,
        trace_id: 'first',
      },
    })
  })

  it('has the form of a task and nobody’s video', () => {
    expect(made.id).toMatch(UUID_V4)
    const { jobId, ...video } = made.video
    expect(jobId).toMatch(/^[\w-]{22}$/)
    expect(video).toEqual({ id: '', path: '', format: { width: 1280, height: 720, fps: 30, frames: 0, audio: false } })
  })

  it('has an id that follows from seed and trace id', () => {
    const idOf = (change: object) => refusedTask({ ...asked, ...change }, 'bad_request', 'no').id
    expect(idOf({ now: START + 1 })).toBe(made.id)
    expect(new Set([made.id, idOf({ traceId: 'second' }), idOf({ seed: 2 })]).size).toBe(3)
  })
})

describe('a clip before sound was put to it', () => {
  it('has a path of its own in task and result, of the endpoint that has one', () => {
    const made = spoken('talking-photo')
    expect(made.video.sourcePath).toBe(`/kling/${made.id}-source.mp4`)
    expect(answerOf(made, stepAt(made, START), 'http://other').body).toMatchObject({
      source_video_url: `http://127.0.0.1:4180/kling/${made.id}-source.mp4`,
    })
    const silent = spoken('motion')
    expect(silent.video.sourcePath).toBeUndefined()
    expect(answerOf(silent, stepAt(silent, START), '').body).not.toHaveProperty('source_video_url')
  })

  it('is shown as another video, silent, under its path alone', () => {
    const made = spoken('talking-photo')
    const loud = { ...made, video: { ...made.video, format: { ...made.video.format, audio: true } } }
    expect(shownAt(loud, loud.video.path)).toBe(loud)
    const { sourcePath = '', ...video } = loud.video
    expect(shownAt(loud, sourcePath)).toEqual({
      ...loud,
      video: { ...video, id: `${video.id}-source`, path: sourcePath, format: { ...video.format, audio: false } },
    })
  })
})

describe('an accepted create', () => {
  it('says how long its caller waits, when it is over and what is to be told then', () => {
    const drafts: Draft[] = []
    const change = (draft: Draft) => {
      drafts.push(draft)
      return draft
    }
    accept(accepted({ change, pace: 2 }))
    accept(accepted({ change, pace: 2, body: { timeout: 7, callback_url: 'https://example.com/hook' } }))
    const steps = [
      { at: START, state: 'accepted' },
      { at: START + 60, state: 'processing' },
      { at: START + 2_000, state: 'succeed' },
    ]
    expect(drafts).toEqual([
      { steps, deliveries: [] },
      { steps, deliveries: [{ url: 'https://example.com/hook', at: START + 2_000 }], timeoutMs: 7_000 },
    ])
  })

  it('keeps what was chosen for it, and nothing of what was not', () => {
    const plain = accept(accepted())
    expect(plain.isEager).toBe(false)
    const { effects: none, visibleAt, isMetered } = plain.task
    expect([none, visibleAt, isMetered]).toEqual([undefined, undefined, undefined])
    const effects = [{ name: 'slow', options: {} }]
    const change = (draft: Draft): Draft => ({ ...draft, visibleAt: START + 5, isEager: true })
    const chosen = accept(accepted({ effects, change, isMetered: true }))
    expect(chosen.isEager).toBe(true)
    expect(chosen.task).toMatchObject({ effects, visibleAt: START + 5, isMetered: true })
  })

  it('is uploaded to the folder of its action', () => {
    const pathOf = (action: string) => {
      const sample = accepted()
      return accept({ ...sample, request: { ...sample.request, action } }).task.video.path
    }
    expect(
      ['text2video', 'image2video', 'extend', 'motion', 'other'].map(action => pathOf(action).split('/')[4]),
    ).toEqual(['text2video', 'image2video', 'extendVideo', 'motionControl', 'text2video'])
    expect(task().video.jobId).toMatch(/^[\w-]{22}$/)
  })
})
