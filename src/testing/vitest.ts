import { test as base, type TestAPI } from 'vitest'
import type { ConfigInput } from '../config.ts'
import { connect, type Mockling } from './connect.ts'
import { guardText, realThings } from './guard.ts'
import { tokenOf } from './token.ts'
import { storyOf } from './verify.ts'

/** What a fixture is made with. */
export interface FixtureOptions {
  /** Settings of the simulator, if the fixture starts one. Default: long tasks on a clock that leaps over the waiting. */
  readonly settings?: ConfigInput
  /** Goes on even if a real key or the real host is in the environment. Default false. */
  readonly allowRealEnvironment?: boolean
}

/** What each test gets. */
export interface Fixtures {
  /** The shared server, for a token of this test alone. */
  readonly mockling: Mockling & { readonly token: string }
}

/** A `real`-paced create answers in milliseconds, with the timestamps of minutes. */
const SETTINGS: ConfigInput = { clock: 'auto-skip', pace: 'real' }

/**
 * A `test` whose tests get a simulator each: one shared server, and for each test a token of its own, made from its file
 * and name, so that ids and timings are the same in every run and whatever runs beside it.
 *
 * The server is the one `MOCKLING_URL` names (`mockling exec`, a container, a global set-up); without it, one is started in each
 * worker process. A test fails if it left a request that the API does not understand, paid for a
 * video twice, or left an expectation unmet; the text says all that happened.
 *
 * @example
 * const test = mocklingTest({ settings: { pace: 'instant' } })
 * test('survives a lost answer', async ({ mockling }) => { … })
 */
export function mocklingTest(options: FixtureOptions = {}): TestAPI<Fixtures> {
  return base.extend<Fixtures & { mocklingServer: Mockling }>({
    mocklingServer: [
      // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures are needed
      async ({}, use) => {
        refuseRealThings(options)
        const { MOCKLING_URL: url } = process.env
        if (url) return await use(connect(url))
        const { createSimulator } = await import('../index.ts')
        await using simulator = await createSimulator({ ...SETTINGS, ...options.settings })
        await use(connect(simulator))
      },
      { scope: 'worker' },
    ],
    mockling: async ({ mocklingServer, task, onTestFinished }, use) => {
      const token = tokenOf([task.file.name, ...namesOf(task)], task.result?.retryCount ?? 0)
      const mockling = Object.assign(mocklingServer.as(token), { token })
      await undo(mockling)
      await mockling.reset()
      // Not after `use`: what is thrown there is reported twice (Vitest 4.1).
      onTestFinished(async ({ task: { result } }) => {
        try {
          if (result?.errors?.length) await tell(mockling)
          else await mockling.verify()
        } finally {
          // No reset: what it bought belongs to the account that `mockling exec` gives of the run.
          await undo(mockling)
        }
      })
      await use(mockling)
    },
  }) as unknown as TestAPI<Fixtures>
}

/** `mocklingTest()`, as most need it. */
export const test: TestAPI<Fixtures> = mocklingTest()

function refuseRealThings({ allowRealEnvironment }: FixtureOptions): void {
  const found = allowRealEnvironment ? [] : realThings(process.env)
  if (found.length > 0) throw new Error(guardText(found, 'Unset them, or give allowRealEnvironment if it is meant.'))
}

/** A test that fails by itself has its own words; what the server saw stands below them. */
async function tell(mockling: Mockling): Promise<void> {
  const { url, token, requests } = mockling
  process.stderr.write(`\n${storyOf({ url, token, entries: await requests.list() })}\n`)
}

/** What a test configured may not be left to the same test in the next run; a reset leaves it. */
async function undo({ outcomes, faults, inbox }: Mockling): Promise<void> {
  const names = await inbox.names()
  await Promise.all([
    ...[outcomes.clear(), faults.clear()],
    ...names.flatMap(name => [inbox.answer(name, {}), inbox.clear(name)]),
  ])
}

interface Named {
  readonly name: string
  readonly suite?: Named | undefined
}

function namesOf({ name, suite }: Named): string[] {
  return [...(suite === undefined ? [] : namesOf(suite)), name]
}
