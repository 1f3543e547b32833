import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ConfigError } from '../../src/config.ts'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { create, createAsync, namespaceOf } from '../support/requests.ts'
import { watchStrays } from '../support/strays.ts'
import { statePath } from './state-dir.ts'

/** Each takes as long as a start; `npm run drill:fuzz` tries more. */
const FILES = Math.ceil(Number(process.env['MOCKLING_FUZZ'] ?? 2_000) / 20)
const SEED = Number(process.env['MOCKLING_FUZZ_SEED'] ?? 7)

const HOOK = { callback_url: 'http://127.0.0.1:9/' }

/** A file that has every kind of record in it. */
async function sample(): Promise<Buffer> {
  using place = statePath()
  const simulator = await createSimulator({ clock: 'frozen', pace: 10, state: place.file, callbackRetries: 2 })
  const { control } = simulator
  const id = await createAsync(simulator)
  await createAsync(simulator, HOOK)
  await control.advance(namespaceOf(), { ms: 20_000 })
  await createAsync(simulator, HOOK)
  await control.reroute(await createAsync(simulator, HOOK), { to: 'fail' })
  await simulator.app.inject({ method: 'GET', url: `/bs2/${id}.mp4` })
  await createAsync(simulator, {}, { token: 'other' })
  await control.reset(namespaceOf('other'), ['tasks'])
  await createAsync(simulator, {}, { token: 'other' })
  await simulator.close()
  return readFileSync(place.file)
}

/** What may become of a file: other bytes, more or fewer, or records that are whole and not where they were written. */
const spot = fc.nat()
const few = fc.nat({ max: 40 })
const change: fc.Arbitrary<(file: Buffer) => Buffer> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(spot, fc.oneof(few, fc.nat({ max: 5000 }), fc.constant(Infinity)), fc.uint8Array({ maxLength: 40 }))
      .map(([at, gone, come]) => (file: Buffer) => {
        const from = at % (file.length + 1)
        return Buffer.concat([file.subarray(0, from), come, file.subarray(from + gone)])
      }),
  },
  fc.tuple(spot, spot, fc.constantFrom('drop', 'again', 'swap')).map(([one, two, verb]) => (file: Buffer) => {
    const lines = file.toString('latin1').split('\n')
    // The first says what file it is.
    const at = 1 + (one % Math.max(1, lines.length - 1))
    const to = 1 + (two % Math.max(1, lines.length - 1))
    const [line = ''] = verb === 'again' ? lines.slice(at, at + 1) : lines.splice(at, 1)
    if (verb !== 'drop') lines.splice(to, 0, line)
    return Buffer.from(lines.join('\n'), 'latin1')
  }),
)

it(`a simulator starts or refuses to, whatever has become of its file: ${FILES} of them`, {
  timeout: 3_600_000,
}, async () => {
  const { strays } = watchStrays()
  const file = await sample()
  using place = statePath()
  const seen = { started: 0, refused: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async changes => {
      for (const name of readdirSync(dirname(place.file))) rmSync(join(dirname(place.file), name))
      writeFileSync(
        place.file,
        changes.reduce((all, one) => one(all), file),
      )
      const simulator: Simulator | Error = await createSimulator({
        state: place.file,
        pace: 10,
        clock: 'frozen',
      }).catch(error => error)
      if (simulator instanceof Error) {
        seen.refused++
        expect(simulator).toBeInstanceOf(ConfigError)
        expect(simulator.message).toContain('state')
        return
      }
      seen.started++
      try {
        expect((await create(simulator, { async: true })).statusCode).toBe(200)
        for (const view of ['tasks', 'namespaces', 'callbacks', 'ledger', 'journal']) {
          const { statusCode } = await simulator.app.inject({ method: 'GET', url: `/_mockling/v1/${view}` })
          expect([view, statusCode]).toEqual([view, 200])
        }
        await simulator.control.advance('server', { ms: 3_600_000 })
        await simulator.control.advance(namespaceOf(), { ms: 3_600_000 })
      } finally {
        await simulator.close()
      }
      expect(strays.map(one => (one as Error).stack)).toEqual([])
    }),
    { numRuns: FILES, seed: SEED, endOnFailure: true },
  )
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(0)
})
