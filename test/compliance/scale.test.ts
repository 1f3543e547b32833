import { Agent, request } from 'undici'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../../src/simulation/random.ts'
import { createSimulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'
import { until } from '../support/requests.ts'

const HELD = 1000
const CALLBACKS = 10_000

describe('a crowd', () => {
  it(`holds ${HELD} requests and owes ${CALLBACKS} callbacks at once, and settles them all once each`, async () => {
    await using receiver = await startReceiver()
    await using simulator = await createSimulator({ clock: 'frozen', pace: 90, journalSize: 20_000 })
    const crowd = new Agent({ connections: HELD + 50, pipelining: 1 })
    const post = async (body: object): Promise<Record<string, unknown>> => {
      const { body: answer } = await request(`${simulator.url}/kling/videos`, {
        dispatcher: crowd,
        method: 'POST',
        headers: { authorization: 'Bearer crowd', 'content-type': 'application/json' },
        body: JSON.stringify({ action: 'text2video', prompt: 'a white mug', ...body }),
      })
      return (await answer.json()) as Record<string, unknown>
    }
    const namespace = { namespace: sha256('crowd') }

    const accepted: unknown[] = []
    for (let from = 0; from < CALLBACKS; from += 500) {
      const batch = Array.from({ length: 500 }, () => post({ callback_url: receiver.url('/hook') }))
      accepted.push(...(await Promise.all(batch)).map(answer => answer['task_id']))
    }
    const held = Array.from({ length: HELD }, () => post({}))
    await until('all wait', () => simulator.control.clock(namespace).waiting === HELD + CALLBACKS)

    await simulator.control.advance(namespace, { ms: 89_999 })
    expect(simulator.control.clock(namespace).waiting).toBe(HELD + CALLBACKS)
    await simulator.control.advance(namespace, { ms: 1 })
    const answers = await Promise.all(held)
    expect(answers.filter(answer => answer['state'] === 'succeed')).toHaveLength(HELD)

    await receiver.arrived(CALLBACKS)
    const delivered = { kind: 'callback', outcome: 'delivered' } as const
    // The journal has an attempt once its answer is in, a little after the arrival.
    await until('all are recorded', () => simulator.control.journal.count(delivered) === CALLBACKS)
    const arrived = receiver.arrivals.map(arrival => JSON.parse(arrival.body).task_id)
    expect(arrived.toSorted()).toEqual(accepted.toSorted())
    await crowd.close()
  }, 120_000)
})
