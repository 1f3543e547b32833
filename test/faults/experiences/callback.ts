import { Webhook, WebhookVerificationError } from 'standardwebhooks'
import { expect } from 'vitest'
import { TEST_SECRET } from '../../../src/faults/signature.ts'
import { startReceiver } from '../../callbacks/receiver.ts'
import { EPOCH, UUID, until } from '../../support/requests.ts'
import { type Bench, type Experience, openBench, PACE, PRICE } from '../bench.ts'

const SECRET = `whsec_${Buffer.from('a secret of more than 24 bytes').toString('base64')}`

/** What each fault of the callback puts its client through. */
export const CALLBACK_EXPERIENCES: Readonly<Record<string, Experience>> = {
  'callback-early': async client => {
    await using bench = await openBench(client)
    let isAnswered = false
    let wasAnswered: boolean | undefined
    let release = () => {}
    await using hook = await startReceiver(response => {
      wasAnswered = isAnswered
      release = () => void response.end()
    })
    const create = bench.start('callback-early', { callback_url: hook.url('/') })
    create.promise.then(() => {
      isAnswered = true
    })
    const [callback] = await hook.arrived(1)
    expect([wasAnswered, create.isOver]).toEqual([false, false])
    release()
    const { task_id: id } = JSON.parse((await create.promise).text)
    expect(JSON.parse(callback?.body ?? '')).toMatchObject({ success: true, task_id: id })
    expect(await bench.poll(id)).toMatchObject({ response: { success: true } })
    expect(bench.elapsed()).toBe(0)
    expect(await bench.charged()).toBe(PRICE)
  },

  'callback-unseen': async client => {
    await using bench = await openBench(client)
    const id = await bench.createCalled('callback-unseen 15')
    await bench.pass(PACE, 1)
    const [callback] = await bench.receiver.arrived(1)
    expect(JSON.parse(callback?.body ?? '')).toMatchObject({ success: true, task_id: id })
    expect(await bench.poll(id)).toEqual({})
    expect(await bench.tasks()).toEqual([])
    await bench.pass(14.999)
    expect(await bench.poll(id)).toEqual({})
    await bench.pass(0.001)
    expect(await bench.poll(id)).toMatchObject({ id, response: { success: true } })
    expect(await bench.tasks()).toEqual([id])
  },

  'callback-lost': async client => {
    await using bench = await openBench(client)
    const id = await bench.createCalled('callback-lost')
    await bench.pass(86_400, 1)
    await until('it is journaled as lost', () => callbacks(bench).length === 1)
    expect(callbacks(bench)).toMatchObject([{ outcome: 'lost', taskId: id, attempt: 1 }])
    expect(bench.receiver.accepted).toBe(0)
    expect(await bench.poll(id)).toMatchObject({ response: { success: true, task_id: id } })
    expect(await bench.charged()).toBe(PRICE)
  },

  'callback-late': async client => {
    await using bench = await openBench(client)
    const id = await bench.createCalled('callback-late 60')
    await bench.pass(PACE, 1)
    expect(await bench.poll(id)).toMatchObject({ response: { success: true } })
    await bench.pass(59.999, 1)
    expect(bench.receiver.accepted).toBe(0)
    await bench.pass(0.001)
    const [callback] = await bench.receiver.arrived(1)
    expect(JSON.parse(callback?.body ?? '').task_id).toBe(id)
    await until('it is journaled', () => callbacks(bench).length === 1)
    expect(callbacks(bench)).toMatchObject([{ at: EPOCH + (PACE + 60) * 1000 }])
  },

  'callback-reordered': async client => {
    await using bench = await openBench(client)
    const first = await bench.createCalled('callback-reordered')
    await bench.pass(1, 1)
    const second = await bench.createCalled('succeed')
    await bench.pass(PACE - 1, 2)
    // Due, but it lets the other one go first.
    await bench.pass(1, 2)
    const arrivals = await bench.receiver.arrived(2)
    expect(idsOf(arrivals)).toEqual([second, first])

    // Nobody comes, so it goes alone in the end.
    const alone = await bench.createCalled('callback-reordered 20')
    await bench.pass(PACE, 1)
    await bench.pass(19.999, 1)
    expect(bench.receiver.arrivals).toHaveLength(2)
    await bench.pass(0.001)
    expect(idsOf(await bench.receiver.arrived(3)).at(-1)).toBe(alone)
  },

  'callback-contradicted': async client => {
    await using bench = await openBench(client)
    const id = await bench.createCalled('callback-contradicted')
    await bench.pass(PACE, 2)
    const [good] = await bench.receiver.arrived(1)
    expect(JSON.parse(good?.body ?? '')).toMatchObject({ success: true, task_id: id })
    await bench.pass(1, 1)
    const [, bad] = await bench.receiver.arrived(2)
    expect(JSON.parse(bad?.body ?? '')).toMatchObject({ success: false, error: { code: 'api_error' }, task_id: id })
    expect(await bench.poll(id)).toMatchObject({ response: { success: true } })
    expect(await bench.charged()).toBe(PRICE)
  },

  'callback-doubled': async client => {
    await using bench = await openBench(client)
    const id = await bench.createCalled('callback-doubled 3 gap=5')
    for (const [index, seconds] of [PACE, 5, 5].entries()) {
      await bench.pass(seconds, 3 - index)
      await bench.receiver.arrived(index + 1)
    }
    await until('all are journaled', () => callbacks(bench).length === 3)
    const bodies = bench.receiver.arrivals.map(({ body }) => body)
    expect(new Set(bodies).size).toBe(1)
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ success: true, task_id: id })
    expect(callbacks(bench).map(({ at }) => (at - EPOCH) / 1000)).toEqual([PACE, PACE + 5, PACE + 10])

    await bench.createCalled('callback-doubled')
    await bench.pass(PACE, 2)
    await bench.receiver.arrived(5)
    await until('no more come', () => callbacks(bench).length === 5)
  },

  'callback-stranger': async client => {
    await using bench = await openBench(client)
    const id = await bench.createCalled('callback-stranger')
    await bench.pass(PACE, 1)
    const [callback] = await bench.receiver.arrived(1)
    const { task_id: strange, ...rest } = JSON.parse(callback?.body ?? '')
    expect(strange).toMatch(UUID)
    expect(strange).not.toBe(id)
    expect(rest).toMatchObject({ success: true, state: 'succeed' })
    expect(await bench.poll(strange)).toEqual({})
    expect(await bench.poll(id)).toMatchObject({ response: { success: true, task_id: id } })
  },

  'callback-oversized': async client => {
    await using bench = await openBench(client)
    const id = await bench.createCalled('callback-oversized')
    await bench.pass(PACE, 1)
    const [callback] = await bench.receiver.arrived(1)
    expect(callback?.headers['content-length']).toBe('2000000')
    expect(callback?.body).toHaveLength(2_000_000)
    expect(JSON.parse(callback?.body ?? '')).toMatchObject({ success: true, task_id: id })
    await until('it is journaled', () => callbacks(bench).length === 1)
    expect(callbacks(bench)[0]?.requestBody).toHaveLength(100_000)
  },

  'callback-malformed': async client => {
    await using bench = await openBench(client)
    await bench.createCalled('callback-malformed')
    await bench.pass(PACE, 1)
    const [callback] = await bench.receiver.arrived(1)
    expect(callback?.headers['content-type']).toBe('application/json')
    expect(callback?.body).toMatch(/^\{"success":true,"video_id":/)
    expect(() => JSON.parse(callback?.body ?? '')).toThrow(SyntaxError)
  },

  'callback-signed': async client => {
    // The library compares timestamps with its own clock, which is the machine's.
    await using bench = await openBench(client, { clock: 'real', pace: 'instant' })
    const id = await bench.createCalled('callback-signed, callback-doubled')
    const arrivals = await bench.receiver.arrived(2)
    for (const { body, headers } of arrivals) {
      const verified = new Webhook(TEST_SECRET).verify(body, headers as Record<string, string>)
      expect(verified).toMatchObject({ success: true, task_id: id })
    }
    // The same message twice has the same id: by that a careful receiver knows it.
    expect(new Set(arrivals.map(({ headers }) => headers['webhook-id'])).size).toBe(1)

    await bench.createCalled(`callback-signed "${SECRET}", callback-malformed`)
    const [, , own] = await bench.receiver.arrived(3)
    const headers = own?.headers as Record<string, string>
    expect(() => new Webhook(SECRET).verify(own?.body ?? '', headers)).toThrow(SyntaxError)
    expect(() => new Webhook(TEST_SECRET).verify(own?.body ?? '', headers)).toThrow(WebhookVerificationError)
  },

  'callback-forged': async client => {
    await using bench = await openBench(client, { clock: 'real', pace: 'instant' })
    const id = await bench.createCalled('callback-forged')
    const [callback] = await bench.receiver.arrived(1)
    expect(JSON.parse(callback?.body ?? '')).toMatchObject({ success: true, task_id: id })
    const headers = callback?.headers as Record<string, string>
    expect(headers['webhook-signature']).toMatch(/^v1,[\w+/]{43}=$/)
    expect(() => new Webhook(TEST_SECRET).verify(callback?.body ?? '', headers)).toThrow(
      new WebhookVerificationError('No matching signature found'),
    )
  },
}

function callbacks({ simulator }: Bench) {
  return simulator.control.journal.list({ kind: 'callback' }).filter(entry => entry.kind === 'callback')
}

function idsOf(arrivals: readonly { readonly body: string }[]): string[] {
  return arrivals.map(({ body }) => JSON.parse(body).task_id)
}
