import { describe, expect, it } from 'vitest'
import { createSimulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'
import { controlDoor } from '../support/door.ts'
import { create, createAsync, frozenSimulator, namespaceOf, whenWaiting } from '../support/requests.ts'
import { send } from '../support/sockets.ts'

describe('readiness and liveness', () => {
  it('are both there once it has started, for callers without the key', async () => {
    await using simulator = await createSimulator({ controlKey: 'open sesame' })
    const ask = async (path: string) => {
      const { status, text } = await send(simulator.url, { path: `/_mockling${path}` })
      return [status, JSON.parse(text)]
    }
    expect(await ask('/ready')).toEqual([200, { status: 'ready' }])
    expect(await ask('/live')).toEqual([200, { status: 'live' }])
    expect(await ask('/health')).toMatchObject([200, { status: 'ok', name: 'mockling' }])
  })

  it('differ while as much is held as may be', async () => {
    await using simulator = await frozenSimulator({ maxHeld: 1 })
    const door = controlDoor(simulator)
    const held = create(simulator)
    await whenWaiting(simulator)
    const ready = await door.get('/ready')
    expect([ready.status, ready.body.detail, ready.headers.get('retry-after')]).toEqual([
      503,
      'mockling holds as many requests as it may',
      '1',
    ])
    expect((await door.get('/live')).status).toBe(200)
    await simulator.control.advance(namespaceOf(), { ms: 10_000 })
    await held
    expect((await door.get('/ready')).status).toBe(200)
  })

  it('differ while there are as many pending tasks as may be', async () => {
    await using simulator = await frozenSimulator({ maxPending: 1 })
    const door = controlDoor(simulator)
    await createAsync(simulator)
    expect((await door.get('/ready')).body.detail).toBe('mockling holds as many pending tasks as it can')
    await simulator.control.advance(namespaceOf(), { ms: 10_000 })
    expect((await door.get('/ready')).status).toBe(200)
  })

  it('differ while it shuts down', async () => {
    await using receiver = await startReceiver(() => {})
    const simulator = await createSimulator({ pace: 'instant', drain: 600 })
    await createAsync(simulator, { callback_url: receiver.url('/hook') })
    await receiver.arrived(1)
    const closed = simulator.close()
    const ask = (path: string) => simulator.app.inject({ method: 'GET', url: `/_mockling${path}` })
    const ready = await ask('/ready')
    expect([ready.statusCode, ready.json().detail]).toEqual([503, 'mockling is shutting down'])
    expect((await ask('/live')).statusCode).toBe(200)
    await receiver[Symbol.asyncDispose]()
    await closed
  })
})

describe('a defect of ours', () => {
  it('is answered 500 and reported, what the caller did wrong is not', async () => {
    const defects: unknown[] = []
    await using simulator = await createSimulator({}, { onDefect: error => defects.push(error) })
    const get = async (url: string) => (await simulator.app.inject({ method: 'GET', url })).statusCode
    expect(await get('/_mockling/v1/tasks/none')).toBe(404)
    expect(defects).toEqual([])
    simulator.control.journal.count = () => {
      throw new Error('broken')
    }
    expect(await get('/_mockling/metrics')).toBe(500)
    expect(defects).toMatchObject([{ message: 'broken' }])
  })
})
