import { describe, expect, it } from 'vitest'
import type { Simulator } from '../../src/simulator.ts'
import { createAsync, EPOCH, frozenSimulator, namespaceOf, until, whenWaiting } from '../support/requests.ts'
import { startReceiver } from './receiver.ts'

function pass({ control }: Simulator, seconds: number) {
  return control.advance(namespaceOf(), { ms: seconds * 1000 })
}

function under(outcome: string) {
  return { headers: { 'x-mockling-outcome': outcome } }
}

function callbacks({ control }: Simulator) {
  return control.journal.list({ kind: 'callback' })
}

function idsOf(arrivals: readonly { readonly body: string }[]): string[] {
  return arrivals.map(({ body }) => JSON.parse(body).task_id)
}

describe('callbacks that let the next one go first', () => {
  it('swap places two by two where all of them do', async () => {
    await using receiver = await startReceiver()
    await using simulator = await frozenSimulator()
    const ids: string[] = []
    for (let n = 0; n < 6; n++) {
      ids.push(await createAsync(simulator, { callback_url: receiver.url('/') }, under('callback-reordered')))
      await whenWaiting(simulator, n + 1)
      await pass(simulator, 1)
    }
    await pass(simulator, 4)
    for (let n = 1; n < 6; n++) {
      await until('the last one is on its way', () => callbacks(simulator).length === 2 * (n >> 1))
      await whenWaiting(simulator, 6 - 2 * (n >> 1))
      await pass(simulator, 1)
    }
    const [a, b, c, d, e, f] = ids
    expect(idsOf(await receiver.arrived(6))).toEqual([b, a, d, c, f, e])
    await until('all are journaled', () => callbacks(simulator).length === 6)
    expect(callbacks(simulator).map(({ at }) => (at - EPOCH) / 1000)).toEqual([11, 11, 13, 13, 15, 15])
  })

  it('are not let go by one that is lost', async () => {
    await using receiver = await startReceiver()
    await using simulator = await frozenSimulator()
    const first = await createAsync(simulator, { callback_url: receiver.url('/') }, under('callback-reordered'))
    await createAsync(simulator, { callback_url: receiver.url('/') }, under('takes 11, callback-lost'))
    const third = await createAsync(simulator, { callback_url: receiver.url('/') }, under('takes 12'))
    await whenWaiting(simulator, 3)
    await pass(simulator, 10)
    await pass(simulator, 1)
    await until('the second is lost', () => callbacks(simulator).length === 1)
    await whenWaiting(simulator, 2)
    await pass(simulator, 1)
    expect(idsOf(await receiver.arrived(2))).toEqual([third, first])
  })

  it('are not let go by one of another token', async () => {
    await using receiver = await startReceiver()
    await using simulator = await frozenSimulator()
    const body = { callback_url: receiver.url('/') }
    await createAsync(simulator, body, under('callback-reordered'))
    const foreign = await createAsync(simulator, body, { token: 'another' })
    await whenWaiting(simulator, 1)
    await whenWaiting(simulator, 1, 'another')
    await simulator.control.advance('server', { ms: 10_000 })
    expect(idsOf(await receiver.arrived(1))).toEqual([foreign])
    await until('that is all', () => callbacks(simulator).length === 1)
    expect(simulator.control.clock(namespaceOf()).waiting).toBe(1)
  })

  it('are forgotten by a reset', async () => {
    await using receiver = await startReceiver()
    await using simulator = await frozenSimulator()
    await createAsync(simulator, { callback_url: receiver.url('/') }, under('callback-reordered'))
    await whenWaiting(simulator)
    await pass(simulator, 10)
    await whenWaiting(simulator)
    await simulator.control.reset(namespaceOf())
    const id = await createAsync(simulator, { callback_url: receiver.url('/') })
    await whenWaiting(simulator)
    await pass(simulator, 400)
    expect(idsOf(await receiver.arrived(1))).toEqual([id])
    expect((await simulator.close()).callbacks).toBe(0)
    expect(receiver.arrivals).toHaveLength(1)
  })

  it('are left undone at a stop, and counted', async () => {
    await using receiver = await startReceiver()
    await using simulator = await frozenSimulator()
    await createAsync(simulator, { callback_url: receiver.url('/') }, under('callback-reordered'))
    await whenWaiting(simulator)
    await pass(simulator, 10)
    await whenWaiting(simulator)
    expect(await simulator.close()).toMatchObject({ callbacks: 1 })
    expect(receiver.arrivals).toEqual([])
  })
})

describe('callbacks that come twice', () => {
  it('are tried again each for itself', async () => {
    let answered = 0
    await using receiver = await startReceiver(response => response.writeHead(answered++ < 2 ? 500 : 200).end())
    await using simulator = await frozenSimulator({ callbackRetries: 2 })
    await createAsync(simulator, { callback_url: receiver.url('/') }, under('callback-doubled gap=0.5'))
    await whenWaiting(simulator, 2)
    await pass(simulator, 10)
    await until('the first has failed', () => callbacks(simulator).length === 1)
    await whenWaiting(simulator, 2)
    await pass(simulator, 0.5)
    await until('the second has failed', () => callbacks(simulator).length === 2)
    await whenWaiting(simulator, 2)
    await pass(simulator, 0.5)
    await until('the first has come', () => callbacks(simulator).length === 3)
    await whenWaiting(simulator, 1)
    await pass(simulator, 0.5)
    await until('the second has come', () => callbacks(simulator).length === 4)
    expect(callbacks(simulator)).toMatchObject([
      { attempt: 1, outcome: 'bad-status' },
      { attempt: 1, outcome: 'bad-status' },
      { attempt: 2, outcome: 'delivered' },
      { attempt: 2, outcome: 'delivered' },
    ])
    expect((await simulator.close()).callbacks).toBe(0)
  })
})
