import { describe, expect, it } from 'vitest'
import type { Entry, RequestEntry } from '../../src/journal/entries.ts'
import { complaintOf, type Evidence, storyOf } from '../../src/testing/verify.ts'

const FOUR_O_FOUR = { status: 404, code: 'no_api', message: 'API does not exist, please make sure url is correct.' }

function request(seq: number, more: Partial<RequestEntry> = {}): RequestEntry {
  return {
    kind: 'request',
    seq,
    at: 1_000_000 + seq * 1500,
    namespace: 'n',
    traceId: 't',
    method: 'POST',
    path: '/kling/videos',
    rawHeaders: [],
    status: 200,
    ...more,
  }
}

function evidence(entries: readonly Entry[], more: Partial<Evidence> = {}): Evidence {
  return { url: 'http://a.test', token: 'mine', entries, verdicts: [], duplicates: [], tolerated: new Set(), ...more }
}

describe('the verdict over a test', () => {
  it('has nothing to say of a run in which nothing is wrong', () => {
    expect(complaintOf(evidence([request(1), request(2, { status: 429, code: 'too_many_requests' })]))).toBeUndefined()
  })

  it.each([
    ['an unknown path', { ...FOUR_O_FOUR, path: '/nothing' }, true],
    ['a body that breaks a rule', { status: 400, code: 'bad_request', objections: [objection()] }, true],
    [
      'one that breaks a rule though a fault had a hand in it',
      { code: 'bad_request', objections: [objection()], rules: ['fault-1'] },
      true,
    ],
    ['a refusal that was chosen', { status: 400, code: 'bad_request', outcome: 'refuse bad_request' }, false],
    ['a refusal by a fault', { ...FOUR_O_FOUR, rules: ['fault-1'] }, false],
    ['a spent balance', { status: 403, code: 'used_up' }, false],
    ['a task that failed', { status: 500, code: 'api_error' }, false],
  ])('takes %s for unexpected or not', (_, more, isUnexpected) => {
    const complaint = complaintOf(evidence([request(1, more)]))
    if (isUnexpected) expect(complaint).toContain('✗ unexpected: #1 POST /')
    else expect(complaint).toBeUndefined()
  })

  it('does not hold against a request what was expected of it', () => {
    const bad = request(3, { status: 400, code: 'bad_request', objections: [objection()] })
    const verdicts = [{ passed: true, matching: [3], text: '' }]
    expect(complaintOf(evidence([bad], { verdicts }))).toBeUndefined()
    expect(complaintOf(evidence([bad], { tolerated: new Set(['unexpected']) }))).toBeUndefined()
    expect(complaintOf(evidence([bad], { verdicts: [{ passed: false, matching: [3], text: '✗ no' }] }))).toContain(
      '2 things are',
    )
  })

  it('says what was expected, what was not, what was paid twice and all that happened', () => {
    const half = { at: 0, credits: 1.4, settlesAt: null, status: null }
    const entries: Entry[] = [
      request(1, { taskId: 'task-1', outcome: 'answer-dropped', rules: ['outcome-1'], hungUp: true }),
      request(2, {
        status: 400,
        code: 'bad_request',
        message: 'model is invalid.',
        objections: [objection()],
        requestBody: '{"model":"x"}',
      }),
      {
        kind: 'download',
        seq: 3,
        at: 1_010_000,
        namespace: 'n',
        method: 'GET',
        path: '/a.mp4',
        rawHeaders: [],
        range: 'bytes=0-9',
        status: 206,
        bytes: 10,
      },
      {
        kind: 'callback',
        seq: 4,
        at: 1_020_000,
        endedAt: 1_020_000,
        namespace: 'n',
        callbackId: 'task-1.1',
        taskId: 'task-1',
        attempt: 2,
        url: 'http://b.test/hook',
        requestHeaders: {},
        requestBody: '',
        outcome: 'connection-error',
        error: 'connect ECONNREFUSED\u001b[31m',
        durationMs: 1,
      },
    ]
    const complaint = complaintOf(
      evidence(entries, {
        verdicts: [{ passed: false, matching: [], text: '✗ expected at least 1 entry, found 0' }],
        duplicates: [
          {
            namespace: 'n',
            first: { seq: 1, taskId: 'task-1', ...half },
            second: { seq: 5, taskId: 'task-2', ...half },
            lost: 'hang-up',
            wasUnsettled: true,
            credits: 1.4,
            differing: {},
            why: 'the caller hung up; it was not settled',
          },
        ],
      }),
    )
    expect(complaint).toBe(`3 things are not as it should be

✗ expected at least 1 entry, found 0

✗ unexpected: #2 POST /kling/videos was answered 400 bad_request: model is invalid.
    model: model is invalid. (R3)
    sent  {"model":"x"}

✗ paid twice: #5 buys again what #1 bought, for 1.4 Credits more
    the caller hung up
    it was not settled
    tasks task-1 and task-2

What happened of the token mine, in virtual time:
  #1  +0.000 s  POST /kling/videos  the caller hung up  task task-1  outcome answer-dropped  by outcome-1
  #2  +1.500 s  POST /kling/videos  400  bad_request
  #3  +8.500 s  GET /a.mp4  bytes=0-9  206  10 bytes
  #4  +18.500 s  callback to http://b.test/hook  attempt 2  connect ECONNREFUSED?[31m  task task-1`)
  })

  it('tells no more than can be read', () => {
    const entries = Array.from({ length: 100 }, (_, index) => request(index + 1, { path: `/${'x'.repeat(1000)}` }))
    const story = storyOf({ url: 'http://a.test', token: undefined, entries })
    expect(story.split('\n')).toHaveLength(42)
    expect(story.split('\n').at(-1)).toBe('  … and 60 more')
    expect(Math.max(...story.split('\n').map(line => line.length))).toBeLessThan(310)
  })

  it('says that nothing came', () => {
    expect(storyOf({ url: 'http://a.test', token: 'mine', entries: [] })).toBe(
      'No request of the token mine has come to http://a.test.',
    )
  })
})

function objection() {
  const read = { source: 's', grade: 'guide' as const }
  return { rule: 'R3', field: 'model', message: 'model is invalid.', ...read, text: read, knownIn: undefined }
}
