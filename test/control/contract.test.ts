import { describe, expect, it } from 'vitest'
import { capabilities } from '../../src/contract/matrix.ts'
import { createSimulator } from '../../src/simulator.ts'
import { controlDoor } from '../support/door.ts'

const REFUSED = { action: 'text2video', model: 'kling-v2-6', mode: 'std', prompt: 'a mug', generate_audio: true }

describe('the contract at the control door', () => {
  it('shows the capabilities of every revision, as the package does', async () => {
    await using simulator = await createSimulator()
    const { body } = await controlDoor(simulator).get('/v1/capabilities')
    expect(body).toEqual(JSON.parse(JSON.stringify(capabilities())))
  })

  it('says what a body is refused for, with rule, source and the nearest change', async () => {
    await using simulator = await createSimulator()
    const { body } = await controlDoor(simulator).post('/v1/explain', { body: REFUSED })
    expect(body).toMatchObject({
      revision: '2026-05',
      accepted: false,
      objections: [{ rule: 'R19', field: 'generate_audio', nearest: { says: 'set mode to "pro"' } }],
    })
    expect(body.price).toBeUndefined()
  })

  it('says what an accepted body costs, and what of it is not used', async () => {
    await using simulator = await createSimulator()
    const sound = { action: 'text2video', prompt: 'a mug', calback_url: 'http://x', multi_shot: true }
    const { body } = await controlDoor(simulator).post('/v1/explain', { body: sound })
    expect(body).toMatchObject({
      accepted: true,
      objections: [],
      ignored: [
        { field: 'calback_url', knownIn: [] },
        { field: 'multi_shot', knownIn: ['2026-10'] },
      ],
      price: { credits: 1.4 },
    })
  })

  it('goes by the server’s revision and strictness unless told otherwise', async () => {
    await using simulator = await createSimulator({ revision: '2026-03', strictness: 'upstream' })
    const { post } = controlDoor(simulator)
    const camera = { type: 'simple', config: { pan: 0.1, tilt: 0.1 } }
    const body = { action: 'text2video', prompt: 'a mug', camera_control: camera }
    const strict = (await post('/v1/explain', { body })).body
    expect([strict.revision, strict.accepted]).toEqual(['2026-03', false])
    const mild = (await post('/v1/explain', { body, revision: '2026-05', strictness: 'documented' })).body
    expect([mild.revision, mild.accepted]).toEqual(['2026-05', true])
  })

  it('refuses an endpoint that the revision does not have', async () => {
    await using simulator = await createSimulator()
    const reply = await controlDoor(simulator).post('/v1/explain', { body: {}, endpoint: 'lip-sync' })
    expect(reply.status).toBe(400)
    expect(reply.body.detail).toBe('revision 2026-05 has no /kling/lip-sync; 2026-08, 2026-10 have')
  })

  it('makes and bills nothing', async () => {
    await using simulator = await createSimulator()
    await controlDoor(simulator).post('/v1/explain', { body: { action: 'text2video', prompt: 'a mug' } })
    expect((await simulator.ledger()).purchases).toEqual([])
    expect(await simulator.requests.list()).toEqual([])
  })
})
