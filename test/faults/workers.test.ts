import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Entry } from '../../src/journal/journal.ts'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { type Receiver, startReceiver } from '../callbacks/receiver.ts'
import { namespaceOf, SOUND, until } from '../support/requests.ts'

/** What a test worker does, one thing after another, with its own token. */
type Act =
  | { readonly do: 'create'; readonly outcome: string | undefined; readonly way: 'held' | 'async' | 'called' }
  | { readonly do: 'poll' }
  | { readonly do: 'download' }
  | { readonly do: 'rule' | 'fault'; readonly input: object }
  | { readonly do: 'advance'; readonly seconds: number }
  | { readonly do: 'reset' }

interface Result {
  readonly saw: readonly string[]
  readonly callbacks: readonly string[]
  readonly journal: readonly string[]
  readonly rules: readonly object[]
  readonly charged: number
}

/** Where a worker's callbacks go: the path names it, so that they can be told apart. */
function hookOf(receiver: Receiver, token: string): string {
  return receiver.url(`/${token}`)
}

async function work(simulator: Simulator, receiver: Receiver, token: string, acts: readonly Act[]): Promise<Result> {
  const saw: string[] = []
  let last: { id?: string; url?: string } = {}
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const ask = async (path: string, body: object | undefined, more: object = {}) => {
    try {
      const method = body === undefined ? 'GET' : 'POST'
      const init = { method, headers: { ...headers, ...more }, ...(body && { body: JSON.stringify(body) }) }
      const response = await fetch(simulator.url + path, init)
      const bytes = Buffer.from(await response.arrayBuffer())
      const text = response.headers.get('content-type') === 'video/mp4' ? `${bytes.length} bytes` : bytes.toString()
      saw.push(`${response.status} ${response.headers.get('x-mockling-outcome')} ${text}`)
      return text
    } catch (error) {
      saw.push(String(error))
      return ''
    }
  }
  for (const act of acts) {
    if (act.do === 'create') {
      const way = { held: {}, async: { async: true }, called: { callback_url: hookOf(receiver, token) } }[act.way]
      const text = await ask(
        '/kling/videos',
        { ...SOUND, ...way },
        act.outcome === undefined ? {} : { 'x-mockling-outcome': act.outcome },
      )
      last = { id: idIn(text) ?? last.id, url: urlIn(text) ?? last.url } as typeof last
    } else if (act.do === 'poll') await ask('/kling/tasks', { id: last.id ?? 'none' })
    else if (act.do === 'download') await ask(last.url ?? '/bs2/none.mp4', undefined)
    else if (act.do === 'advance') await simulator.control.advance(namespaceOf(token), { ms: act.seconds * 1000 })
    else if (act.do === 'reset') {
      await callbacksAreOver(simulator, token)
      await simulator.control.reset(namespaceOf(token))
    } else await ask(`/_mockling/v1/${act.do}s`, { ...act.input, token })
    await callbacksAreOver(simulator, token)
  }
  const { namespace } = namespaceOf(token)
  const entries = simulator.control.journal.list({ namespace })
  return {
    saw,
    callbacks: receiver.arrivals.filter(({ path }) => path === `/${token}`).map(({ body }) => body),
    journal: entries.map(entry =>
      [entry.kind, entry.at, entry.taskId, entry.status, 'outcome' in entry && entry.outcome].join(' '),
    ),
    rules: simulator.rules.list({ scope: { namespace } }).map(rule => ({ ...rule })),
    charged: (await simulator.control.account(namespace)).charged,
  }
}

/** Resolves when no callback of the token waits to be posted: the clock skips to those that are due. */
async function callbacksAreOver({ control }: Simulator, token: string): Promise<void> {
  await until('no callback is due any more', () => control.clock(namespaceOf(token)).waiting === 0)
  const { items } = await control.tasks(namespaceOf(token), { offset: 0, limit: 1000 })
  const owed = items.reduce((sum, { deliveries }) => sum + deliveries.length, 0)
  const { namespace } = namespaceOf(token)
  await until('the callbacks are over', () => control.journal.count({ kind: 'callback', namespace }) === owed)
  // The client may have its answer a moment before the server knows that it is out.
  const isOver = (entry: Entry) => entry.kind === 'callback' || entry.endedAt !== undefined
  await until('all requests are over', () => control.journal.list({ namespace }).every(isOver))
}

function idIn(text: string): string | undefined {
  return /"task_id":"([^"]+)"/.exec(text)?.[1]
}

function urlIn(text: string): string | undefined {
  return /"video_url":"http:\/\/[^/]+([^"]+)"/.exec(text)?.[1]
}

const outcomes = fc.constantFrom(
  undefined,
  undefined,
  'fail api_error after=30',
  'refuse too_many_requests retry-after=3',
  'answer-dropped',
  'answer-late 40, takes 90',
  'answer-slow 25',
  'callback-doubled 3 gap=5',
  'callback-late 20, callback-contradicted',
  'callback-lost, no-success',
  'callback-early, extra-fields',
  'callback-reordered 15',
  'media-missing',
  'media-type text/csv',
)

const limits = fc.record(
  {
    next: fc.integer({ min: 1, max: 2 }),
    every: fc.integer({ min: 1, max: 2 }),
    probability: fc.constantFrom(0.3, 0.6),
  },
  { requiredKeys: [] },
)

const rules = fc.record({
  do: fc.constant('rule' as const),
  input: fc
    .tuple(fc.constantFrom('fail timeout', 'refuse used_up', 'takes 33', 'answer-html'), limits)
    .map(([effects, limit]) => ({ effects, next: 3, ...limit })),
})

const faults = fc.record({
  do: fc.constant('fault' as const),
  input: fc
    .tuple(
      fc.constantFrom(
        { effects: 'answer-error api_error' },
        { effects: 'callback-doubled' },
        { effects: 'refuse timeout', operation: 'tasks' },
        { effects: 'answer-malformed', operation: 'tasks' },
        { effects: 'media-expired', operation: 'download' },
      ),
      limits,
    )
    .map(([fault, limit]) => ({ ...fault, ...limit })),
})

const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 25,
    arbitrary: fc.record({
      do: fc.constant('create' as const),
      outcome: outcomes,
      way: fc.constantFrom('held' as const, 'async' as const, 'called' as const),
    }),
  },
  { weight: 10, arbitrary: fc.constant({ do: 'poll' as const }) },
  { weight: 5, arbitrary: fc.constant({ do: 'download' as const }) },
  { weight: 5, arbitrary: rules },
  { weight: 5, arbitrary: faults },
  {
    weight: 10,
    arbitrary: fc.record({ do: fc.constant('advance' as const), seconds: fc.integer({ min: 1, max: 60 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'reset' as const }) },
)

/**
 * A server on which waiting passes in no time, for each token apart, with rules for everybody. Polls move no clock: how
 * soon they come is chance.
 */
async function openServer(): Promise<Simulator> {
  const simulator = await createSimulator({
    clock: 'auto-skip',
    pace: 10,
    quiet: 1,
    skipPerPoll: 0,
    publicUrl: 'http://videos.test',
    journalSize: 1_000_000,
  })
  const common = { operation: 'create', when: {} } as const
  simulator.rules.add('outcome', 'server', { ...common, effects: 'fail forbidden after=4', every: 3, next: 2 })
  simulator.rules.add('fault', 'server', { ...common, effects: 'callback-late 7', probability: 0.4 })
  simulator.rules.add('fault', 'server', { ...common, effects: 'answer-html', operation: 'tasks', next: 1 })
  return simulator
}

const WORKERS = 50

describe('fifty test workers with tokens of their own', () => {
  it('see on one server at once what each sees on one alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(acts, { minLength: 3, maxLength: 8 }), { minLength: WORKERS, maxLength: WORKERS }),
        async scripts => {
          await using receiver = await startReceiver()
          await using together = await openServer()
          const parallel = await Promise.all(
            scripts.map((script, n) => work(together, receiver, `worker-${n}`, script)),
          )
          await using again = await startReceiver()
          await using alone = await openServer()
          for (const [n, script] of scripts.entries()) {
            const serial = await work(alone, again, `worker-${n}`, script)
            const seen = parallel[n] as Result
            expect(localized(seen, receiver), `worker ${n}: ${JSON.stringify(script)}`).toEqual(
              localized(serial, again),
            )
          }
        },
      ),
      // Shrinking fifty scripts would take hours; the message names the one.
      { numRuns: 3, endOnFailure: true },
    )
  }, 240_000)
})

/** The same for whichever receiver. */
function localized(result: Result, receiver: Receiver): object {
  return JSON.parse(JSON.stringify(result).replaceAll(receiver.url(''), 'RECEIVER'))
}
