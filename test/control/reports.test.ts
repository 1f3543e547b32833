import { describe, expect, it } from 'vitest'
import { createSimulator } from '../../src/simulator.ts'
import { controlDoor } from '../support/door.ts'

const VERDICT = { id: 'rules/R1', promise: 'refuses an unknown model', state: 'failed', text: 'got 200', durationMs: 3 }
const VERIFY = { kind: 'verify', subject: 'http://127.0.0.1:4180', revision: '2026-05', found: [VERDICT] }
const DRIFT = {
  kind: 'drift',
  subject: 'recordings',
  revision: '2026-10',
  found: { compared: 3, causes: [{ at: 'status', recorded: '200', played: '400', recordings: ['0001'] }] },
}

describe('reports of other commands', () => {
  it('are kept and counted, the newest first', async () => {
    await using simulator = await createSimulator({ clock: 'frozen' })
    const { get, post } = controlDoor(simulator)
    expect((await post('/v1/reports', VERIFY)).status).toBe(201)
    await simulator.clock.advance({ seconds: 5 })
    await post('/v1/reports', DRIFT)
    const { items } = (await get('/v1/reports')).body
    expect(items).toMatchObject([
      { id: 2, kind: 'drift', subject: 'recordings', counts: { compared: 3, differences: 1 } },
      { id: 1, kind: 'verify', revision: '2026-05', counts: { passed: 0, failed: 1, skipped: 0 } },
    ])
    expect(items[0].at - items[1].at).toBe(5000)
    expect(items[0].found).toBeUndefined()
    expect((await get('/v1/reports/1')).body.found).toEqual([VERDICT])
  })

  it('make room for newer ones beyond fifty', async () => {
    await using simulator = await createSimulator()
    const { get, post } = controlDoor(simulator)
    for (let count = 0; count < 51; count++) await post('/v1/reports', VERIFY)
    const { items } = (await get('/v1/reports')).body
    expect([items.length, items[0].id, items.at(-1).id]).toEqual([50, 51, 2])
    expect((await get('/v1/reports/1')).body.detail).toBe('there is no report 1')
  })

  it('can be forgotten', async () => {
    await using simulator = await createSimulator()
    const door = controlDoor(simulator)
    await door.post('/v1/reports', VERIFY)
    expect((await door.delete('/v1/reports')).body).toEqual({ removed: 1 })
    expect((await door.get('/v1/reports')).body).toEqual({ items: [] })
  })

  it.each<[string, object, string]>([
    ['of another kind', { ...VERIFY, kind: 'x' }, 'kind: "x" is not allowed; it must be one of verify, drift'],
    ['without verdicts', { ...VERIFY, found: {} }, 'found: {} is not allowed; it must be a list'],
    ['without a subject', { ...VERIFY, subject: undefined }, 'subject is missing; it must be text'],
    [
      'with a verdict of no known state',
      { ...VERIFY, found: [{ ...VERDICT, state: 'odd' }] },
      'found.0.state: "odd" is not allowed; it must be one of passed, failed, skipped',
    ],
  ])('are refused %s', async (_how, report, reason) => {
    await using simulator = await createSimulator()
    const reply = await controlDoor(simulator).post('/v1/reports', report)
    expect([reply.status, reply.body.detail]).toEqual([400, reason])
  })
})
