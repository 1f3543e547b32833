import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Entry } from '../../src/journal/journal.ts'
import { type ClockKind, mannersOf, THRESHOLDS, type Thresholds } from '../../src/journal/manners.ts'
import { pollsIn } from '../../src/journal/polls.ts'
import { START } from '../simulation/fake-timebase.ts'
import { BOB } from '../simulation/sample.ts'
import { accepted, poll, request } from './entries.ts'

type Seen = 'pending' | 'terminal'

/** Polls of the task `a` at these milliseconds; all but those after `endsAt` show it pending. */
function polls(times: readonly number[], endsAt = Number.POSITIVE_INFINITY): Entry[] {
  return times.map((ms, index) => poll(index + 1, START + ms, { a: ms < endsAt ? 'pending' : 'terminal' }))
}

function habits(entries: readonly Entry[], thresholds: Partial<Thresholds> = {}, clock: ClockKind = 'running') {
  return mannersOf(entries, thresholds, () => clock).findings.map(({ habit, seqs }) => [habit, seqs])
}

describe('polls', () => {
  it('are read with what their askers could see', () => {
    const answered = (responseBody: string, part = {}) => [
      request({ path: '/kling/tasks', status: 200, taskId: 'a', requestBody: '{"id":"a"}', responseBody, ...part }),
    ]
    const seen = (responseBody: string, part = {}) => pollsIn(answered(responseBody, part)).map(one => one.seen)
    expect(seen('{"id":"a"}')).toEqual(['pending'])
    expect(seen('{"id":"a","response":null}')).toEqual(['pending'])
    expect(seen('{"id":"a","response":{}}')).toEqual(['pending'])
    expect(seen('{"id":"a","response":{"task_id":"a","state":"processing"}}')).toEqual(['pending'])
    expect(seen('{"id":"a","response":{"state":"succeed","success":true}}')).toEqual(['terminal'])
    expect(seen('{"id":"a","response":{"success":false,"error":{}}}')).toEqual(['terminal'])
    expect(seen('{"id":"a","response":{"state":"done","success":true}}')).toEqual(['pending'])
    expect(seen('{}')).toEqual(['unknown'])
    expect(seen('<html>')).toEqual(['unknown'])
    expect(seen('{"id":"a"}', { status: 500 })).toEqual(['unknown'])
    expect(seen('{"id":"a"}', { hungUp: true })).toEqual(['unknown'])
    expect(seen('{"id":"a"}', { isCut: true })).toEqual(['unknown'])
  })

  it('are one for each task of a batch, and none of a list that names no ids', () => {
    const list = request({ path: '/kling/tasks', status: 200, requestBody: '{"action":"retrieve_batch","limit":5}' })
    const entries = [poll(1, START, { a: 'pending', b: 'terminal' }), list, accepted(3)]
    expect(pollsIn(entries).map(({ taskId, seen, isBatch }) => [taskId, seen, isBatch])).toEqual([
      ['a', 'pending', true],
      ['b', 'terminal', true],
    ])
  })
})

describe('polling', () => {
  it('with growing waits and an end is nothing to object to', () => {
    expect(habits(polls([0, 1000, 3000, 7000, 15_000, 31_000], 31_000))).toEqual([])
  })

  it('too fast is objected to, to the millisecond', () => {
    expect(habits(polls([0, 1000]))).toEqual([])
    expect(habits(polls([0, 999]))).toEqual([['too-fast', [1, 2]]])
    expect(habits(polls([0, 300, 5000, 9000, 9001]))).toEqual([['too-fast', [1, 2, 4, 5]]])
    expect(habits(polls([0, 999]), { leastGapMs: 500 })).toEqual([])
  })

  it('too fast is one of a pending task only', () => {
    expect(habits(polls([0, 10], 0))).toEqual([['after-terminal', [2]]])
    const lost = request({ seq: 1, path: '/kling/tasks', taskId: 'a', requestBody: '{"id":"a"}', hungUp: true })
    expect(habits([lost, poll(2, START + 10, { a: 'pending' })])).toEqual([])
    expect(habits([poll(1, START, { a: 'pending' }), poll(2, START + 10, { b: 'pending' })])).toEqual([])
  })

  it('after the end was shown is objected to, however slow', () => {
    expect(habits(polls([0, 2000, 9000, 90_000], 2000))).toEqual([['after-terminal', [3, 4]]])
  })

  it('at even gaps is objected to from the tenth poll', () => {
    const even = (count: number) => Array.from({ length: count }, (_, index) => index * 3000)
    expect(habits(polls(even(9)))).toEqual([])
    expect(habits(polls(even(10)))).toEqual([['no-backoff', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]])
    expect(habits(polls(even(5)), { evenPolls: 5 })).toHaveLength(1)
    expect(habits(polls(even(10).map((ms, index) => ms + (index % 2) * 140)))).toHaveLength(1)
    expect(habits(polls(even(10).map((ms, index) => ms + (index % 2) * 400)))).toEqual([])
    expect(habits(polls(even(10).map((ms, index) => ms + index ** 2 * 200)))).toEqual([])
  })

  it('at even gaps counts the longest stretch of a pending task', () => {
    const times = [0, 5000, ...Array.from({ length: 12 }, (_, index) => 6000 + index * 2000)]
    expect(habits(polls(times, 24_000))).toEqual(
      [
        ['no-backoff', [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
        ['after-terminal', [13, 14]],
      ].toReversed(),
    )
  })

  it('tasks one by one is objected to where a batch would do', () => {
    const each = (times: readonly number[], names: readonly string[]) =>
      times.map((ms, index) =>
        poll(index + 1, START + ms, { [names[index % names.length] as string]: 'pending' as Seen }),
      )
    const [a, ab, abc] = [['a'], ['a', 'b'], ['a', 'b', 'c']]
    expect(habits(each([0, 500, 1000], abc))).toEqual([['singles', [1, 2, 3]]])
    expect(habits(each([0, 500, 1001], abc))).toEqual([])
    expect(habits(each([0, 0, 2000, 2000], ab))).toEqual([])
    expect(habits(each([0, 0, 0, 5000, 5000, 5000, 9000], abc))).toEqual([['singles', [1, 2, 3, 4, 5, 6]]])
    expect(habits(each([0, 600, 1200, 1800], ['a', 'b', 'c', 'd']), { singlesWithinMs: 1200 })).toEqual([
      ['singles', [1, 2, 3, 4]],
    ])
    expect(habits(each([0, 500], ab), { singles: 2 })).toHaveLength(1)
    expect(habits(each([0, 5000], a), { singles: 0, evenPolls: 0 })).toEqual([['no-backoff', [1, 2]]])
    expect(habits([poll(1, START, { a: 'pending', b: 'pending', c: 'pending' })])).toEqual([])
  })

  it('is judged for each token on its own', () => {
    const both = [...polls([0]), ...polls([10]).map(entry => ({ ...entry, namespace: BOB }))]
    expect(habits(both)).toEqual([])
    expect(mannersOf(both).polls).toBe(2)
  })

  it('says what was seen, what to do, and that it is an opinion', () => {
    const [finding] = mannersOf(polls([0, 200, 250])).findings
    expect(finding).toEqual({
      habit: 'too-fast',
      namespace: expect.any(String),
      tasks: ['a'],
      seqs: [1, 2, 3],
      says: '2 polls of a pending task came sooner than 1000 ms after the one before, the soonest after 50 ms',
      advice: 'Wait a second at least between two looks at a task: videos take minutes.',
      source: 'mockling',
      grade: 'chosen',
    })
  })
})

describe('on a clock that leaps', () => {
  const even = polls(Array.from({ length: 20 }, (_, index) => index * 3000))

  it('gaps say nothing about backoff, and that is said', () => {
    expect(habits(even, {}, 'auto-skip')).toEqual([])
    expect(habits(even, {}, 'frozen')).toEqual([])
    expect(mannersOf(even, {}, () => 'auto-skip').notJudged).toEqual([
      'gaps on a frozen or auto-skip clock, which moves by leaps: whether there is backoff',
    ])
    expect(mannersOf(even).notJudged).toEqual([])
    expect(mannersOf([], {}, () => 'frozen').notJudged).toEqual([])
  })

  it('polls at one instant of a frozen one are not called fast, other fast ones are', () => {
    expect(habits(polls([0, 0]), {}, 'frozen')).toEqual([])
    expect(habits(polls([0, 0]), {}, 'auto-skip')).toEqual([['too-fast', [1, 2]]])
    expect(habits(polls([0, 1]), {}, 'frozen')).toEqual([['too-fast', [1, 2]]])
  })
})

it('objects to the same polls as a plain reading of the thresholds does', () => {
  const step = fc.record({ gap: fc.integer({ min: 0, max: 1500 }), task: fc.constantFrom('a', 'b', 'c', 'd') })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), steps => {
      let at = START
      const entries = steps.map(({ gap, task }, index) => {
        at += gap
        return poll(index + 1, at, { [task]: 'pending' })
      })
      const fast = new Set<number>()
      const burst = new Set<number>()
      for (const [index, { at: start, taskId, seq }] of entries.entries()) {
        const next = entries.slice(index + 1).find(other => other.taskId === taskId)
        if (next && next.at - start < THRESHOLDS.leastGapMs) fast.add(seq).add(next.seq)
        const window = entries.slice(index).filter(other => other.at - start <= THRESHOLDS.singlesWithinMs)
        if (new Set(window.map(other => other.taskId)).size >= THRESHOLDS.singles)
          for (const one of window) burst.add(one.seq)
      }
      const { findings } = mannersOf(entries)
      const seqsOf = (habit: string) => findings.filter(one => one.habit === habit).flatMap(({ seqs }) => seqs)
      const inOrder = (seqs: Iterable<number>) => [...seqs].toSorted((a, b) => a - b)
      expect(inOrder(new Set(seqsOf('too-fast')))).toEqual(inOrder(fast))
      expect(inOrder(seqsOf('singles'))).toEqual(inOrder(burst))
    }),
    { numRuns: 500 },
  )
})

it('judges ten thousand polls at one instant in no time', () => {
  const entries = Array.from({ length: 10_000 }, (_, index) =>
    poll(index + 1, START, { [`task-${index % 500}`]: 'pending' }),
  )
  const startedAt = performance.now()
  expect(mannersOf(entries).findings).toHaveLength(1001)
  expect(performance.now() - startedAt).toBeLessThan(5000)
})
