import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tableText } from '../../src/cli/table.ts'
import type { Case } from '../../src/conformance/case.ts'
import { casesOf } from '../../src/conformance/cases.ts'
import type { Difference } from '../../src/conformance/difference.ts'
import { type Receiver, startReceiver } from '../../src/conformance/receiver.ts'
import { lookedAt } from '../../src/conformance/run.ts'
import { NO_LEDGER, Studio } from '../../src/conformance/studio.ts'
import { REVISIONS, type Revision } from '../../src/contract/revisions.ts'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { type Passing, type StandIn, startStandIn } from './stand-in.ts'

/*
 * Servers that break one promise each. The suite has to notice every one of them, and nothing while none is broken.
 */

type Sabotage = (passing: Passing) => Passing

let simulator: Simulator
let standIn: StandIn
let receiver: Receiver
let sabotage: Sabotage | undefined

beforeAll(async () => {
  simulator = await createSimulator({ pace: 'instant' })
  standIn = await startStandIn(simulator.url, passing => sabotage?.(passing) ?? passing)
  receiver = await startReceiver()
})
afterAll(async () => {
  await receiver.close()
  await standIn.close()
  await simulator.close()
})

let tokens = 0

/** What the suite has to say against one case, while a sabotage is on. A token of its own: nothing is there from before. */
async function differences(
  one: Case,
  revision: Revision,
  change?: Sabotage,
  rule?: string,
): Promise<readonly Difference[]> {
  const token = `saboteur-${++tokens}`
  await simulator.tokenSettings.set({ token, revision })
  if (rule) await simulator.faults.add(rule, { token })
  const target = { url: standIn.url, token, revision, isSimulated: true, timeoutMs: 10_000 }
  const studio = new Studio({ target, receiver, ledger: NO_LEDGER, pollMs: 1, settleMs: 300, afterwardsMs: 500 })
  sabotage = change
  try {
    return (await lookedAt(one, target, studio)).differences
  } finally {
    sabotage = undefined
  }
}

/** Sabotaged servers that were noticed, by what is wrong with them. */
const noticed = new Map<string, number>()
afterAll(() => {
  const rows = [...noticed].map(([what, servers]) => [what, String(servers)])
  const all = [...noticed.values()].reduce((sum, servers) => sum + servers, 0)
  console.log(tableText([['what is wrong', 'servers, all noticed'], ...rows, ['in all', String(all)]]))
})

async function expectNotice(what: string, one: Case, revision: Revision, change?: Sabotage, rule?: string) {
  expect(await differences(one, revision, change, rule), `${what}: ${one.id}`).not.toEqual([])
  noticed.set(what, (noticed.get(what) ?? 0) + 1)
}

function json(passing: Passing, change: (body: Record<string, unknown>) => unknown, status = passing.status): Passing {
  return { ...passing, status, body: Buffer.from(JSON.stringify(change(JSON.parse(passing.body.toString() || '{}')))) }
}

const isCreate = ({ path }: Passing) => path !== '/kling/tasks' && path.startsWith('/kling/')

/** An API without the rule that a case is about: whatever it refuses is accepted. */
const acceptsAll: Sabotage = passing =>
  passing.status === 400 && isCreate(passing)
    ? json(passing, () => ({ task_id: '11111111-1111-4111-8111-111111111111' }), 200)
    : passing

/** One with a rule too many, which refuses what a case is about, and not the video that it is made from. */
function refuses({ check }: Case): Sabotage {
  const isFromVideo = check.kind === 'made' && check.production.of !== undefined
  return passing =>
    passing.status === 200 && isCreate(passing) && (!isFromVideo || passing.sent.includes('"video_id"'))
      ? json(passing, () => ({ success: false, error: { code: 'bad_request', message: 'no' }, trace_id: tokens }), 400)
      : passing
}

describe.each(REVISIONS)('of %s', revision => {
  const cases = casesOf(revision, { gateway: '2026-05' })
  const about = (...tags: string[]) => cases.filter(one => tags.every(tag => one.tags.includes(tag)))

  it('each rule that is missing is noticed', async () => {
    const refusals = about('rule', 'refused')
    for (const one of refusals) await expectNotice(`a rule is missing, ${revision}`, one, revision, acceptsAll)
    expect(refusals.length).toBeGreaterThan(50)
  })

  it('each rule that refuses too much is noticed', async () => {
    for (const one of about('rule', 'accepted')) {
      await expectNotice(`a rule refuses too much, ${revision}`, one, revision, refuses(one))
    }
  })

  it('each cell of the matrix that is there or not against the word is noticed', async () => {
    for (const one of about('matrix')) {
      const change = one.tags.includes('refused') ? acceptsAll : refuses(one)
      await expectNotice(`a cell of the matrix is otherwise, ${revision}`, one, revision, change)
    }
  })

  it('each error in another form is noticed', async () => {
    for (const one of about('error')) {
      if (one.check.kind !== 'refused') throw new Error('an error is a refusal')
      const { saysSuccess, message } = one.check.expected
      const changes: Sabotage[] = [
        passing => ({ ...passing, status: passing.status + 1 }),
        passing => ({ ...passing, body: Buffer.from('<h1>Bad Gateway</h1>') }),
        passing => json(passing, ({ error, ...body }) => ({ ...body, error: { ...(error as object), code: 'oops' } })),
        passing => json(passing, ({ trace_id: _, ...body }) => body),
        passing => json(passing, ({ success: _, ...body }) => (saysSuccess ? body : { success: false, ...body })),
        ...(message === undefined
          ? []
          : [
              (passing: Passing) =>
                json(passing, ({ error, ...body }) => ({ ...body, error: { ...(error as object), message: 'no' } })),
            ]),
      ]
      for (const change of changes) await expectNotice(`an error has another form, ${revision}`, one, revision, change)
    }
  })
})

const cases = casesOf('2026-05')

function named(id: string): Case {
  const found = cases.find(one => one.id === id)
  if (!found) throw new Error(`no case ${id}`)
  return found
}

/** The answer without one of its fields, then with each field of another type. */
function spoilt(fields: readonly string[], of: (passing: Passing) => boolean, at: readonly string[] = []): Sabotage[] {
  const inside = (body: Record<string, unknown>, change: (part: Record<string, unknown>) => unknown): unknown => {
    const [name] = at
    return name === undefined ? change(body) : { ...body, [name]: change(body[name] as Record<string, unknown>) }
  }
  return fields.flatMap(field => [
    passing => (of(passing) ? json(passing, body => inside(body, ({ [field]: _, ...rest }) => rest)) : passing),
    passing =>
      of(passing) ? json(passing, body => inside(body, part => ({ ...part, [field]: { odd: 1 } }))) : passing,
  ])
}

const RESULT = ['success', 'video_id', 'video_url', 'duration', 'state', 'task_id']
const isAnswer = (passing: Passing) => passing.path === '/kling/videos' && passing.status === 200
const isFinished = ({ path, body }: Passing) => path === '/kling/tasks' && body.includes('"finished_at"')

const FORMS: readonly (readonly [id: string, changes: readonly Sabotage[]])[] = [
  ['answer/answer/answer', spoilt(RESULT, isAnswer)],
  ['answer/answer/answer', [passing => (isAnswer(passing) ? json(passing, body => ({ ...body, extra: 1 })) : passing)]],
  [
    'answer/polls/answer',
    [passing => (isAnswer(passing) ? json(passing, body => ({ ...body, state: 'submitted' })) : passing)],
  ],
  [
    'answer/polls/record',
    spoilt(
      ['_id', 'id', 'type', 'created_at', 'finished_at', 'trace_id', 'job_id', 'api_id', 'user_id', 'request'],
      isFinished,
    ),
  ],
  ['answer/polls/record', spoilt(['video_url', 'duration', 'state'], isFinished, ['response'])],
  ['guide/basic', [passing => (isAnswer(passing) ? json(passing, body => ({ ...body, duration: '5.0' })) : passing)]],
  [
    'guide/extension',
    [
      passing =>
        isFinished(passing)
          ? json(passing, ({ response, ...body }) => ({
              ...body,
              response: { ...(response as object), duration: '10.2' },
            }))
          : passing,
    ],
  ],
  ['tasks/unknown-id', [passing => json(passing, () => null), passing => ({ ...passing, status: 404 })]],
  ['tasks/no-id', [passing => ({ ...passing, status: 200 })]],
  ['tasks/no-ids', [passing => json(passing, () => ({ items: [{}], count: 1 }))]],
  [
    'tasks/batch',
    [
      passing => (passing.sent.includes('retrieve_batch') ? json(passing, body => ({ ...body, items: [] })) : passing),
      passing => (passing.sent.includes('retrieve_batch') ? json(passing, body => ({ ...body, count: 9 })) : passing),
    ],
  ],
]

describe('each form of an answer that is another', () => {
  it.each(FORMS.map(([id, changes], at) => [id, at, changes] as const))(
    'is noticed: %s, %i',
    async (id, _, changes) => {
      for (const change of changes) await expectNotice('an answer has another form', named(id), '2026-05', change)
      expect(changes.length).toBeGreaterThan(0)
    },
  )
})

describe('each promise about callbacks that is broken', () => {
  it.each(['callback-lost', 'callback-malformed', 'callback-stranger', 'callback-contradicted 0.01'])(
    'is noticed: %s',
    async rule => {
      await expectNotice(rule, named('answer/callback/callback'), '2026-05', undefined, rule)
    },
  )
})

describe('each promise about files that is broken', () => {
  it.each([
    ['file', 'media-missing'],
    ['file', 'media-truncated'],
    ['file', 'media-type text/html'],
    ['file', 'media-empty'],
    ['ranges', 'media-no-range'],
  ])('is noticed: %s, %s', async (look, rule) => {
    await expectNotice(rule, named(`answer/polls/${look}`), '2026-05', undefined, rule)
  })
})

describe('a server that keeps its promises', () => {
  it('has nothing said against it', async () => {
    for (const { id } of cases.filter(one =>
      ['answer', 'tasks', 'guide-example'].some(tag => one.tags.includes(tag)),
    )) {
      expect(await differences(named(id), '2026-05'), id).toEqual([])
    }
  })
})
