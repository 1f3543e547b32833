import { NO_ID_MESSAGE } from '../../contract/errors.ts'
import { CHOSEN, type Evidence } from '../../contract/evidence.ts'
import type { Revision } from '../../contract/revisions.ts'
import type { Case, Look, Production, Query } from '../case.ts'
import { acceptedCase, answered, sourceVideo, tried } from '../making.ts'

interface Promised extends Evidence {
  readonly look: Look
  readonly via: Production['via']
  readonly promise: string
}

/** What the answers to a create look like, whatever was asked for. One video each way of answering is enough. */
const PROMISES: readonly Promised[] = [
  {
    via: 'answer',
    look: 'answer',
    promise: 'A create without callback_url is held, and answered with the finished video.',
    source: 'guide A, Basic Usage',
    grade: 'guide',
  },
  {
    via: 'polls',
    look: 'answer',
    promise: 'A create with async is answered at once, with task_id alone.',
    source: 'gateway §1.3',
    grade: 'vendor',
  },
  {
    via: 'polls',
    look: 'record',
    promise: '/kling/tasks shows a finished task whole: its request as sent, its times, its result.',
    source: 'gateway §5',
    grade: 'vendor',
  },
  {
    via: 'polls',
    look: 'file',
    promise: 'video_url leads to an MP4 that lasts as long as the result says.',
    source: 'guide A, Basic Usage; media.md',
    grade: 'guide',
  },
  {
    via: 'polls',
    look: 'ranges',
    promise: 'video_url answers Range with that part of the file.',
    source: 'gateway §1.4',
    grade: 'inferred',
  },
  {
    via: 'callback',
    look: 'answer',
    promise: 'A create with callback_url is answered at once, with task_id alone.',
    source: 'guide A, Asynchronous Callback',
    grade: 'guide',
  },
  {
    via: 'callback',
    look: 'callback',
    promise: 'The finished video is posted to callback_url as JSON.',
    source: 'guide A, Asynchronous Callback',
    grade: 'guide',
  },
]

export function answerCases(revision: Revision): Case[] {
  const source = sourceVideo(revision)
  const base = acceptedCase(tried('videos', source.production.body, revision), source)
  return PROMISES.map(({ via, look, promise, source: read, grade }) => {
    const production = answered(source.production, via)
    if (base.check.kind !== 'made') throw new Error('a sound body makes a video')
    return {
      id: `answer/${via}/${look}`,
      promise,
      tags: ['answer', look, via, 'accepted'],
      source: read,
      grade,
      priceClass: 'paid',
      credits: production.credits,
      needs: via === 'callback' ? ['callback'] : [],
      check: { ...base.check, production, look },
    }
  })
}

const QUERIES: readonly (readonly [query: Query, promise: string, isAboutVideo: boolean])[] = [
  ['unknown id', 'A task that is not there is answered 200 with an empty object.', false],
  ['no ids', 'A batch of no ids is answered with no items.', false],
  ['batch', 'A batch holds the tasks that are there, and leaves out those that are not.', true],
]

/** Questions about tasks. */
export function queryCases(revision: Revision): Case[] {
  const { production } = sourceVideo(revision)
  const queries = QUERIES.map(
    ([query, promise, isAboutVideo]): Case => ({
      id: `tasks/${query.replace(' ', '-')}`,
      promise,
      tags: ['tasks'],
      source: 'gateway §5',
      grade: 'vendor',
      priceClass: isAboutVideo ? 'paid' : 'free',
      credits: isAboutVideo ? production.credits : 0,
      needs: [],
      check: { kind: 'query', query, ...(isAboutVideo && { production }) },
    }),
  )
  return [...queries, NO_ID]
}

const NO_ID: Case = {
  id: 'tasks/no-id',
  promise: 'A query without an id is refused.',
  tags: ['tasks'],
  source: 'gateway §5',
  grade: 'vendor',
  priceClass: 'free',
  credits: 0,
  needs: [],
  check: {
    kind: 'refused',
    sending: { path: '/kling/tasks', body: {} },
    expected: { status: 400, code: 'bad_request', saysSuccess: true, ours: { message: NO_ID_MESSAGE }, text: CHOSEN },
  },
}
