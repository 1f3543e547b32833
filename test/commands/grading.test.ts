import { describe, expect, it } from 'vitest'
import type { Attempt } from '../../src/callbacks/post.ts'
import { type Graded, grade, gradeOfSpeed } from '../../src/cli/grading.ts'
import { type Case, hostileSet } from '../../src/cli/hostile-set.ts'
import { gradesText, notesOf } from '../../src/cli/probe-text.ts'

const CASES = hostileSet({ taskOf: name => `id of ${name}`, origin: 'http://a.test', isSigned: true })

function caseOf(name: string): Case {
  const found = CASES.find(one => one.name === name)
  if (found === undefined) throw new Error(`there is no case ${name}`)
  return found
}

function answered(status: number, durationMs = 5, responseBody = ''): Attempt {
  const outcome = status >= 200 && status <= 299 ? 'delivered' : 'bad-status'
  return { outcome, status, durationMs, requestHeaders: {}, responseBody }
}

const CUT: Attempt = { outcome: 'connection-error', error: 'read ECONNRESET', durationMs: 3, requestHeaders: {} }
const LATE: Attempt = { outcome: 'timeout', error: 'no answer within 10000 ms', durationMs: 10_000, requestHeaders: {} }

describe('grading a receiver', () => {
  it.each([
    ['success', [answered(200)], 'pass'],
    ['success', [answered(204)], 'pass'],
    ['success', [answered(302)], 'fail'],
    ['success', [answered(404)], 'fail'],
    ['success', [answered(500)], 'fail'],
    ['success', [CUT], 'fail'],
    ['success', [LATE], 'fail'],
    ['twice', [answered(200), answered(409)], 'fail'],
    ['unknown-task', [answered(404)], 'pass'],
    ['unknown-task', [answered(200)], 'pass'],
    ['unknown-task', [answered(500)], 'fail'],
    ['malformed', [answered(400)], 'pass'],
    ['malformed', [answered(200)], 'warn'],
    ['malformed', [CUT], 'fail'],
    ['oversized', [answered(413)], 'pass'],
    ['oversized', [CUT], 'warn'],
    ['oversized', [LATE], 'fail'],
    ['wrong-signature', [answered(401)], 'pass'],
    ['wrong-signature', [answered(200)], 'fail'],
    ['no-signature', [answered(500)], 'fail'],
  ] as const)('of %s', (name, attempts, verdict) => {
    expect(grade(caseOf(name), attempts, undefined)).toMatchObject({ name, verdict })
  })

  it.each([
    [{ before: '0', first: '1', last: '1' }, 'pass', undefined],
    [{ before: '0', first: '1', last: '2' }, 'fail', 'the second one changed the state'],
    [{ before: '0', first: '0', last: '0' }, 'warn', 'the first one changed nothing'],
  ] as const)('tells an effect by the state %j', (states, verdict, text) => {
    const graded = grade(caseOf('twice'), [answered(200), answered(200)], states)
    expect(graded.verdict).toBe(verdict)
    if (text === undefined) expect(graded.because).toBeUndefined()
    else expect(graded.because).toContain(text)
  })

  it('shows the line in which the state changed', () => {
    const states = { before: 'mails 0', first: 'orders 1\nmails 1', last: 'orders 1\nmails 2' }
    expect(grade(caseOf('twice'), [answered(200)], states).because).toBe(
      'the second one changed the state\n  after the first:  mails 1\n  after the second: mails 2',
    )
  })

  it('quotes what a receiver says that broke, without what could write to a terminal', () => {
    const graded = grade(caseOf('null'), [answered(500, 5, 'TypeError\u001b[31m: x\n at y')], undefined)
    expect(graded.because).toBe('500: it broke on it: TypeError?[31m: x')
  })

  it('leaves our own slowness out of the time an answer took', () => {
    expect(grade(caseOf('slow'), [answered(200, 1512)], undefined).slowestMs).toBe(12)
  })

  it.each([
    [[20], 'pass', undefined],
    [[20, 1500], 'warn', 'answer first, work afterwards: success 1500 ms'],
  ] as const)('grades the speed of answers after %j ms', (lengths, verdict, because) => {
    const grades = lengths.map(ms => grade(caseOf('success'), [answered(200, ms)], undefined))
    expect(gradeOfSpeed(grades, 10_000)).toMatchObject({ verdict, because })
  })

  it('fails a receiver for speed that does not answer in time', () => {
    const speed = gradeOfSpeed([grade(caseOf('success'), [LATE], undefined)], 10_000)
    expect(speed).toMatchObject({ verdict: 'fail', because: 'no answer in time: success 10000 ms' })
  })
})

describe('the hostile set', () => {
  it('has a name of its own for each case', () => {
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length)
  })

  it('asks for signatures only of a receiver that checks them', () => {
    const unsigned = hostileSet({ taskOf: name => name, origin: 'http://a.test', isSigned: false })
    expect(CASES.filter(one => !unsigned.some(({ name }) => name === one.name)).map(({ group }) => group)).toEqual([
      'signature',
      'signature',
      'signature',
    ])
  })

  it('uses a made-up id nowhere but where it says so', () => {
    const ids = CASES.flatMap(({ shots }) => shots.map(({ body }) => (typeof body === 'string' ? body : body.text)))
      .filter(text => text.startsWith('{"success"') && text.endsWith('}'))
      .map(text => JSON.parse(text).task_id as string)
    expect(ids.every(id => id.startsWith('id of '))).toBe(true)
    expect(ids).toContain('id of unknown-task')
  })
})

describe('the table of grades', () => {
  it('groups cases, tells why, and says what could not be seen', () => {
    const grades: Graded[] = [
      {
        name: 'success',
        group: 'discipline',
        summary: 'It went well.',
        verdict: 'pass',
        because: undefined,
        answers: ['200'],
        slowestMs: 4,
      },
      {
        name: 'null',
        group: 'discipline',
        summary: 'It is null.',
        verdict: 'fail',
        because: '500: it broke on it',
        answers: ['500'],
        slowestMs: 12,
      },
    ]
    expect(gradesText('http://a.test/hook', grades, ['the rest.'])).toBe(
      [
        'http://a.test/hook',
        '',
        'discipline',
        '  ✓ success  200      4 ms  It went well.',
        '  ✗ null     500     12 ms  It is null.',
        '      500: it broke on it',
        '',
        '1 passed, 0 to look at, 1 failed',
        'Not seen: the rest.',
      ].join('\n'),
    )
  })

  it('has less to confess the more it was given', () => {
    expect(notesOf({ looked: false, signed: false })).toHaveLength(3)
    expect(notesOf({ looked: true, signed: true })).toHaveLength(1)
  })
})
