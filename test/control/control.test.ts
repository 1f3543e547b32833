import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'

const BODY = { action: 'text2video', model: 'kling-v1', prompt: 'a white mug' }

function door(simulator: Simulator) {
  const agent = supertest(simulator.url)
  return {
    create: (body: object = {}, token = 'one') =>
      agent
        .post('/kling/videos')
        .set('authorization', `Bearer ${token}`)
        .send({ ...BODY, ...body }),
    get: (path: string) => agent.get(`/_mockling${path}`),
    put: (path: string, body: object) => agent.put(`/_mockling${path}`).send(body),
    post: (path: string, body: object = {}) => agent.post(`/_mockling${path}`).send(body),
    agent,
  }
}

describe('the control door', () => {
  it('tells what it is, at every health address', async () => {
    await using simulator = await createSimulator({ seed: 3 })
    const { get, agent } = door(simulator)
    const identity = {
      name: 'mockling',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      revision: '2026-05',
      seed: 3,
    }
    expect((await get('/version').expect(200)).body).toEqual(identity)
    for (const reply of [await get('/health'), await agent.get('/health'), await agent.post('/health')]) {
      expect(reply.status).toBe(200)
      expect(reply.body).toEqual({ status: 'ok', ...identity })
    }
    const { links } = (await get('').expect(200)).body
    expect(links).toContain('POST /_mockling/v1/reset  Start over: one namespace or all, the whole or a part')
  })

  it('reads, sets and advances one namespace’s clock and no other', async () => {
    await using simulator = await createSimulator({ clock: 'frozen' })
    const { get, put, post } = door(simulator)
    const before = (await get('/v1/clock')).body
    expect(before).toMatchObject({ scope: 'server', mode: 'frozen', time: '2026-06-01T00:00:00.000Z' })
    const moved = (await post('/v1/clock/advance', { token: 'one', seconds: 90.5 }).expect(200)).body
    expect(moved).toMatchObject({ now: before.now + 90_500, follows: false, mode: 'frozen' })
    expect((await get('/v1/clock?token=two')).body.now).toBe(before.now)
    expect((await post('/v1/clock/advance', { ms: 1000 })).body.now).toBe(before.now + 1000)
    expect((await get('/v1/clock?token=one')).body.now).toBe(before.now + 90_500)
    expect((await put('/v1/clock', { token: 'one', mode: 'scaled', rate: 50 })).body).toMatchObject({
      mode: 'scaled',
      rate: 50,
    })
    expect((await post('/v1/clock/advance', { to: '2027-01-01T00:00:00Z' })).body.time).toBe('2027-01-01T00:00:00.000Z')
  })

  it('releases a held request at the exact instant and not a millisecond before', async () => {
    await using simulator = await createSimulator({ clock: 'frozen', pace: 91 })
    const { create, get, post } = door(simulator)
    let isAnswered = false
    const held = create().then(reply => {
      isAnswered = true
      return reply
    })
    const clock = async () => (await get('/v1/clock?token=one')).body
    while ((await clock()).waiting === 0);
    const { next, now } = await clock()
    expect(next).toBe(now + 91_000)
    await post('/v1/clock/advance', { token: 'one', ms: 90_999 })
    expect(await clock()).toMatchObject({ waiting: 1, now: next - 1 })
    await post('/v1/clock/advance', { token: 'two', ms: 10_000_000 })
    expect(await clock()).toMatchObject({ waiting: 1, now: next - 1 })
    expect(isAnswered).toBe(false)
    await post('/v1/clock/advance', { token: 'one', ms: 1 })
    expect((await held).body).toMatchObject({ success: true, duration: '5.1' })
  })

  it('shows tasks by namespace and one by its id', async () => {
    await using simulator = await createSimulator({ clock: 'frozen', pace: 10 })
    const { create, get, post } = door(simulator)
    const { task_id: id } = (await create({ async: true })).body
    await create({ async: true }, 'two')
    const { items, total } = (await get('/v1/tasks?token=one')).body
    expect(total).toBe(4)
    expect(items[0]).toMatchObject({ id, state: 'accepted', model: 'kling-v1', credits: 1.4, request: { async: true } })
    expect((await get('/v1/tasks')).body.total).toBe(5)
    await post('/v1/clock/advance', { seconds: 10 })
    expect((await get(`/v1/tasks/${id}`)).body).toMatchObject({ id, state: 'succeed' })
    expect((await get('/v1/account?token=one')).body).toMatchObject({ charged: 1.4, reserved: 0, left: null })
    expect((await get('/v1/tasks/nobody').expect(404)).body.detail).toContain("'nobody'")
  })

  it('lists, filters and counts requests and callback attempts', async () => {
    await using receiver = await startReceiver()
    await using simulator = await createSimulator({ pace: 'instant' })
    const { create, get } = door(simulator)
    await create({ callback_url: receiver.url('/hook'), colour: 'red' })
    await create({ duration: 99, model: 'kling-v9' })
    await receiver.arrived(1)
    const count = async (query: string) => (await get(`/v1/journal/count?${query}`)).body.count
    while ((await count('kind=callback')) === 0);
    expect(await count('kind=request&path=/kling/videos')).toBe(2)
    expect(await count('status=400')).toBe(1)
    expect(await count('token=two')).toBe(0)
    const refused = (await get('/v1/journal?status=400')).body.items[0]
    expect(refused).toMatchObject({ code: 'bad_request', message: 'model is invalid.' })
    expect(refused.objections.map((objection: { rule: string }) => objection.rule)).toEqual(['R2', 'R14'])
    const [made, sent] = (await get('/v1/journal?token=one')).body.items.filter(
      (entry: { status: number }) => entry.status === 200,
    )
    expect(made).toMatchObject({ ignored: ['colour'], outcome: 'succeed' })
    expect(sent).toMatchObject({ kind: 'callback', outcome: 'delivered', attempt: 1, taskId: made.taskId })
    expect(JSON.stringify((await get('/v1/journal')).body)).not.toContain('Bearer')
  })

  it('resets one namespace or all, and ends what is held', async () => {
    await using simulator = await createSimulator({ clock: 'frozen' })
    const { create, get, post } = door(simulator)
    const held = create().then(reply => reply)
    const other = (await create({ async: true }, 'two')).body.task_id
    while ((await get('/v1/clock?token=one')).body.waiting === 0);
    await post('/v1/reset', { token: 'one' }).expect(200)
    const reply = await held
    expect(reply.status).toBe(503)
    expect(reply.headers['x-mockling-reset']).toBe('1')
    expect((await get('/v1/tasks?token=one')).body.total).toBe(3)
    expect((await get(`/v1/tasks/${other}`)).body.id).toBe(other)
    await post('/v1/reset')
    expect((await get('/v1/tasks')).body.total).toBe(3)
  })

  it.each([
    ['put', '/v1/clock', { mode: 'sideways' }, 'mode: '],
    ['put', '/v1/clock', { mode: 'real', rate: 2 }, 'rate goes with mode scaled only'],
    ['put', '/v1/clock', { mode: 'frozen', speed: 2 }, 'speed'],
    ['post', '/v1/clock/advance', { ms: -1 }, 'ms: '],
    ['post', '/v1/clock/advance', {}, 'exactly one of ms, seconds and to'],
    ['post', '/v1/clock/advance', { ms: 1, seconds: 1 }, 'exactly one of ms, seconds and to'],
    ['post', '/v1/clock/advance', { to: 'yesterday' }, 'ISO 8601'],
    ['post', '/v1/clock/advance', { namespace: 'zz', ms: 1 }, 'hexadecimal'],
    ['post', '/v1/reset', { everything: true }, 'everything'],
  ] as const)('refuses %s %s %j with the reason', async (method, path, body, reason) => {
    await using simulator = await createSimulator()
    const reply = await door(simulator)[method](path, body)
    expect(reply.status).toBe(400)
    expect(reply.type).toBe('application/problem+json')
    expect(reply.body).toMatchObject({ status: 400, detail: expect.stringContaining(reason) })
  })

  it('refuses to move a clock back or beyond the calendar', async () => {
    await using simulator = await createSimulator()
    const { post } = door(simulator)
    expect((await post('/v1/clock/advance', { to: 1 }).expect(409)).body.detail).toContain('forward only')
    await post('/v1/clock/advance', { ms: 1e300 }).expect(409)
  })

  it('refuses pages of another origin and names that are not the loopback’s', async () => {
    await using simulator = await createSimulator()
    const { agent } = door(simulator)
    const foreign = await agent.post('/_mockling/v1/reset').set('origin', 'http://evil.test').send({})
    expect(foreign.status).toBe(403)
    const rebound = await agent.get('/_mockling/v1/tasks').set('host', 'evil.test')
    expect(rebound.status).toBe(403)
    expect(rebound.body.detail).toContain('evil.test')
    expect((await agent.get('/_mockling/health').set('host', 'evil.test')).status).toBe(200)
  })

  it('asks for the key when one is set', async () => {
    await using simulator = await createSimulator({ controlKey: 'open sesame' })
    const { agent, get } = door(simulator)
    await get('/v1/clock').expect(401)
    await agent.get('/_mockling/v1/clock').set('x-mockling-key', 'open sesam').expect(401)
    await agent.get('/_mockling/v1/clock').set('x-mockling-key', 'open sesame').expect(200)
  })

  it('fills the demo namespace with finished, failed and running tasks', async () => {
    await using simulator = await createSimulator({ demo: 20, clock: 'frozen' })
    const { items } = (await door(simulator).get('/v1/tasks?token=demo&limit=20')).body
    const states = new Set(items.map((task: { state: string }) => task.state))
    expect(states).toEqual(new Set(['accepted', 'succeed', 'failed']))
    expect(items[0].request.prompt).toMatch(/^A .+ table in .+\.$/)
  })
})

describe('auto-skip', () => {
  it('answers a real-paced create in no time, and never leaps while nobody waits', async () => {
    await using simulator = await createSimulator({ clock: 'auto-skip', pace: 'real' })
    const { create, get } = door(simulator)
    await create()
    const from = performance.now()
    const reply = await create()
    expect(performance.now() - from).toBeLessThan(1000)
    expect(reply.body).toMatchObject({ success: true })
    const now = async () => (await get('/v1/clock?token=one')).body.now
    const settled = await now()
    expect(settled).toBeGreaterThan(Date.UTC(2026, 5, 1) + 30_000)
    const { task_id: id } = (await create({ async: true })).body
    // Nobody waits for it: time stands until somebody asks, and then moves three seconds a poll.
    expect(await now()).toBe(settled)
    await simulator.app.inject({
      method: 'POST',
      url: '/kling/tasks',
      headers: { authorization: 'Bearer one', 'content-type': 'application/json' },
      payload: { id },
    })
    while ((await now()) === settled);
    expect(await now()).toBe(settled + 3000)
  })
})
