import { randomUUID } from 'node:crypto'
import parsePrometheus from 'parse-prometheus-text-format'
import { expect, it, onTestFinished } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'
import { controlDoor } from '../support/door.ts'
import { isRedisThere, startRedis, withoutRedis } from '../support/redis.ts'
import { create, createAsync, namespaceOf, post, until } from '../support/requests.ts'

/** What all replicas have together, and each of them tells in full. */
const SHARED = [
  'mockling_deliveries_waiting',
  'mockling_journal_dropped_entries_total',
  'mockling_journal_entries',
  'mockling_namespaces',
  'mockling_tasks',
  'mockling_tasks_pending',
]

type Families = ReturnType<typeof parsePrometheus>

async function familiesOf(simulator: Simulator): Promise<Families> {
  return parsePrometheus((await controlDoor(simulator).get('/metrics')).body)
}

/** The numbers of that name, added up. */
function sumOf(families: Families, name: string): number {
  const { metrics = [] } = families.find(family => family.name === name) ?? {}
  return metrics.reduce((sum, { value, count }) => sum + Number(value ?? count), 0)
}

it.runIf(isRedisThere)(
  `of replicas are each one's own, and may be added up, unless they say otherwise${withoutRedis}`,
  async () => {
    await using server = await startRedis()
    await using receiver = await startReceiver()
    const options = { redisUrl: server.url, redisPrefix: `${randomUUID()}:`, clock: 'frozen', pace: 10, journalSize: 8 }
    const open = async () => {
      const simulator = await createSimulator(options as Parameters<typeof createSimulator>[0])
      onTestFinished(() => simulator.close().then(() => {}))
      return simulator
    }
    const [one, two] = [await open(), await open()]
    for (const by of [one, two, two]) await createAsync(by, { callback_url: receiver.url('/hook') })
    const held = [create(one), create(two), create(two)]
    await until(
      'they are held',
      async () => (await one.control.tasks('server', { offset: 0, limit: 1, state: 'pending' })).total === 6,
    )
    for (let n = 0; n < 6; n++) await post(n < 2 ? one : two, '/kling/tasks', { id: 'x', action: 'retrieve' })
    const known = async () => {
      for (const by of [one, two]) await controlDoor(by).get('/v1/journal')
    }
    await known()
    const before = [await familiesOf(one), await familiesOf(two)]
    const told = (name: string) => before.map(families => sumOf(families, name))
    expect(told('mockling_tasks')).toEqual([6, 6])
    expect(told('mockling_tasks_pending')).toEqual([6, 6])
    expect(told('mockling_deliveries_waiting')).toEqual([3, 3])
    expect(told('mockling_held_requests')).toEqual([1, 2])

    await one.control.advance(namespaceOf(), { ms: 10_000 })
    await Promise.all(held)
    await receiver.arrived(3)
    await until('they are over', async () => (await two.control.journal.list({ kind: 'callback' })).length === 3)
    await known()
    const after = [await familiesOf(one), await familiesOf(two)]
    const sum = (name: string) => after.reduce((all, families) => all + sumOf(families, name), 0)
    expect(sum('mockling_requests_total')).toBe(12)
    expect(sum('mockling_deliveries_total')).toBe(3)
    expect(sum('mockling_delivery_lateness_seconds')).toBe(3)
    expect(sum('mockling_held_requests')).toBe(0)
    for (const name of SHARED) expect(sumOf(after[0] as Families, name), name).toBe(sumOf(after[1] as Families, name))
    expect(sumOf(after[0] as Families, 'mockling_journal_dropped_entries_total')).toBe(7)

    // What is not to be added up says so, and nothing else does.
    const saying = after.map(families => families.filter(({ help }) => help.includes('max, not the sum')))
    for (const families of saying) expect(families.map(({ name }) => name).toSorted()).toEqual(SHARED)
  },
)
