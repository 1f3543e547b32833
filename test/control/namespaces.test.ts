import { describe, expect, it } from 'vitest'
import { controlDoor } from '../support/door.ts'
import { createAsync, frozenSimulator, namespaceOf } from '../support/requests.ts'

describe('the list of namespaces', () => {
  it('shows each token’s tasks, money, revision and clock, those with most tasks first', async () => {
    await using simulator = await frozenSimulator()
    const { get } = controlDoor(simulator)
    const first = await createAsync(simulator, {}, { token: 'few' })
    for (let count = 0; count < 2; count++) await createAsync(simulator, {}, { token: 'many' })
    await simulator.clock.untilSettled(first)
    await simulator.tokenSettings.set({ token: 'few', revision: '2026-10' })
    const { items, total } = (await get('/v1/namespaces')).body
    expect(total).toBe(2)
    expect(items).toMatchObject([
      {
        namespace: namespaceOf('many').namespace.slice(0, 8),
        tasks: 2,
        revision: '2026-05',
        charged: 0,
        reserved: 2.8,
      },
      { namespace: namespaceOf('few').namespace.slice(0, 8), tasks: 1, revision: '2026-10', charged: 1.4, reserved: 0 },
    ])
    expect(items[1].clock.now - items[0].clock.now).toBe(10_000)
  })

  it('comes in pages', async () => {
    await using simulator = await frozenSimulator()
    for (const token of ['a', 'b', 'c']) await createAsync(simulator, {}, { token })
    const { get } = controlDoor(simulator)
    const pages = await Promise.all(
      ['limit=2', 'limit=2&offset=2'].map(async query => (await get(`/v1/namespaces?${query}`)).body),
    )
    expect(pages.map(({ items, total }) => [items.length, total])).toEqual([
      [2, 3],
      [1, 3],
    ])
    const names = pages.flatMap(({ items }) => items.map(({ namespace }: { namespace: string }) => namespace))
    expect(new Set(names).size).toBe(3)
  })

  it('is empty before anybody came, and does not count the server', async () => {
    await using simulator = await frozenSimulator()
    expect((await controlDoor(simulator).get('/v1/namespaces')).body).toEqual({ items: [], total: 0 })
  })
})
