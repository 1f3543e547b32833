import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Conditions, type Facts, type Fired, type Rule, Rulebook } from '../../src/faults/rulebook.ts'
import { create, createAsync, frozenSimulator, namespaceOf, post } from '../support/requests.ts'

const ALICE = 'alice'
const BOB = 'bob'

function rule(id: string, change: Partial<Rule> = {}): Rule {
  return {
    id,
    role: 'outcome',
    operation: 'create',
    effects: [{ name: 'stall', options: {} }],
    text: 'stall',
    when: {},
    ...change,
  }
}

function facts(change: Partial<Facts> = {}): Facts {
  return {
    operation: 'create',
    namespace: ALICE,
    now: 0,
    model: 'kling-v1',
    mode: 'std',
    action: 'text2video',
    ...change,
  }
}

/** What fires in a rulebook that nobody shares. */
function taken(book: Rulebook, request: Facts): Fired {
  return book.take(request) as Fired
}

/** Whether a rulebook of one rule fires, request by request. */
function firings(of: Partial<Rule>, requests: readonly Partial<Facts>[], seed = 1): boolean[] {
  const book = new Rulebook(seed)
  book.put([rule('a', of)])
  return requests.map(request => taken(book, facts(request)).outcome !== undefined)
}

const MANY = Array.from({ length: 1000 }, () => ({}))

describe('a rule', () => {
  it('fires at each match without a limit', () => {
    expect(firings({}, [{}, {}, {}])).toEqual([true, true, true])
  })

  it('fires for the next N, for each token', () => {
    const requests = [{}, {}, { namespace: BOB }, {}, { namespace: BOB }, { namespace: BOB }]
    expect(firings({ next: 2 }, requests)).toEqual([true, true, true, false, true, false])
  })

  it('fires at every nth, for each token', () => {
    const requests = [{}, {}, { namespace: BOB }, {}, { namespace: BOB }, {}]
    expect(firings({ every: 2 }, requests)).toEqual([false, true, false, false, true, true])
  })

  it('fires at every nth so often at most', () => {
    expect(firings({ every: 3, next: 2 }, MANY.slice(0, 12)).flatMap((fired, at) => (fired ? [at] : []))).toEqual([
      2, 5,
    ])
  })

  it('fires from an instant on, and until before another', () => {
    const requests = [9, 10, 19, 20, 21].map(now => ({ now }))
    expect(firings({ from: 10, until: 20 }, requests)).toEqual([false, true, true, false, false])
  })

  it('counts no match before its time', () => {
    expect(
      firings(
        { from: 10, every: 2 },
        [9, 9, 10, 11].map(now => ({ now })),
      ),
    ).toEqual([false, false, false, true])
  })

  const conditions: readonly [Conditions, Partial<Facts>, Partial<Facts>][] = [
    [{ model: 'kling-v1' }, { model: 'kling-v1' }, { model: 'kling-v1-6' }],
    [{ mode: 'pro' }, { mode: 'pro' }, { mode: 'std' }],
    [{ action: 'extend' }, { action: 'extend' }, { action: 'text2video' }],
    [{ prompt: 'mug' }, { prompt: 'a white mug' }, { prompt: 'a cup' }],
    [{ prompt: 'mug' }, { prompt: 'mug' }, {}],
    [{ taskId: 'x' }, { taskId: 'x' }, { taskId: 'y' }],
    [{ taskId: 'x' }, { taskId: ['y', 'x'] }, { taskId: [] }],
    [
      { model: 'kling-v1', mode: 'std' },
      { model: 'kling-v1', mode: 'std' },
      { model: 'kling-v1', mode: 'pro' },
    ],
  ]
  it.each(conditions)('fires when %j holds', (when, yes, no) => {
    expect(firings({ when }, [yes, no])).toEqual([true, false])
  })

  it('fires for its operation and its token only', () => {
    expect(firings({ operation: 'tasks' }, [{}, { operation: 'tasks' }])).toEqual([false, true])
    expect(firings({ namespace: BOB }, [{}, { namespace: BOB }])).toEqual([false, true])
  })

  it('fires by chance as the seed has it: the same for one seed, for each token and rule another', () => {
    const one = firings({ probability: 0.3 }, MANY, 7)
    expect(firings({ probability: 0.3 }, MANY, 7)).toEqual(one)
    expect(firings({ probability: 0.3 }, MANY, 8)).not.toEqual(one)
    expect(firings({ probability: 0.3, id: 'b' }, MANY, 7)).not.toEqual(one)
    expect(
      firings(
        { probability: 0.3 },
        MANY.map(() => ({ namespace: BOB })),
        7,
      ),
    ).not.toEqual(one)
    // Interleaved with another token's requests, it is as it was.
    const mixed = MANY.flatMap(() => [{}, { namespace: BOB }])
    expect(firings({ probability: 0.3 }, mixed, 7).filter((_, at) => at % 2 === 0)).toEqual(one)
    expect(one.filter(Boolean).length).toBeGreaterThan(240)
    expect(one.filter(Boolean).length).toBeLessThan(360)
    expect(firings({ probability: 1 }, MANY)).not.toContain(false)
    expect(firings({ probability: 0.5, next: 3 }, MANY).filter(Boolean)).toHaveLength(3)
  })
})

describe('several rules', () => {
  it('are asked in order until one fires; the others are not used up', () => {
    const book = new Rulebook(1)
    book.put([rule('a', { next: 1 }), rule('b', { next: 1 }), rule('c')])
    expect([1, 2, 3, 4].map(() => taken(book, facts()).outcome?.id)).toEqual(['a', 'b', 'c', 'c'])
    expect(book.rules.map(one => book.hits(one))).toEqual([
      { matched: 1, fired: 1 },
      { matched: 1, fired: 1 },
      { matched: 2, fired: 2 },
    ])
  })

  it('are not asked for a request that has its outcome; faults are', () => {
    const book = new Rulebook(1)
    book.put([rule('a', { next: 1 }), rule('f', { role: 'fault' })])
    expect(taken(book, facts({ isChosen: true }))).toMatchObject({ outcome: undefined, faults: [{ id: 'f' }] })
    expect(taken(book, facts()).outcome?.id).toBe('a')
  })

  it('may have one id for different tokens', () => {
    const book = new Rulebook(1)
    book.put([
      rule('a', { namespace: ALICE, next: 1 }),
      rule('a', { namespace: BOB }),
      rule('a', { when: { mode: 'pro' } }),
    ])
    expect(book.rules).toHaveLength(3)
    book.put([rule('a', { namespace: ALICE, next: 2 })])
    expect(book.rules.map(one => one.namespace)).toEqual([ALICE, BOB, undefined])
    expect(book.remove(one => one.namespace === BOB)).toBe(1)
    expect(book.rules).toHaveLength(2)
  })
})

interface Step {
  readonly kind: 'put' | 'remove' | 'reset' | 'take'
  readonly id: string
  readonly rule: Partial<Rule>
  readonly facts: Partial<Facts>
  readonly namespace: string | undefined
}

/** A rulebook as simple as can be: each rule remembers, for each token, which of its matches fired. */
class Model {
  entries: { rule: Rule; history: Map<string, boolean[]> }[] = []

  put(added: Rule): void {
    const at = this.entries.findIndex(({ rule: { id, namespace } }) => id === added.id && namespace === added.namespace)
    const entry = { rule: added, history: new Map<string, boolean[]>() }
    if (at < 0) this.entries.push(entry)
    else this.entries[at] = entry
  }

  take({ operation, namespace, now, model, isChosen }: Facts): { outcome: string | undefined; faults: string[] } {
    const result = { outcome: undefined as string | undefined, faults: [] as string[] }
    for (const { rule: one, history } of this.entries) {
      if (one.role === 'outcome' && (isChosen || result.outcome !== undefined)) continue
      if (one.operation !== operation || (one.namespace ?? namespace) !== namespace) continue
      if ((one.when.model ?? model) !== model) continue
      if (now < (one.from ?? 0) || now >= (one.until ?? Number.POSITIVE_INFINITY)) continue
      const matches = history.get(namespace) ?? []
      if (matches.filter(Boolean).length >= (one.next ?? Number.POSITIVE_INFINITY)) continue
      const fires = (matches.length + 1) % (one.every ?? 1) === 0
      history.set(namespace, [...matches, fires])
      if (!fires) continue
      if (one.role === 'outcome') result.outcome = nameOf(one)
      else result.faults.push(nameOf(one))
    }
    return result
  }
}

function nameOf({ id, namespace }: Rule): string {
  return `${namespace ?? 'all'} ${id}`
}

const namespaces = fc.constantFrom(ALICE, BOB)
const steps: fc.Arbitrary<Step> = fc.record({
  // Taking is what it is for.
  kind: fc.constantFrom('put', 'put', 'remove', 'reset', 'take', 'take', 'take', 'take', 'take'),
  id: fc.constantFrom('a', 'b', 'c'),
  rule: fc
    .record(
      {
        role: fc.constantFrom('outcome', 'fault'),
        operation: fc.constantFrom('create', 'tasks'),
        namespace: namespaces,
        next: fc.integer({ min: 1, max: 4 }),
        every: fc.integer({ min: 1, max: 3 }),
        from: fc.integer({ min: 0, max: 50 }),
        until: fc.integer({ min: 1, max: 100 }),
        when: fc.constantFrom({}, { model: 'kling-v1' }, { model: 'kling-v3' }),
      },
      { requiredKeys: ['role', 'when'] },
    )
    .map(given => given as Partial<Rule>),
  facts: fc
    .record(
      {
        operation: fc.constantFrom('create', 'tasks'),
        namespace: namespaces,
        model: fc.constantFrom('kling-v1', 'kling-v3'),
        now: fc.integer({ min: 0, max: 100 }),
        isChosen: fc.boolean(),
      },
      { requiredKeys: ['now'] },
    )
    .map(given => given as Partial<Facts>),
  namespace: fc.option(namespaces, { nil: undefined }),
})

describe('a rulebook', () => {
  it('does what a list of rules with their histories would do, whatever happens to it', () => {
    fc.assert(
      fc.property(fc.array(steps, { minLength: 10, maxLength: 80 }), given => {
        const book = new Rulebook(1)
        const model = new Model()
        for (const step of given) {
          if (step.kind === 'put') {
            const added = rule(step.id, step.rule)
            book.put([added])
            model.put(added)
          } else if (step.kind === 'remove') {
            const isGone = (one: Rule) => one.id === step.id && one.namespace === step.namespace
            const before = model.entries.length
            model.entries = model.entries.filter(entry => !isGone(entry.rule))
            expect(book.remove(isGone)).toBe(before - model.entries.length)
          } else if (step.kind === 'reset') {
            book.resetCounts(step.namespace)
            for (const { history } of model.entries) {
              if (step.namespace === undefined) history.clear()
              else history.delete(step.namespace)
            }
          } else {
            const { outcome, faults } = taken(book, facts(step.facts))
            expect({ outcome: outcome && nameOf(outcome), faults: faults.map(nameOf) }).toEqual(
              model.take(facts(step.facts)),
            )
          }
          expect(book.rules).toEqual(model.entries.map(entry => entry.rule))
          for (const { rule: one, history } of model.entries) {
            const matches = [...history.values()].flat()
            expect(book.hits(one)).toEqual({ matched: matches.length, fired: matches.filter(Boolean).length })
          }
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('rules at the door', () => {
  const add = (simulator: Awaited<ReturnType<typeof frozenSimulator>>, payload: object, kind = 'rules') =>
    simulator.app.inject({ method: 'POST', url: `/_mockling/v1/${kind}`, payload })

  it('refuse N times with Retry-After, and then all is well', async () => {
    await using simulator = await frozenSimulator({ pace: 'instant' })
    await add(simulator, { effects: 'refuse too_many_requests retry-after=7', next: 3 })
    const replies = []
    for (let n = 0; n < 5; n++) replies.push(await create(simulator))
    expect(replies.map(({ statusCode }) => statusCode)).toEqual([429, 429, 429, 200, 200])
    expect(replies.map(({ headers }) => headers['retry-after'])).toEqual(['7', '7', '7', undefined, undefined])
    // Another token has its own three.
    expect((await create(simulator, {}, { token: 'another' })).statusCode).toBe(429)
  })

  it('refuse for ever, until they are removed', async () => {
    await using simulator = await frozenSimulator({ pace: 'instant' })
    const { id } = (await add(simulator, { effects: 'refuse too_many_requests' })).json()
    for (let n = 0; n < 20; n++) {
      expect((await create(simulator)).statusCode).toBe(429)
      await simulator.control.advance(namespaceOf(), { ms: 3_600_000 })
    }
    const url = '/_mockling/v1/rules'
    const [view] = (await simulator.app.inject(url)).json().items
    expect(view).toMatchObject({
      id: 'outcome-1',
      text: 'refuse too_many_requests',
      matched: 20,
      fired: 20,
      namespace: null,
    })
    expect((await simulator.app.inject({ method: 'DELETE', url: `${url}/${id}` })).statusCode).toBe(204)
    expect((await create(simulator)).statusCode).toBe(200)
    expect((await simulator.app.inject({ method: 'DELETE', url: `${url}/${id}` })).statusCode).toBe(404)
  })

  it('refuse until the time given has passed on the clock of the token', async () => {
    await using simulator = await frozenSimulator({ pace: 'instant' })
    await add(simulator, { effects: 'refuse too_many_requests', in: 30, for: '2m', token: 'tester' })
    const seen: number[] = []
    for (const seconds of [0, 29.999, 0.001, 119.999, 0.001]) {
      await simulator.control.advance(namespaceOf(), { ms: seconds * 1000 })
      seen.push((await create(simulator)).statusCode)
    }
    expect(seen).toEqual([200, 200, 429, 429, 200])
  })

  it('are not used up by creates that are refused anyway', async () => {
    await using simulator = await frozenSimulator({ pace: 'instant', balance: 3 })
    await add(simulator, { effects: 'fail timeout', next: 1 })
    await create(simulator, { duration: 7 })
    await create(simulator, { model: 'kling-v3', mode: '4k', duration: 15 })
    await create(simulator, {}, { headers: { 'x-mockling-outcome': 'nonsense' } })
    expect((await create(simulator)).statusCode).toBe(504)
    expect((await create(simulator)).statusCode).toBe(200)
  })

  it('stay where they are at a reset, and count anew', async () => {
    await using simulator = await frozenSimulator({ pace: 'instant' })
    await add(simulator, { effects: 'fail timeout', next: 1 })
    const statuses = async () => [(await create(simulator)).statusCode, (await create(simulator)).statusCode]
    expect(await statuses()).toEqual([504, 200])
    await simulator.control.reset(namespaceOf())
    expect(await statuses()).toEqual([504, 200])
    await simulator.control.reset('server')
    expect(await statuses()).toEqual([504, 200])
  })

  it('are each token’s own: ids, lists, removal', async () => {
    await using simulator = await frozenSimulator({ pace: 'instant' })
    for (const token of ['a', 'b']) {
      const { id } = (await add(simulator, { effects: 'fail timeout', token })).json()
      expect(id).toBe('outcome-1')
      expect(
        (await add(simulator, { effects: 'stall', id: 'mine', when: { mode: 'pro' }, token }, 'faults')).statusCode,
      ).toBe(201)
    }
    const remove = (query: string) =>
      simulator.app.inject({ method: 'DELETE', url: `/_mockling/v1/rules/outcome-1${query}` })
    expect((await remove('')).json()).toMatchObject({
      status: 409,
      detail: "rule 'outcome-1' is there for several tokens; name one of them",
    })
    expect((await remove('?token=a')).statusCode).toBe(204)
    const list = async (query: string) =>
      (await simulator.app.inject(`/_mockling/v1/rules${query}`)).json().items.length
    expect([await list('?token=a'), await list('?token=b'), await list('')]).toEqual([0, 1, 1])
    expect((await create(simulator, {}, { token: 'b' })).statusCode).toBe(504)
    expect((await create(simulator, {}, { token: 'a' })).statusCode).toBe(200)
    // The only one there is needs no token.
    expect((await remove('')).statusCode).toBe(204)
  })

  it('make up ids that are free', async () => {
    await using simulator = await frozenSimulator()
    await add(simulator, { effects: 'fail timeout', id: 'outcome-1', next: 1 })
    expect((await add(simulator, { effects: 'fail timeout' })).json().id).toBe('outcome-2')
  })

  it('take effects as data, and show them as text', async () => {
    await using simulator = await frozenSimulator()
    const effects = [
      { name: 'callback-doubled', gap: 2 },
      { name: 'Fail', code: 'API_ERROR', after: '3' },
    ]
    const { text } = (await add(simulator, { effects })).json()
    expect(text).toBe('fail api_error after=3, callback-doubled gap=2')
    const id = await createAsync(simulator)
    expect((await simulator.control.task(id)).outcome).toBe(text)
    expect((await post(simulator, '/kling/tasks', { id })).headers).not.toHaveProperty('x-mockling-outcome')
  })
})
