import { describe, expect, it } from 'vitest'
import { connect } from '../../src/testing/connect.ts'
import { controlDoor } from '../support/door.ts'
import { SOUND_BODIES } from '../support/endpoints.ts'
import { create, createAsync, frozenSimulator, namespaceOf, post, retrieve, TOKEN, UUID } from '../support/requests.ts'

const DIGITS = /^\d{18}$/
const O1 = { model: 'kling-o1' }

describe('the revision of one token', () => {
  it('judges its requests and no others, from the next one on', async () => {
    await using simulator = await frozenSimulator({ pace: 'instant' })
    const status = async (token: string) => (await create(simulator, O1, { token })).statusCode
    expect([await status('old'), await status('new')]).toEqual([400, 400])
    await simulator.tokenSettings.set({ token: 'new', revision: '2026-08' })
    expect([await status('old'), await status('new')]).toEqual([400, 200])
    const made = (await create(simulator, O1, { token: 'new' })).json()
    expect(made.video_id).toMatch(DIGITS)
    expect((await create(simulator, {}, { token: 'old' })).json().video_id).toMatch(UUID)
    const lips = async (token: string) =>
      (await post(simulator, '/kling/lip-sync', SOUND_BODIES['/kling/lip-sync'], { token })).statusCode
    expect([await lips('old'), await lips('new')]).toEqual([400, 200])
  })

  it('is not known before the token is: then the server’s answers', async () => {
    await using simulator = await frozenSimulator({ revision: '2026-05' })
    await simulator.tokenSettings.set({ token: TOKEN, revision: '2026-10' })
    const nobody = await simulator.app.inject({ method: 'POST', url: '/kling/videos', payload: {} })
    expect(nobody.json()).toMatchObject({ success: false, error: { code: 'invalid_token' } })
    const known = await create(simulator, {}, { headers: { 'x-mockling-outcome': 'refuse used_up' } })
    expect(Object.keys(known.json())).toEqual(['error', 'trace_id'])
  })

  it('stays with a task that was made under it', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    await simulator.tokenSettings.set({ token: TOKEN, revision: '2026-10' })
    const later = await createAsync(simulator)
    await simulator.clock.advance({ seconds: 10 })
    const [old, young] = [(await retrieve(simulator, id)).response, (await retrieve(simulator, later)).response]
    expect(Object.keys(old)).toHaveLength(6)
    expect(old.video_id).toMatch(UUID)
    expect(Object.keys(young)).toEqual([...Object.keys(old), 'data', 'cost'])
    expect(young.video_id).toMatch(DIGITS)
  })

  it('is shown, outlives a reset, and is taken back with null', async () => {
    await using simulator = await frozenSimulator()
    const { get, patch } = controlDoor(simulator)
    const { namespace } = namespaceOf()
    const own = { namespace: namespace.slice(0, 8), revision: '2026-08', isOwn: true }
    expect((await get(`/v1/token-settings?token=${TOKEN}`)).body.items).toEqual([
      { ...own, revision: '2026-05', isOwn: false },
    ])
    expect((await get('/v1/token-settings')).body.items).toEqual([])
    expect((await patch('/v1/token-settings', { token: TOKEN, revision: '2026-08' })).body).toEqual(own)
    await simulator.reset()
    expect((await get('/v1/token-settings')).body.items).toEqual([own])
    expect((await patch('/v1/token-settings', { namespace, revision: null })).body).toMatchObject({
      revision: '2026-05',
      isOwn: false,
    })
    expect((await get('/v1/token-settings')).body.items).toEqual([])
    expect((await create(simulator, O1)).statusCode).toBe(400)
  })

  it('is set for a connection’s own token without naming it', async () => {
    await using simulator = await frozenSimulator({ pace: 'instant' })
    const mine = connect(simulator).as('mine')
    await mine.tokenSettings.set({ revision: '2026-10' })
    expect(await mine.tokenSettings.list()).toMatchObject([{ revision: '2026-10', isOwn: true }])
    expect(await connect(simulator).as('other').tokenSettings.list()).toMatchObject([{ isOwn: false }])
    expect((await create(simulator, { model: 'kling-v3-turbo' }, { token: 'mine' })).statusCode).toBe(200)
  })

  it('decides whether a rule could ever fire', async () => {
    await using simulator = await frozenSimulator()
    const { post: command } = controlDoor(simulator)
    const rule = { effects: 'fail api_error', when: { model: 'kling-v3-turbo' } }
    const refused = await command('/v1/rules', { token: 'new', ...rule })
    expect([refused.status, refused.body.detail]).toEqual([
      400,
      expect.stringContaining('revision 2026-05 has no model'),
    ])
    await simulator.tokenSettings.set({ token: 'new', revision: '2026-10' })
    expect((await command('/v1/rules', { token: 'new', ...rule })).status).toBe(201)
    expect((await command('/v1/rules', rule)).status).toBe(201)
    const lips = { effects: 'fail api_error', when: { action: 'lip-sync' } }
    expect((await command('/v1/rules', { token: 'old', ...lips })).body.detail).toContain(
      'revision 2026-05 has no /kling/lip-sync',
    )
  })

  it.each([
    [{ revision: '2026-08' }, 'name a token or a namespace'],
    [{ token: 'x', revision: '2027-01' }, 'revision: "2027-01" is not allowed'],
    [{ token: 'x' }, 'revision'],
    [{ token: 'x', revision: '2026-08', pace: 1 }, 'pace: there is no such field'],
    [{ token: '', revision: '2026-08' }, 'token'],
    [[], 'object'],
  ])('refuses %j and changes nothing', async (body, reason) => {
    await using simulator = await frozenSimulator()
    const { get, patch } = controlDoor(simulator)
    const refused = await patch('/v1/token-settings', body)
    expect([refused.status, refused.body.detail]).toEqual([400, expect.stringContaining(reason)])
    expect((await get('/v1/token-settings')).body.items).toEqual([])
  })
})
