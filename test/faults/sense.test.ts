import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CAPABILITIES } from '../../src/contract/capabilities.ts'
import { outcomeFrom } from '../../src/faults/outcomes.ts'
import { type Conditions, type Facts, type Fired, type Rule, Rulebook } from '../../src/faults/rulebook.ts'
import { neverFires } from '../../src/faults/sense.ts'
import { BadEffect, effectFrom } from '../../src/faults/text.ts'
import type { Simulator } from '../../src/simulator.ts'
import { create, EPOCH, frozenSimulator, namespaceOf } from '../support/requests.ts'
import { givenOf, namesFor } from './arbitraries.ts'

function put({ app }: Simulator, kind: 'rules' | 'faults' | 'timelines', payload: object) {
  return app.inject({ method: 'POST', url: `/_mockling/v1/${kind}`, payload })
}

async function refusalOf(
  simulator: Simulator,
  kind: 'rules' | 'faults' | 'timelines',
  payload: object,
): Promise<string> {
  const reply = await put(simulator, kind, payload)
  expect(reply.headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(reply.statusCode, reply.body).toBe(400)
  return reply.json().detail
}

const STALL = { effects: 'stall' }

describe('a rule that can never fire', () => {
  const rules: readonly [object, string][] = [
    [
      { ...STALL, operation: 'tasks' },
      'the rule can never fire: outcomes are chosen for creates, not for tasks; add a fault',
    ],
    [{ effects: 'media-cut', operation: 'download' }, 'outcomes are chosen for creates, not for download; add a fault'],
    [{ ...STALL, when: { taskId: 'x' } }, 'a create has no taskId yet that could match'],
    [
      { effects: 'callback-late 5, callback-doubled', when: { callback: false } },
      'callback-late is about callbacks, of which a create without callback_url has none',
    ],
    [
      { ...STALL, from: EPOCH + 5000, until: EPOCH + 5000 },
      'until (2026-06-01T00:00:05.000Z) is not after from (2026-06-01T00:00:05.000Z)',
    ],
    [{ ...STALL, for: 0 }, 'until (2026-06-01T00:00:00.000Z) is past: it is 2026-06-01T00:00:00.000Z'],
    [{ ...STALL, until: '2026-05-31' }, 'until (2026-05-31T00:00:00.000Z) is past: it is 2026-06-01T00:00:00.000Z'],
    [{ ...STALL, in: 1e13 }, 'from (10001780272000000) is beyond the calendar'],
    [
      { ...STALL, when: { model: 'kling-v9' } },
      "revision 2026-05 has no model 'kling-v9'; it has kling-v1, kling-v1-5, ",
    ],
    [{ ...STALL, when: { model: '' } }, "revision 2026-05 has no model ''"],
    [{ ...STALL, when: { model: 'kling-v1', mode: '4k' } }, "kling-v1 has no mode '4k'; it has std, pro"],
    [{ ...STALL, when: { mode: 'ultra' } }, "revision 2026-05 has no mode 'ultra'; it has std, pro, 4k"],
    [
      { ...STALL, when: { model: 'kling-v3', action: 'extend' } },
      "kling-v3 has no action 'extend'; it has text2video, image2video",
    ],
    [
      { ...STALL, when: { model: 'kling-v1-5', action: 'text2video' } },
      "kling-v1-5 has no action 'text2video'; it has extend",
    ],
    [{ ...STALL, when: { mode: '4k', action: 'extend' } }, "revision 2026-05 in mode 4k has no action 'extend'"],
    [
      { ...STALL, when: { action: 'dance' } },
      "revision 2026-05 has no action 'dance'; it has text2video, image2video, extend",
    ],
    [{ ...STALL, when: { prompt: 'x'.repeat(2501) } }, 'no prompt may be longer than 2500 characters'],
    [{ ...STALL, token: 'w7.mockling-used_up' }, 'requests with that token are refused before, with used_up'],
    [{ ...STALL, token: 'w7.mockling-too_many_requests' }, 'are refused before, with too_many_requests'],
    [{ ...STALL, token: 'w7.mockling-disabled' }, 'are refused before, with disabled'],
    [{ ...STALL, token: 'w7.mockling-invalid_token' }, 'are refused before, with invalid_token'],
    [{ ...STALL, token: 'two words' }, 'are refused before, with invalid_token'],
  ]
  it.each(rules)('is refused with its reason: %j', async (payload, says) => {
    await using simulator = await frozenSimulator()
    const detail = await refusalOf(simulator, 'rules', payload)
    expect(detail).toContain('the rule can never fire: ')
    expect(detail).toContain(says)
    expect(simulator.rules.list({ scope: 'server' })).toEqual([])
  })

  const faults: readonly [object, string][] = [
    [{ effects: 'succeed' }, 'the fault can never fire: a fault needs an effect beside success'],
    [{ effects: 'stall', operation: 'tasks' }, 'stall never happens to tasks; it may happen to create'],
    [
      { effects: 'media-cut', operation: 'tasks' },
      'media-cut never happens to tasks; it may happen to create, download',
    ],
    [
      { effects: 'answer-late 3', operation: 'download' },
      'answer-late never happens to download; it may happen to create, tasks',
    ],
    [
      { effects: 'answer-html', operation: 'tasks', when: { model: 'kling-v1' } },
      'a query of tasks has no model that could match',
    ],
    [
      { effects: 'answer-html', operation: 'tasks', token: 'w7.mockling-disabled' },
      'are refused before, with disabled',
    ],
    [{ effects: 'media-cut', operation: 'download', token: 'w7.mockling-used_up' }, 'are refused before, with used_up'],
  ]
  it.each(faults)('is refused as a fault: %j', async (payload, says) => {
    await using simulator = await frozenSimulator()
    expect(await refusalOf(simulator, 'faults', payload)).toContain(says)
  })

  it('is refused for a token that is not let in', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'mockling-')), 'tokens')
    writeFileSync(file, 'good\n')
    await using simulator = await frozenSimulator({ tokens: file })
    expect(await refusalOf(simulator, 'rules', { ...STALL, token: 'bad' })).toContain(
      'requests with that token are refused before, with invalid_token (--tokens)',
    )
    expect((await put(simulator, 'rules', { ...STALL, token: 'good' })).statusCode).toBe(201)
    // Magic tokens are let in whatever the list says.
    expect((await put(simulator, 'rules', { ...STALL, token: 'w7.mockling-api_error' })).statusCode).toBe(201)
  })

  it('is refused where one before it always fires', async () => {
    await using simulator = await frozenSimulator()
    await put(simulator, 'rules', { ...STALL, id: 'all-v1', when: { model: 'kling-v1' } })
    const behind = "rule 'all-v1' comes first and always fires; remove it, or limit it by next, every or until"
    expect(await refusalOf(simulator, 'rules', { ...STALL, when: { model: 'kling-v1' } })).toContain(behind)
    expect(await refusalOf(simulator, 'rules', { ...STALL, when: { model: 'kling-v1', mode: 'pro' } })).toContain(
      behind,
    )
    expect(await refusalOf(simulator, 'rules', { ...STALL, when: { model: 'kling-v1' }, token: 'a' })).toContain(behind)
    expect((await put(simulator, 'rules', STALL)).statusCode).toBe(201)
    expect((await put(simulator, 'faults', { ...STALL, when: { model: 'kling-v1' } })).statusCode).toBe(201)
  })

  it('is refused where one before it fires all the time it has', async () => {
    await using simulator = await frozenSimulator()
    await put(simulator, 'rules', { ...STALL, id: 'minute', in: 60, for: 60 })
    expect(await refusalOf(simulator, 'rules', { ...STALL, in: 70, for: 10 })).toContain("rule 'minute' comes first")
    for (const other of [{ in: 70, for: 51 }, { in: 59, for: 10 }, { in: 60 }, { for: 61 }]) {
      expect((await put(simulator, 'rules', { ...STALL, ...other, next: 1 })).statusCode).toBe(201)
    }
  })

  it.each([{ next: 3 }, { every: 2 }, { probability: 0.9 }, { token: 'a' }, { when: { prompt: 'mug' } }, { for: 5 }])(
    'is not one behind a rule that leaves it something: %j',
    async limit => {
      await using simulator = await frozenSimulator()
      expect((await put(simulator, 'rules', { ...STALL, ...limit })).statusCode).toBe(201)
      expect((await put(simulator, 'rules', { ...STALL, when: { model: 'kling-v1' } })).statusCode).toBe(201)
    },
  )

  it('is judged at the place it takes', async () => {
    await using simulator = await frozenSimulator()
    await put(simulator, 'rules', { ...STALL, id: 'first', next: 1 })
    await put(simulator, 'rules', { ...STALL, id: 'second' })
    // The one behind does not count against it.
    expect((await put(simulator, 'rules', { ...STALL, id: 'first', next: 2 })).statusCode).toBe(201)
    expect(await refusalOf(simulator, 'rules', { ...STALL, id: 'first' })).toBe(
      "with first, rule 'second' behind it could never fire; remove that one first",
    )
    expect(simulator.rules.list({ scope: 'server' })).toMatchObject([{ id: 'first', next: 2 }, { id: 'second' }])
  })

  it('is judged by the clock of its token, and for everybody by the slowest', async () => {
    await using simulator = await frozenSimulator()
    await create(simulator, { async: true }, { token: 'slow' })
    await simulator.control.advance(namespaceOf('quick'), { ms: 60_000 })
    const until = EPOCH + 30_000
    expect(await refusalOf(simulator, 'rules', { ...STALL, until, token: 'quick' })).toContain('is past')
    expect((await put(simulator, 'rules', { ...STALL, until, token: 'slow' })).statusCode).toBe(201)
    await simulator.control.advance(namespaceOf('slow'), { ms: 10_000 })
    await simulator.control.advance('server', { ms: 50_000 })
    expect((await put(simulator, 'faults', { ...STALL, until })).statusCode).toBe(201)
  })

  it('makes its whole timeline be refused', async () => {
    await using simulator = await frozenSimulator()
    const events = [
      { at: 5, for: 60, outcome: 'stall' },
      { at: 10, for: 5, outcome: 'fail timeout' },
    ]
    expect(await refusalOf(simulator, 'timelines', { name: 'x', events })).toBe(
      "x/2 can never fire: rule 'x/1' comes first and always fires; remove it, or limit it by next, every or until",
    )
    expect(simulator.rules.timelines()).toEqual([])
  })
})

describe('input that is none', () => {
  const inputs: readonly ['rules' | 'faults' | 'timelines', object, string][] = [
    ['rules', {}, 'must be effects as text, such as "refuse too_many_requests, answer-late 5", or a list of'],
    ['rules', { effects: '' }, 'effects: "" is not allowed; it must not be empty'],
    ['rules', { effects: [] }, 'effects: [] is not allowed; it must not be empty'],
    ['rules', { effects: 'explode' }, "there is no outcome or fault 'explode'; known are"],
    ['rules', { effects: 'fail api_error after=-3' }, 'fail: after may not be "-3"; it must be a number of seconds'],
    ['rules', { effects: [{ name: 'fail', code: 'api_error', after: -3 }] }, 'fail: after may not be -3; it must be a'],
    ['rules', { effects: 'stall', often: 3 }, 'often'],
    ['rules', { effects: 'stall', next: 0 }, 'next: 0 is not allowed; it must be at least 1'],
    ['rules', { effects: 'stall', next: 1.5 }, 'next: 1.5 is not allowed; it must be a whole number'],
    ['rules', { effects: 'stall', every: -1 }, 'every: -1 is not allowed; it must be at least 1'],
    ['rules', { effects: 'stall', probability: 0 }, 'probability: 0 is not allowed; it must be more than 0'],
    ['rules', { effects: 'stall', probability: 1.1 }, 'probability: 1.1 is not allowed; it must be at most 1'],
    ['rules', { effects: 'stall', from: -1 }, 'from: -1 is not allowed; it must not be before 1970'],
    [
      'rules',
      { effects: 'stall', from: 'soon' },
      'from: "soon" is not allowed; it must be Unix milliseconds or an ISO 8601 time',
    ],
    [
      'rules',
      { effects: 'stall', in: -1 },
      'in: -1 is not allowed; it must be seconds, or text such as 250ms, 30s, 2m or 1.5h',
    ],
    [
      'rules',
      { effects: 'stall', for: '3 days' },
      'for: "3 days" is not allowed; it must be seconds, or text such as 250ms, 30s, 2m or 1.5h',
    ],
    ['rules', { effects: 'stall', from: 1, in: 3 }, 'give from or in, not both'],
    ['rules', { effects: 'stall', until: 1, for: 3 }, 'give until or for, not both'],
    ['rules', { effects: 'stall', when: { colour: 'red' } }, 'colour'],
    [
      'rules',
      { effects: 'stall', operation: 'delete' },
      'operation: "delete" is not allowed; it must be one of create, tasks, download',
    ],
    [
      'rules',
      { effects: 'stall', id: 'a b' },
      'id: "a b" is not allowed; it must be 1 to 80 letters, digits, _ . : or -',
    ],
    [
      'faults',
      { effects: 'refuse used_up, callback-lost' },
      'callback-lost can never happen beside refuse: no callback comes',
    ],
    ['timelines', { name: 'x' }, 'events is missing; it must be a list'],
    ['timelines', { name: 'x', events: [] }, 'events: [] is not allowed; it must not be empty'],
    ['timelines', { name: 'x', events: [{ at: 5 }] }, 'events.0: give an outcome or a fault, one of the two'],
    ['timelines', { name: 'x', events: [{ at: 5, outcome: 'stall', fault: 'stall' }] }, 'events.0: give an outcome or'],
    [
      'timelines',
      { name: 'x', events: [{ at: -5, outcome: 'stall' }] },
      'events.0.at: -5 is not allowed; it must be seconds, or text such as',
    ],
    [
      'timelines',
      { name: 'x', events: [{ at: 5, outcome: 'fail' }] },
      'events.0: fail: code is missing; it must be one of',
    ],
    ['timelines', { name: 'x', events: [{ at: 5, outcome: 'stall', until: 9 }] }, 'until'],
  ]
  it.each(inputs)('is refused for %s with the field and what is allowed: %j', async (kind, payload, says) => {
    await using simulator = await frozenSimulator()
    expect(await refusalOf(simulator, kind, payload)).toContain(says)
  })
})

/** Creates that nothing objects to, queries and downloads, from `EPOCH` on. */
const requests: fc.Arbitrary<Facts> = fc
  .record({
    row: fc.constantFrom(...CAPABILITIES.filter(row => row.revisions.includes('2026-05'))),
    nth: fc.nat(10),
    prompt: fc.constantFrom('a white mug', 'mug', 'a cup'),
    operation: fc.constantFrom('create' as const, 'create' as const, 'tasks' as const),
    namespace: fc.constantFrom('alice', 'bob'),
    now: fc.integer({ min: EPOCH, max: EPOCH + 100 }),
    taskId: fc.constantFrom('x', 'y'),
  })
  .map(({ row, nth, prompt, operation, taskId, ...rest }) => {
    if (operation === 'tasks') return { operation, taskId, ...rest }
    const [mode = '', action = ''] = [row.modes[nth % row.modes.length], row.actions[nth % row.actions.length]]
    return { operation, model: row.model, mode, action, prompt, ...rest }
  })

const conditions: fc.Arbitrary<Conditions> = fc
  .record(
    {
      model: fc.constantFrom('kling-v1', 'kling-v1-5', 'kling-v3', 'kling-v9'),
      mode: fc.constantFrom('std', 'pro', '4k', 'ultra'),
      action: fc.constantFrom('text2video', 'extend', 'dance'),
      prompt: fc.constantFrom('mug', 'a', 'nowhere', 'x'.repeat(2501)),
      taskId: fc.constantFrom('x', 'z'),
    },
    { requiredKeys: [] },
  )
  // Mostly few of them: else hardly anything fires.
  .chain(when => fc.subarray(Object.entries(when)).map(entries => Object.fromEntries(entries.slice(0, 2))))

const someEffects = fc
  .constantFrom('create' as const, 'tasks' as const)
  .chain(operation => fc.subarray(namesFor(operation), { minLength: 1, maxLength: 2 }))
  .chain(names => fc.tuple(...names.map(givenOf)))
  .map(given => {
    try {
      return outcomeFrom(given.map(effectFrom), new Set(['clip'])).effects
    } catch (error) {
      if (!(error instanceof BadEffect)) throw error
      return []
    }
  })

const someRules: fc.Arbitrary<Rule[]> = fc
  .array(
    fc
      .record(
        {
          role: fc.constantFrom('outcome', 'fault'),
          operation: fc.constantFrom('create', 'create', 'tasks'),
          effects: someEffects,
          when: conditions,
          namespace: fc.constantFrom('alice', 'bob'),
          next: fc.integer({ min: 1, max: 2 }),
          every: fc.integer({ min: 1, max: 2 }),
          from: fc.integer({ min: EPOCH - 20, max: EPOCH + 60 }),
          until: fc.integer({ min: EPOCH - 20, max: EPOCH + 100 }),
        },
        { requiredKeys: ['role', 'operation', 'effects', 'when'] },
      )
      .map(given => ({ text: '', ...given }) as Omit<Rule, 'id'>),
    { minLength: 1, maxLength: 6 },
  )
  .map(rules => rules.map((rule, at) => ({ ...rule, id: `rule-${at}` })))

describe('a rule that can fire', () => {
  it('is never refused', () => {
    let fired = 0
    let refused = 0
    fc.assert(
      fc.property(someRules, fc.array(requests, { minLength: 40, maxLength: 60 }), (rules, asked) => {
        const book = new Rulebook(1)
        book.put(rules)
        for (const facts of asked) {
          const { outcome, faults } = book.take(facts) as Fired
          // The door asks no outcome rules for queries, and effects that are not for them do nothing.
          for (const rule of [outcome, ...faults])
            if (rule && isFelt(rule)) expect(reasonAgainst(rule, rules)).toBeUndefined()
        }
        fired += rules.filter(rule => book.hits(rule).fired > 0).length
        refused += rules.filter(rule => reasonAgainst(rule, rules) !== undefined).length
      }),
      { numRuns: 400 },
    )
    // Else nothing was tested.
    expect(fired).toBeGreaterThan(200)
    expect(refused).toBeGreaterThan(200)
  })
})

function isFelt({ role, operation, effects }: Rule): boolean {
  if (role === 'outcome' && operation !== 'create') return false
  if (role === 'fault' && effects.length === 0) return false
  return effects.every(({ name }) => namesFor(operation).includes(name))
}

function reasonAgainst(rule: Rule, rules: readonly Rule[]): string | undefined {
  return neverFires(rule, { revisions: ['2026-05'], rules, now: EPOCH })
}
