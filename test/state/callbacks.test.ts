import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createSimulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'
import { FakeTimebase } from '../simulation/fake-timebase.ts'
import { freePort } from '../support/redis.ts'
import { createAsync, EPOCH, namespaceOf, retrieve, until } from '../support/requests.ts'
import { statePath } from './state-dir.ts'
import { FROZEN, withState } from './with-state.ts'

const hardWork = promisify(pbkdf2)

describe('callbacks under --state', () => {
  it('are sent that were not, and those that arrived are not sent again', async () => {
    await using receiver = await startReceiver()
    await using all = await withState()
    const early = await createAsync(all.first, { async: undefined, callback_url: receiver.url('/early') })
    await all.first.control.advance('server', { ms: 10_000 })
    await receiver.arrived(1)
    const late = await createAsync(all.first, { async: undefined, callback_url: receiver.url('/late') })

    const second = await all.afterKill()
    expect(second.restored).toMatchObject({ tasks: 2, pending: 1, callbacks: 1 })
    await second.control.advance('server', { ms: 10_000 })
    const arrivals = await receiver.arrived(2)
    expect(arrivals.map(({ path, body }) => [path, JSON.parse(body).task_id])).toEqual([
      ['/early', early],
      ['/late', late],
    ])
    const third = await all.afterKill()
    expect(third.restored).toMatchObject({ pending: 0, callbacks: 0 })
    await third.control.advance('server', { ms: 100_000 })
    expect(receiver.arrivals).toHaveLength(2)
  })

  it('that came due meanwhile are sent at the start', async () => {
    await using receiver = await startReceiver()
    const timebase = new FakeTimebase()
    await using all = await withState({ pace: 10 }, timebase)
    await createAsync(all.first, { async: undefined, callback_url: receiver.url('/') })
    await all.first.close()
    timebase.pass(60_000)
    await all.open(all.file)
    await receiver.arrived(1)
  })

  it('of creates that come while it is still starting are sent once', async () => {
    await using receiver = await startReceiver()
    using place = statePath()
    const port = await freePort()
    // Threads that are busy with this look up no names, and `localhost` has two addresses to listen on.
    let isUp = false
    const work = Array.from({ length: 8 }, async () => {
      while (!isUp) await hardWork('', '', 60_000, 32, 'sha256')
    })
    const starting = createSimulator({ state: place.file, host: 'localhost', port, pace: 0.05 })
    const ask = async () => {
      const body = { action: 'text2video', model: 'kling-v1', prompt: 'a white mug', callback_url: receiver.url('/') }
      const headers = { authorization: 'Bearer any', 'content-type': 'application/json' }
      const answer = await fetch(`http://127.0.0.1:${port}/kling/videos`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      })
      return answer.ok
    }
    await until('a create is accepted', () => ask().catch(() => false))
    void starting.then(() => {
      isUp = true
    })
    await ask()
    await using _ = await starting
    await Promise.all(work)
    await ask()
    await receiver.arrived(3)
    const ids = receiver.arrivals.map(({ body }) => JSON.parse(body).task_id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('that failed are tried again at their instant, with the number that is next', async () => {
    await using receiver = await startReceiver(response => response.writeHead(500).end())
    await using all = await withState({ ...FROZEN, callbackRetries: 2 })
    const id = await createAsync(all.first, { async: undefined, callback_url: receiver.url('/') })
    await all.first.control.advance('server', { ms: 10_000 })
    await receiver.arrived(1)
    const second = await all.afterKill()
    expect((await second.control.callbacks.list('server')).scheduled).toMatchObject([
      { taskId: id, attempt: 2, at: EPOCH + 11_000 },
    ])
    await second.control.advance('server', { ms: 1_000 })
    await receiver.arrived(2)
    const third = await all.afterKill()
    expect((await third.control.callbacks.list('server')).scheduled).toMatchObject([{ attempt: 3, at: EPOCH + 13_000 }])
    await third.control.advance('server', { ms: 2_000 })
    await receiver.arrived(3)
    expect((await all.afterKill()).restored?.callbacks).toBe(0)
  })

  it('are owed though the store has forgotten the task', async () => {
    await using receiver = await startReceiver((response, { headers }) =>
      response.writeHead(headers['user-agent'] === undefined ? 200 : 500).end(),
    )
    await using all = await withState({ ...FROZEN, retain: 0, callbackRetries: 5 })
    const id = await createAsync(all.first, { async: undefined, callback_url: receiver.url('/') })
    await all.first.control.advance('server', { ms: 10_000 })
    await receiver.arrived(1)
    await createAsync(all.first)
    expect(await retrieve(all.first, id)).toEqual({})
    const second = await all.afterKill()
    await second.control.advance('server', { ms: 1_000 })
    expect(JSON.parse((await receiver.arrived(2))[1]?.body ?? '')).toMatchObject({ task_id: id })
  })

  it('follow the plan as it was changed', async () => {
    await using receiver = await startReceiver()
    await using all = await withState()
    const hook = (path: string) => ({ async: undefined, callback_url: receiver.url(path) })
    const stalled = await createAsync(all.first, hook('/stalled'))
    const cancelled = await createAsync(all.first, hook('/cancelled'))
    await all.first.control.reroute(stalled, { to: 'stall' })
    await all.first.control.callbacks.cancel(`${cancelled}.1`)
    const second = await all.afterKill()
    expect(second.restored).toMatchObject({ pending: 2, callbacks: 0 })
    await second.control.reroute(stalled, { to: 'fail' })
    await second.control.advance('server', { ms: 20_000 })
    await until('the callback is there', () => receiver.arrivals.length === 1)
    expect(receiver.arrivals.map(({ path }) => path)).toEqual(['/stalled'])
    expect((await all.afterKill()).restored?.callbacks).toBe(0)
  })

  it('of a reset namespace are owed no more', async () => {
    await using all = await withState()
    await createAsync(all.first, { async: undefined, callback_url: 'http://127.0.0.1:9/' })
    await all.first.control.reset(namespaceOf())
    await createAsync(all.first)
    expect((await all.afterKill()).restored).toMatchObject({ tasks: 1, callbacks: 0 })
  })
})
