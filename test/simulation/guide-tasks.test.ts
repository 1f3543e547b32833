import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { answerOf } from '../../src/simulation/accept.ts'
import { GUIDE_TASKS } from '../../src/simulation/guide-tasks.ts'
import {
  createdAt,
  fileAt,
  isExtensible,
  isForgotten,
  newestFirst,
  settlesAt,
  startedAt,
  stepAt,
  type Task,
} from '../../src/simulation/task.ts'
import { START } from './fake-timebase.ts'

const guide = (name: string) =>
  readFileSync(new URL(`../../fixtures/upstream/guide-a-${name}`, import.meta.url), 'utf8')

/** The first JSON in the text that follows `before`. */
function jsonIn(text: string, before: string): Record<string, unknown> {
  const from = text.indexOf('{', text.indexOf(before))
  return JSON.parse(text.slice(from, text.indexOf('\n}', from) + 2))
}

const [made, calledBack, extension] = GUIDE_TASKS as readonly [Task, Task, Task]
const asked = jsonIn(guide('text2video.sh'), '-d')

describe('the guides’ own tasks', () => {
  it.each([
    ['text2video', made, 'text2video-response.json'],
    ['the callback', calledBack, 'callback-body.json'],
    ['extend', extension, 'extend-response.json'],
  ])('answer what the guide shows: %s', (_name, task, answer) => {
    const { status, body } = answerOf(task, stepAt(task, START), 'https://cdn.klingai.com')
    expect([status, body]).toEqual([200, JSON.parse(guide(answer))])
  })

  it.each<[string, Task, Record<string, unknown>]>([
    ['text2video', made, asked],
    // Of the callback's request the guide has only this in words.
    [
      'the callback',
      calledBack,
      { ...asked, callback_url: 'https://webhook.site/624b2c78-6dbd-4618-9d2b-b32eade6d8c3' },
    ],
    ['extend', extension, jsonIn(guide('extend.py'), 'payload')],
  ])('were asked for what the guide asks for: %s', (_name, task, request) => {
    expect(task.request).toEqual(request)
    expect(task).toMatchObject({ action: request['action'], model: request['model'], mode: 'std' })
  })

  it('are files of the guide’s: the job is in the name', () => {
    expect(GUIDE_TASKS.map(({ video }) => video.jobId)).toEqual([
      'Cjil4mfBfs0AAAAAAKbMQQ',
      'CjJzzGfBfqcAAAAAAKdVMQ',
      'Cjil4mfBfs0AAAAAAKhr6A',
    ])
  })

  it('were accepted one after another, ten minutes apart, and took a minute and a half', () => {
    expect(GUIDE_TASKS.map(task => new Date(createdAt(task)).toISOString())).toEqual([
      '2025-03-02T10:00:00.000Z',
      '2025-03-02T10:10:00.000Z',
      '2025-03-02T10:20:00.000Z',
    ])
    expect(GUIDE_TASKS.map(task => (settlesAt(task) ?? 0) - createdAt(task))).toEqual([90_000, 90_000, 90_000])
    expect(GUIDE_TASKS.toSorted(newestFirst)).toEqual(GUIDE_TASKS.toReversed())
  })

  it('are nobody’s, cost nothing, owe nobody a callback and are there for ever', () => {
    for (const task of GUIDE_TASKS) {
      expect(task).toMatchObject({
        namespace: '',
        ordinal: 0,
        revision: '2026-03',
        type: 'videos',
        outcome: 'succeed',
        deliveries: [],
        credits: 0,
        isPermanent: true,
      })
      expect(task.traceId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    }
    expect(new Set(GUIDE_TASKS.map(({ traceId }) => traceId)).size).toBe(3)
  })

  it('have silent pictures of 1280 × 720, at 30 a second', () => {
    for (const { video } of GUIDE_TASKS) {
      expect(video.format).toMatchObject({ width: 1280, height: 720, fps: 30, audio: false })
    }
  })

  it('are finished whatever the clock shows, also before their dates', () => {
    for (const task of GUIDE_TASKS) {
      for (const instant of [0, Date.UTC(2020, 0, 1), createdAt(task) - 1, START]) {
        expect(stepAt(task, instant).state).toBe('succeed')
        expect(fileAt(task, instant)).toBe('there')
        expect(isForgotten(task, instant)).toBe(false)
        expect(isExtensible(task, instant)).toBe(true)
        expect(startedAt(task, instant)).toBe(createdAt(task) + 60)
      }
    }
  })

  it('end with a video that extends another one of them', () => {
    expect(GUIDE_TASKS.map(({ video }) => video.sourceId)).toEqual([undefined, undefined, GUIDE_TASKS[1]?.video.id])
  })
})
