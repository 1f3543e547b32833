import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { startReceiver, startSocketServer } from '../callbacks/receiver.ts'
import {
  create,
  createAsync,
  frozenSimulator,
  namespaceOf,
  post,
  retrieve,
  SOUND,
  TOKEN,
  until,
  whenWaiting,
} from '../support/requests.ts'
import { answersOn, dial, speak } from '../support/sockets.ts'

function under(outcome: string) {
  return { headers: { 'x-mockling-outcome': outcome } }
}

/** A create as bytes, to be written to a connection. */
function bytesOf(outcome: string, body: object = { async: true }): string {
  return request('/kling/videos', { ...SOUND, ...body }, `x-mockling-outcome: ${outcome}\r\n`)
}

function request(path: string, body: object, extra = ''): string {
  const text = JSON.stringify(body)
  return (
    `POST ${path} HTTP/1.1\r\nhost: mockling.test\r\nauthorization: Bearer ${TOKEN}\r\n` +
    `content-type: application/json\r\ncontent-length: ${text.length}\r\n${extra}\r\n${text}`
  )
}

const POLL = request('/kling/tasks', { id: 'unknown' })

function pass({ control }: Simulator, seconds: number) {
  return control.advance(namespaceOf(), { ms: seconds * 1000 })
}

function waiting({ control }: Simulator): number {
  return control.clock(namespaceOf()).waiting
}

function entries({ control }: Simulator) {
  return control.journal.list({ kind: 'request' })
}

describe('an answer that is kept back', () => {
  it.each(['answer-late 30', 'answer-slow 5'])('leaves nothing behind when the caller goes away: %s', async outcome => {
    await using simulator = await frozenSimulator()
    const socket = await dial(simulator.url)
    socket.write(bytesOf(outcome))
    await whenWaiting(simulator)
    await pass(simulator, 1)
    await whenWaiting(simulator)

    socket.destroy()
    await until('nobody waits', () => waiting(simulator) === 0)
    await until('the journal knows', () => entries(simulator).some(entry => 'hungUp' in entry))
    expect(entries(simulator)).toMatchObject([{ hungUp: true }])
    expect((await simulator.close()).heldRequests).toBe(0)
  })

  it('is whole, however many steps it took and whoever else gets his', async () => {
    await using simulator = await frozenSimulator()
    const replies = Array.from({ length: 20 }, () => create(simulator, { async: true }, under('answer-slow 10')))
    await whenWaiting(simulator, 20)
    for (let step = 0; step < 50; step++) await pass(simulator, 0.1)
    for (const reply of await Promise.all(replies)) expect(reply.json()).toHaveProperty('task_id')
    expect(waiting(simulator)).toBe(0)
  })

  it('sends its head at once and its body byte by byte', async () => {
    await using simulator = await frozenSimulator()
    const asked = fetch(`${simulator.url}/kling/videos`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'content-type': 'application/json',
        'x-mockling-outcome': 'answer-slow 10',
      },
      body: JSON.stringify({ ...SOUND, async: true }),
    })
    const response = await asked
    expect(response.status).toBe(200)
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    for (const byte of '{"task') {
      await whenWaiting(simulator)
      await pass(simulator, 0.1)
      expect(new TextDecoder().decode((await reader.read()).value)).toBe(byte)
    }
    await reader.cancel()
  })

  it('is answered at once with the id of its task when the simulator stops', async () => {
    await using simulator = await frozenSimulator()
    const late = create(simulator, { async: true }, under('answer-late 30'))
    await whenWaiting(simulator)
    await simulator.close()
    const reply = await late
    expect(reply).toMatchObject({ statusCode: 503, headers: { 'x-mockling-shutdown': '1' } })
    expect(reply.json()).toHaveProperty('task_id')
  })

  it('is answered at once when its namespace is reset', async () => {
    await using simulator = await frozenSimulator()
    const late = create(simulator, { async: true }, under('answer-late 30'))
    await whenWaiting(simulator)
    await simulator.control.reset(namespaceOf())
    expect(await late).toMatchObject({ statusCode: 503, headers: { 'x-mockling-reset': '1' } })
  })

  it.each(['stop', 'reset'])('breaks off, which is no hang-up, where its body has begun: %s', async what => {
    await using simulator = await frozenSimulator()
    const seen: object[] = []
    const socket = await dial(simulator.url)
    socket.write(bytesOf('answer-slow 5'))
    await whenWaiting(simulator)
    seen.push(...entries(simulator))
    const ended = once(socket, 'close')
    socket.resume()
    socket.once('end', () => socket.end())
    if (what === 'stop') await simulator.close()
    else await simulator.control.reset(namespaceOf())
    await ended
    expect(seen).toEqual([expect.not.objectContaining({ hungUp: true })])
  })

  it('comes so much later than the limit of the request', async () => {
    await using simulator = await frozenSimulator()
    const bounded = create(simulator, { timeout: 5 }, under('answer-late 30'))
    await whenWaiting(simulator)
    await pass(simulator, 5)
    await whenWaiting(simulator)
    await pass(simulator, 30)
    expect(Object.keys((await bounded).json())).toEqual(['task_id'])
  })

  it('passes in no time under auto-skip', async () => {
    await using simulator = await createSimulator({ clock: 'auto-skip', pace: 100 })
    const begun = performance.now()
    const replies = await Promise.all([
      create(simulator, {}, under('answer-late 3600')),
      create(simulator, {}, under('answer-slow 1')),
    ])
    for (const reply of replies) expect(reply.json()).toMatchObject({ success: true })
    expect(performance.now() - begun).toBeLessThan(20_000)
  })
})

describe('an answer without a socket', () => {
  it.each(['answer-dropped', 'answer-reset', 'answer-reset 0'])('fails and does not hang: %s', async outcome => {
    await using simulator = await frozenSimulator()
    await expect(create(simulator, { async: true }, under(outcome))).rejects.toThrow('destroyed before completion')
    expect(entries(simulator)).toMatchObject([{ isCut: true }])
    expect(waiting(simulator)).toBe(0)
  })
})

describe('answers on one connection', () => {
  it('keep their order when one of them is late', async () => {
    await using simulator = await frozenSimulator()
    const socket = await dial(simulator.url)
    socket.write(bytesOf('answer-late 5') + POLL)
    await whenWaiting(simulator)
    const answers = answersOn(socket, 2)
    await pass(simulator, 5)
    expect((await answers).map(({ text }) => Object.keys(JSON.parse(text)))).toEqual([['task_id'], []])
    socket.destroy()
  })

  it.each(['answer-dropped', 'answer-reset 7', 'answer-reset 0'])(
    'that went before one that breaks off are whole: %s',
    async outcome => {
      await using simulator = await frozenSimulator()
      // The second is ready while the first is still awaited.
      const socket = await dial(simulator.url)
      socket.write(bytesOf('answer-late 5') + bytesOf(outcome) + POLL)
      await until('the last has been read', () => entries(simulator).length === 3)
      await whenWaiting(simulator)
      const chunks: Buffer[] = []
      socket.on('data', chunk => chunks.push(chunk))
      const closed = once(socket, 'close')
      socket.once('end', () => socket.end())
      await pass(simulator, 5)
      await closed
      const text = Buffer.concat(chunks).toString()
      expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n.*?\{"task_id":"[\da-f-]{36}"\}/s)
      const rest = text.slice(text.indexOf('"}') + 2)
      expect(rest.split('\r\n\r\n')[1]).toBe(
        { 'answer-dropped': undefined, 'answer-reset 7': '{"task_', 'answer-reset 0': '' }[outcome],
      )
      expect(entries(simulator).filter(entry => 'isCut' in entry)).toHaveLength(1)
    },
  )

  it('go on after one that was late', async () => {
    await using simulator = await frozenSimulator()
    const socket = await dial(simulator.url)
    socket.write(bytesOf('answer-late 5'))
    await whenWaiting(simulator)
    const first = answersOn(socket, 1)
    await pass(simulator, 5)
    await first
    const second = answersOn(socket, 1)
    socket.write(POLL)
    expect((await second)[0]?.text).toBe('{}')
    socket.destroy()
  })
})

describe('effects', () => {
  it('leave OPTIONS and unknown paths alone', async () => {
    await using simulator = await frozenSimulator()
    const { headers } = under('answer-dropped')
    const [options] = await speak(
      simulator.url,
      'OPTIONS /kling/videos HTTP/1.1\r\nhost: a\r\nx-mockling-outcome: answer-dropped\r\nconnection: close\r\n\r\n',
    )
    expect(options?.status).toBe(204)
    expect((await post(simulator, '/kling/images', {}, { headers })).statusCode).toBe(400)
    expect((await simulator.app.inject({ method: 'HEAD', url: '/kling/videos', headers })).statusCode).toBe(404)
  })

  it('come after all checks: a create that is refused anyway is refused as ever', async () => {
    await using simulator = await frozenSimulator({ balance: 1 })
    const invalid = await create(simulator, { duration: 7 }, under('answer-html'))
    expect([invalid.statusCode, invalid.json().error.code]).toEqual([400, 'bad_request'])
    const poor = await create(simulator, {}, under('answer-html'))
    expect([poor.statusCode, poor.json().error.code]).toEqual([403, 'used_up'])
  })

  it('are announced in ASCII, whatever the texts in them', async () => {
    await using simulator = await frozenSimulator()
    const reply = await create(simulator, { prompt: 'a mug [[mockling:refuse used_up message="没有钱 😀 [ok"]]' })
    expect(reply.statusCode).toBe(403)
    expect(reply.json().error.message).toBe('没有钱 😀 [ok')
    const echo = reply.headers['x-mockling-outcome']
    expect(echo).toBe('refuse used_up message="\\u6ca1\\u6709\\u94b1 \\ud83d\\ude00 [ok"')
    const again = await create(simulator, {}, under(String(echo)))
    expect(again.json().error.message).toBe('没有钱 😀 [ok')
  })
})

describe('a callback before the answer', () => {
  it.each([0, 3])('does not hold the answer back beyond its first try, with %i more', async callbackRetries => {
    await using receiver = await startReceiver(response => response.writeHead(500).end())
    for (const clock of ['auto-skip', 'frozen']) {
      await using simulator = await createSimulator({ clock, pace: 10, callbackRetries })
      await createAsync(simulator, { callback_url: receiver.url('/') }, under('callback-early'))
      expect(simulator.control.journal.count({ kind: 'callback' })).toBeGreaterThanOrEqual(1)
    }
  })

  it.each(['callback-late 20', 'callback-reordered'])('does not hold it back where %s has it wait', async fault => {
    for (const clock of ['auto-skip', 'frozen']) {
      await using receiver = await startReceiver()
      await using simulator = await createSimulator({ clock, pace: 10 })
      simulator.rules.add('fault', 'server', { effects: fault, operation: 'create', when: {} })
      const id = await createAsync(simulator, { callback_url: receiver.url('/') }, under('callback-early'))
      expect(id).toMatch(/^[\da-f-]{36}$/)
    }
  })

  it('does not hold it back when nobody asked for one', async () => {
    await using simulator = await createSimulator({ clock: 'auto-skip', pace: 10 })
    const reply = await create(simulator, {}, under('callback-early'))
    expect(reply.json()).toMatchObject({ success: true })
    expect(await retrieve(simulator, reply.json().task_id)).toMatchObject({ elapsed: 0 })
  })

  it.each(['close', 'reset'] as const)('is given up at %s, and its create says so', async what => {
    await using receiver = await startSocketServer()
    await using simulator = await frozenSimulator({ drain: 0.01 })
    const early = create(simulator, { callback_url: receiver.url('/') }, under('callback-early'))
    await receiver.connection(1)
    if (what === 'close') await simulator.close()
    else {
      await simulator.control.reset(namespaceOf())
      for (const socket of [await receiver.connection(1)]) socket.destroy()
    }
    const reply = await early
    expect(reply.statusCode).toBe(503)
    expect(reply.headers).toHaveProperty(`x-mockling-${what === 'close' ? 'shutdown' : 'reset'}`)
    expect(reply.json()).toHaveProperty('task_id')
  })
})

describe('a task that is hidden', () => {
  it('counts as awaited by its pollers: auto-skip brings them to it', async () => {
    await using simulator = await createSimulator({ clock: 'auto-skip', pace: 5 })
    const id = await createAsync(simulator, {}, under('callback-unseen 60'))
    let record = await retrieve(simulator, id)
    for (let poll = 0; poll < 30 && !('id' in record); poll++) {
      expect(record).toEqual({})
      record = await retrieveAfterLeap(simulator, id)
    }
    expect(record).toMatchObject({ id, response: { success: true } })
  })

  it('is not counted in a batch', async () => {
    await using simulator = await frozenSimulator({ pace: 'instant' })
    const hidden = await createAsync(simulator, {}, under('callback-unseen'))
    const seen = await createAsync(simulator)
    const batch = await post(simulator, '/kling/tasks', { ids: [hidden, seen], action: 'retrieve_batch' })
    expect(batch.json()).toMatchObject({ count: 1, items: [{ id: seen }] })
  })
})

/** Polls once the clock has leapt. */
async function retrieveAfterLeap(simulator: Simulator, id: string) {
  const { now } = simulator.control.clock(namespaceOf())
  await until('the clock leaps', () => simulator.control.clock(namespaceOf()).now > now)
  return retrieve(simulator, id)
}

describe('a file', () => {
  it('may break off before its first byte, with its head', async () => {
    await using simulator = await frozenSimulator({ pace: 'instant' })
    const { video_url } = (await create(simulator, {}, under('media-cut 0'))).json()
    const path = new URL(video_url).pathname
    const socket = await dial(simulator.url)
    socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`)
    const chunks: Buffer[] = []
    socket.on('data', chunk => chunks.push(chunk))
    socket.once('end', () => socket.end())
    await once(socket, 'close')
    const text = Buffer.concat(chunks).toString()
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(text.split('\r\n\r\n')[1]).toBe('')
    expect((await simulator.app.inject({ method: 'HEAD', url: path })).statusCode).toBe(200)
  })

  it('is put through faults of its own, so often as they say, and keeps the ones of its create', async () => {
    await using simulator = await frozenSimulator({ pace: 'instant' })
    const { video_url } = (await create(simulator, {}, under('media-type text/csv'))).json()
    const url = new URL(video_url).pathname
    simulator.rules.add('fault', 'server', {
      effects: 'media-empty',
      operation: 'download',
      when: {},
      next: 1,
      id: 'once',
    })
    const [first, second] = [await simulator.app.inject(url), await simulator.app.inject(url)]
    expect(first).toMatchObject({ statusCode: 200, body: '', headers: { 'content-type': 'text/csv' } })
    expect(second).toMatchObject({ statusCode: 200, headers: { 'content-type': 'text/csv' } })
    expect(second.rawPayload.length).toBeGreaterThan(10_000)
    expect(simulator.control.journal.list({ kind: 'download' })).toMatchObject([{ rules: ['once'] }, {}])
  })

  it.each(['media-slow 10', 'media-slow 10, media-cut 50'])(
    'leaves nothing behind when its reader goes: %s',
    async outcome => {
      await using simulator = await frozenSimulator({ pace: 'instant' })
      const { video_url } = (await create(simulator, {}, under(outcome))).json()
      const socket = await dial(simulator.url)
      socket.write(`GET ${new URL(video_url).pathname} HTTP/1.1\r\nhost: a\r\n\r\n`)
      await whenWaiting(simulator)
      await pass(simulator, 1)
      await whenWaiting(simulator)
      socket.destroy()
      await until('nobody waits', () => waiting(simulator) === 0)
      await until('the journal knows', () =>
        simulator.control.journal.list({ kind: 'download' }).some(e => 'hungUp' in e),
      )
    },
  )
})
