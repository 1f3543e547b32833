import { describe, expect, it } from 'vitest'
import { startReceiver } from '../callbacks/receiver.ts'
import { controlDoor } from '../support/door.ts'
import { createAsync, EPOCH, frozenSimulator, namespaceOf, TOKEN, until, whenWaiting } from '../support/requests.ts'

/** A simulator with one task whose callback goes to a receiver that answers with `status`. */
async function withCallback(status = 200, settings: Parameters<typeof frozenSimulator>[0] = {}) {
  const receiver = await startReceiver(response => response.writeHead(status).end())
  const simulator = await frozenSimulator(settings)
  const id = await createAsync(simulator, { callback_url: receiver.url('/hook') })
  await whenWaiting(simulator)
  return {
    receiver,
    simulator,
    id,
    door: controlDoor(simulator),
    async [Symbol.asyncDispose]() {
      await simulator.close()
      await receiver[Symbol.asyncDispose]()
    },
  }
}

describe('callbacks', () => {
  it('are listed as scheduled, then as attempts, and shown with both', async () => {
    await using rig = await withCallback(500, { callbackRetries: 2 })
    const { door, id, receiver, simulator } = rig
    const scheduled = { id: `${id}.1`, taskId: id, url: receiver.url('/hook'), at: EPOCH + 10_000, attempt: 1 }
    expect((await door.get('/v1/callbacks')).body).toEqual({
      scheduled: [{ ...scheduled, namespace: expect.stringMatching(/^[0-9a-f]{8}$/) }],
      due: 1,
      attempts: [],
    })
    expect((await door.get('/v1/callbacks?due=0')).body).toEqual({ scheduled: [], due: 1, attempts: [] })
    expect((await door.get(`/v1/callbacks/${id}.1`)).body).toMatchObject({
      state: 'scheduled',
      at: EPOCH + 10_000,
      attempts: [],
    })

    await simulator.clock.advance({ token: TOKEN, seconds: 10 })
    const list = (await door.get(`/v1/callbacks?token=${TOKEN}&task=${id}`)).body
    expect(list.scheduled).toMatchObject([{ ...scheduled, at: EPOCH + 11_000, attempt: 2 }])
    expect(list.attempts).toMatchObject([
      { kind: 'callback', callbackId: `${id}.1`, attempt: 1, outcome: 'bad-status' },
    ])
    const none = { scheduled: [], due: 0, attempts: [] }
    expect((await door.get('/v1/callbacks?token=other')).body).toEqual(none)
    expect((await door.get('/v1/callbacks?task=other')).body).toEqual(none)

    await simulator.clock.advance({ token: TOKEN, seconds: 60 })
    expect((await door.get(`/v1/callbacks/${id}.1`)).body).toMatchObject({
      state: 'failed',
      at: null,
      attempts: [{ attempt: 1 }, { attempt: 2 }, { attempt: 3 }],
    })
    expect((await door.get('/v1/callbacks?limit=1')).body.attempts).toMatchObject([{ attempt: 3 }])
  })

  it('are told apart by who lost them', async () => {
    await using receiver = await startReceiver()
    await using simulator = await frozenSimulator()
    const headers = { 'x-mockling-outcome': 'callback-lost' }
    const id = await createAsync(simulator, { callback_url: receiver.url('/hook') }, { headers })
    await whenWaiting(simulator)
    await simulator.clock.untilSettled(id)
    expect((await simulator.callbacks.get(`${id}.1`)).state).toBe('lost')
    expect(await simulator.callbacks.redeliver(`${id}.1`)).toMatchObject({ outcome: 'delivered', attempt: 2 })
    expect((await simulator.callbacks.get(`${id}.1`)).state).toBe('delivered')
    expect(JSON.parse(receiver.arrivals[0]?.body ?? '')).toMatchObject({ success: true, task_id: id })
  })
})

describe('redelivering', () => {
  it('sends the same once more, now, and says so in the journal', async () => {
    await using rig = await withCallback()
    const { door, id, receiver, simulator } = rig
    await simulator.clock.advance({ token: TOKEN, seconds: 60 })
    const again = await door.post(`/v1/callbacks/${id}.1/redeliver`)
    expect(again.body).toMatchObject({
      taskId: id,
      callbackId: `${id}.1`,
      attempt: 2,
      resend: true,
      outcome: 'delivered',
      at: EPOCH + 60_000,
    })
    const [first, second] = receiver.arrivals
    expect(second).toEqual(first)
    const entries = simulator.control.journal.list({ kind: 'callback' })
    expect(entries).toMatchObject([{ attempt: 1 }, { attempt: 2, resend: true }])
    expect(entries[0]).not.toHaveProperty('resend')
  })

  it('keeps what a fault made of it: the same broken text, the same signature', async () => {
    await using receiver = await startReceiver()
    await using simulator = await frozenSimulator()
    const headers = { 'x-mockling-outcome': 'callback-malformed, callback-signed' }
    const id = await createAsync(simulator, { callback_url: receiver.url('/hook') }, { headers })
    await whenWaiting(simulator)
    await simulator.clock.untilSettled(id)
    await simulator.callbacks.redeliver(`${id}.1`)
    const [first, second] = receiver.arrivals
    expect(() => JSON.parse(first?.body ?? '')).toThrow()
    expect(second).toEqual(first)
    expect(second?.headers).toHaveProperty('webhook-signature')
  })

  it('sends the whole of what the journal has the beginning of', async () => {
    await using receiver = await startReceiver()
    await using simulator = await frozenSimulator()
    const headers = { 'x-mockling-outcome': 'callback-oversized' }
    const id = await createAsync(simulator, { callback_url: receiver.url('/hook') }, { headers })
    await simulator.clock.untilSettled(id)
    await simulator.callbacks.redeliver(`${id}.1`)
    const [first, second] = receiver.arrivals.map(({ body }) => body)
    const [entry] = (await simulator.callbacks.list()).attempts
    expect(entry?.requestBody.length).toBeLessThan(first?.length ?? 0)
    expect(second === first).toBe(true)
  })

  it('is refused before anything was sent and the task is settled', async () => {
    await using rig = await withCallback()
    const refused = await rig.door.post(`/v1/callbacks/${rig.id}.1/redeliver`)
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      `task '${rig.id}' is not settled and nothing was sent yet; settle it, or give a body`,
    ])
  })

  it('knows no callback that is not there', async () => {
    await using rig = await withCallback()
    for (const id of [`${rig.id}.2`, `${rig.id}.0`, 'nobody.1', 'nonsense', rig.id]) {
      for (const verb of ['/redeliver', '/resend']) {
        expect((await rig.door.post(`/v1/callbacks/${id}${verb}`)).status).toBe(404)
      }
      expect((await rig.door.get(`/v1/callbacks/${id}`)).status).toBe(404)
      expect((await rig.door.delete(`/v1/callbacks/${id}`)).status).toBe(404)
    }
  })
})

describe('resending', () => {
  it('changes address, headers and body, each on its own', async () => {
    await using rig = await withCallback()
    const { door, id, receiver, simulator } = rig
    await simulator.clock.advance({ token: TOKEN, seconds: 10 })
    const resend = async (edit: object) => {
      expect((await door.post(`/v1/callbacks/${id}.1/resend`, edit)).body).toMatchObject({
        resend: true,
        outcome: 'delivered',
      })
      return receiver.arrivals.at(-1)
    }
    const [first] = receiver.arrivals
    expect(await resend({ url: receiver.url('/elsewhere') })).toEqual({ ...first, path: '/elsewhere' })
    expect(await resend({ headers: { 'X-Shop': 'two', 'user-agent': 'curl' } })).toMatchObject({
      path: '/hook',
      body: first?.body,
      headers: { 'x-shop': 'two', 'user-agent': 'curl' },
    })
    // What was sent last is sent again; a header that was added can be taken away.
    const bare = await resend({ headers: { 'x-shop': null } })
    expect(bare?.headers).not.toHaveProperty('x-shop')
    expect((await resend({ body: { mine: true } }))?.body).toBe('{"mine":true}')
    expect((await resend({ body: 'no { json' }))?.body).toBe('no { json')
    expect((await resend({ body: null }))?.body).toBe('null')
  })

  it('reports what can’t be sent like any other attempt', async () => {
    await using rig = await withCallback()
    const { door, id, simulator } = rig
    await simulator.clock.advance({ token: TOKEN, seconds: 10 })
    const refused = await door.post(`/v1/callbacks/${id}.1/resend`, { url: 'http://169.254.169.254/' })
    expect(refused.body).toMatchObject({ outcome: 'refused-address', resend: true })
    const broken = await door.post(`/v1/callbacks/${id}.1/resend`, { headers: { 'bad name': 'x' } })
    expect(broken.body).toMatchObject({ outcome: 'invalid-headers', resend: true })
    // What was never sent is not what was sent last.
    expect((await door.post(`/v1/callbacks/${id}.1/redeliver`, {})).body).toMatchObject({ outcome: 'delivered' })
    expect((await door.post(`/v1/callbacks/${id}.1/resend`, { url: 'ftp://a.test' })).body.detail).toBe(
      'url: "ftp://a.test" is not allowed; it must be an http or https URL',
    )
  })

  it('can be done by hand for a task that asked for none', async () => {
    await using receiver = await startReceiver()
    await using simulator = await frozenSimulator()
    const { post } = controlDoor(simulator)
    const id = await createAsync(simulator)
    expect((await post('/v1/callbacks', { task: id })).body.detail).toBe(
      `task '${id}' asked for no callback; name a url`,
    )
    expect((await post('/v1/callbacks', { task: id, url: receiver.url('/') })).status).toBe(409)
    const early = await post('/v1/callbacks', { task: id, url: receiver.url('/early'), body: { early: 1 } })
    expect(early.body).toMatchObject({ callbackId: `${id}.0`, attempt: 1, outcome: 'delivered' })
    await simulator.clock.untilSettled(id)
    expect(await simulator.callbacks.send(id, { url: receiver.url('/result'), body: undefined })).toMatchObject({
      attempt: 2,
    })
    expect(receiver.arrivals.map(({ path }) => path)).toEqual(['/early', '/result'])
    expect((await simulator.callbacks.get(`${id}.0`)).attempts).toHaveLength(2)
  })
})

describe('cancelling', () => {
  it('keeps a callback from being sent', async () => {
    await using rig = await withCallback()
    const { door, id, receiver, simulator } = rig
    expect((await door.delete(`/v1/callbacks/${id}.1`)).body).toMatchObject({ state: 'cancelled', at: null })
    await until('nobody waits', () => simulator.control.clock(namespaceOf()).waiting === 0)
    await simulator.clock.advance({ token: TOKEN, seconds: 60 })
    expect(receiver.arrivals).toEqual([])
    expect((await simulator.callbacks.get(`${id}.1`)).state).toBe('cancelled')
    expect((await simulator.tasks.get(id)).deliveries).toMatchObject([{ isCancelled: true }])
  })

  it('keeps a callback that failed from being tried again', async () => {
    await using rig = await withCallback(500, { callbackRetries: 5 })
    const { id, receiver, simulator } = rig
    await simulator.clock.advance({ token: TOKEN, seconds: 12 })
    expect(receiver.arrivals).toHaveLength(2)
    await simulator.callbacks.cancel(`${id}.1`)
    await simulator.clock.advance({ token: TOKEN, seconds: 600 })
    expect(receiver.arrivals).toHaveLength(2)
  })

  it('is refused once it is delivered', async () => {
    await using rig = await withCallback()
    await rig.simulator.clock.advance({ token: TOKEN, seconds: 10 })
    const refused = await rig.door.delete(`/v1/callbacks/${rig.id}.1`)
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      `callback '${rig.id}.1' is delivered; it is not scheduled`,
    ])
  })
})
