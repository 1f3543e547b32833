import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { type Arrival, startReceiver } from '../callbacks/receiver.ts'
import { readCurl } from '../support/curl.ts'
import {
  create,
  createAsync,
  DAY_MS,
  EPOCH,
  errorBytes,
  frozenSimulator,
  namespaceOf,
  post,
  retrieve,
  SOUND,
  TOKEN,
  UUID,
  until,
  whenWaiting,
} from '../support/requests.ts'
import { dial, send } from '../support/sockets.ts'

const UPSTREAM = new URL('../../fixtures/upstream/', import.meta.url)
const fixture = (name: string) => readFileSync(new URL(name, UPSTREAM), 'utf8')

/** Fields of a result in the order in which the guide prints them. */
const RESULT_FIELDS = ['success', 'video_id', 'video_url', 'duration', 'state', 'task_id']

/** Asserts that the text is a result as printed, field by field in order, and gives it. */
function resultIn(text: string, simulator: Simulator, folder: string, duration: string) {
  const result = JSON.parse(text)
  expect(text).toBe(JSON.stringify(result))
  expect(Object.keys(result)).toEqual(RESULT_FIELDS)
  expect(result).toMatchObject({ success: true, state: 'succeed', duration })
  expect(result.video_id).toMatch(UUID)
  expect(result.task_id).toMatch(UUID)
  expect(result.video_url.startsWith(`${simulator.url}/`)).toBe(true)
  expect(new URL(result.video_url).pathname).toMatch(
    new RegExp(`^/bs2/upload-kling-api/[1-9]\\d{9}/${folder}/[\\w-]{22}-0_raw_video_1\\.mp4$`),
  )
  return result
}

describe('the guide’s examples', () => {
  it('prints fields in the order that the fixtures have', () => {
    for (const name of ['text2video-response', 'extend-response', 'callback-body']) {
      expect(Object.keys(JSON.parse(fixture(`guide-a-${name}.json`)))).toEqual(RESULT_FIELDS)
    }
  })

  it('answers the text2video curl as printed', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })

    const answer = await send(simulator.url, readCurl(fixture('guide-a-text2video.sh')))

    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(answer.headers['x-trace-id']).toMatch(UUID)
    resultIn(answer.text, simulator, 'text2video', '5.1')
  })

  it('answers the extend program as printed', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const payload = /^payload = (\{.*?^\})/ms.exec(fixture('guide-a-extend.py'))?.[1] ?? ''

    const reply = await fetch(`${simulator.url}/kling/videos`, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        authorization: 'Bearer {token}',
        'content-type': 'application/json',
      },
      body: payload,
    })

    expect(reply.status).toBe(200)
    resultIn(await reply.text(), simulator, 'extendVideo', '9.6')
  })

  it('runs the callback flow as printed', async () => {
    await using receiver = await startReceiver()
    await using simulator = await frozenSimulator()
    const curl = readCurl(fixture('guide-a-text2video.sh'))
    const body = JSON.stringify({ ...JSON.parse(String(curl.body)), callback_url: receiver.url('/hook') })

    const answer = await send(simulator.url, { ...curl, body })
    const { task_id: id } = JSON.parse(answer.text)
    await whenWaiting(simulator, 1, '{token}')
    await simulator.control.advance('server', { ms: 10_000 })
    const [arrival] = await receiver.arrived(1)

    expect(answer.status).toBe(200)
    expect(answer.text).toBe(`{"task_id":"${id}"}`)
    expect(arrival).toMatchObject({ method: 'POST', path: '/hook' })
    expect(arrival?.headers['content-type']).toBe('application/json')
    expect(resultIn(arrival?.body ?? '', simulator, 'text2video', '5.1').task_id).toBe(id)
    const record = await retrieve(simulator, id, { token: '{token}' })
    expect(JSON.stringify(record.response)).toBe(arrival?.body)
  })

  it('answers a held create with what its record shows', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })

    const reply = await create(simulator)

    const record = await retrieve(simulator, reply.json().task_id)
    expect(JSON.stringify(record.response)).toBe(reply.body)
  })
})

describe('the guide’s videos', () => {
  const videos = ['text2video-response', 'callback-body', 'extend-response'].map(name =>
    JSON.parse(fixture(`guide-a-${name}.json`)),
  )

  it.each(videos)('are there for every token and never expire: $video_id', async video => {
    await using simulator = await frozenSimulator({ pace: 'instant' })
    const { pathname } = new URL(video.video_url)
    await simulator.control.advance('server', { ms: 4000 * DAY_MS })

    for (const token of ['one', 'two']) {
      const extension = await create(simulator, { action: 'extend', video_id: video.video_id }, { token })
      expect(extension.statusCode).toBe(200)
      const { response } = await retrieve(simulator, video.task_id, { token })
      expect(response).toEqual({ ...video, video_url: `http://localhost:80${pathname}` })
    }
    expect((await send(simulator.url, { path: pathname })).status).toBe(200)
  })

  it('are there whenever the clock starts', async () => {
    await using simulator = await frozenSimulator({ pace: 'instant', epoch: '2024-01-01T00:00:00Z' })

    for (const video of videos) {
      const reply = await create(simulator, { action: 'extend', video_id: video.video_id })
      expect(reply.body).toContain('"success":true')
      expect((await send(simulator.url, { path: new URL(video.video_url).pathname })).status).toBe(200)
      expect((await retrieve(simulator, video.task_id)).response).toMatchObject({ success: true })
    }
  })

  it('are not made again: an extension has ids of its own', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const source = JSON.parse(fixture('guide-a-callback-body.json')).video_id
    const printed = JSON.parse(fixture('guide-a-extend-response.json')).video_id

    const [first, second] = [
      await create(simulator, { action: 'extend', video_id: source }),
      await create(simulator, { action: 'extend', video_id: source }),
    ].map(reply => reply.json())

    expect(new Set([printed, first.video_id, second.video_id]).size).toBe(3)
    expect(new Set([first.video_url, second.video_url]).size).toBe(2)
  })

  it('survive a reset', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    await create(simulator)
    await simulator.control.reset('server')

    for (const { task_id } of videos) expect((await retrieve(simulator, task_id)).id).toBe(task_id)
  })
})

describe('a held create', () => {
  it('waits until the task settles', async () => {
    await using simulator = await frozenSimulator()
    let isAnswered = false
    const reply = create(simulator).finally(() => {
      isAnswered = true
    })
    await whenWaiting(simulator)
    await simulator.control.advance('server', { ms: 9_999 })
    await create(simulator, { async: true }) // a whole round trip later
    expect(isAnswered).toBe(false)

    await simulator.control.advance('server', { ms: 1 })

    expect((await reply).json()).toMatchObject({ success: true })
  })

  it('moves with its own namespace’s clock and no other', async () => {
    await using simulator = await frozenSimulator()
    let isAnswered = false
    const one = create(simulator, {}, { token: 'one' }).finally(() => {
      isAnswered = true
    })
    const two = create(simulator, {}, { token: 'two' })
    await whenWaiting(simulator, 1, 'one')
    await whenWaiting(simulator, 1, 'two')

    await simulator.control.advance(namespaceOf('two'), { ms: 10_000 })
    expect((await two).statusCode).toBe(200)
    expect(isAnswered).toBe(false)
    await simulator.control.advance(namespaceOf('one'), { ms: 10_000 })

    expect((await one).statusCode).toBe(200)
  })

  const bounds: [what: string, timeout: number, advanceMs: number, bound: boolean][] = [
    ['sooner than the result', 9, 9_000, true],
    ['at the same instant as the result', 10, 10_000, false],
    ['later than the result', 11, 10_000, false],
    ['sooner than the result, both passed in one leap', 9, 60_000, true],
    ['at the same instant, both passed in one leap', 10, 60_000, false],
  ]
  it.each(bounds)('bounded by a timeout %s answers what is first', async (_what, timeout, ms, isBound) => {
    await using simulator = await frozenSimulator()
    const reply = create(simulator, { timeout })
    await whenWaiting(simulator)

    await simulator.control.advance('server', { ms })

    const body = (await reply).json()
    expect(Object.keys(body)).toEqual(isBound ? ['task_id'] : RESULT_FIELDS)
    expect((await reply).statusCode).toBe(200)
  })

  it('bounded by 0 seconds answers at once, and with the result if that is there at once', async () => {
    await using slow = await frozenSimulator()
    await using instant = await frozenSimulator({ pace: 'instant' })

    const [reply, done] = [await create(slow, { timeout: 0 }), await create(instant, { timeout: 0 })]

    expect(reply.body).toBe(`{"task_id":"${reply.json().task_id}"}`)
    expect(Object.keys(done.json())).toEqual(RESULT_FIELDS)
  })

  it('goes on after its timeout, without a callback', async () => {
    await using simulator = await frozenSimulator()
    const { task_id: id } = (await create(simulator, { timeout: 0 })).json()
    expect((await retrieve(simulator, id)).response).toBeUndefined()

    await simulator.control.advance('server', { ms: 10_000 })

    expect((await retrieve(simulator, id)).response).toMatchObject({ success: true, task_id: id })
    expect(simulator.control.journal.count({ kind: 'callback' })).toBe(0)
  })

  it('goes on and is billed when the caller hangs up, so that a retry makes a second task', async () => {
    await using simulator = await frozenSimulator({ balance: 100 })
    const body = JSON.stringify(SOUND)
    const head = `POST /kling/videos HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
    const { control } = simulator
    const entryOf = () => control.journal.list({ kind: 'request' })[0]

    for (const count of [1, 2]) {
      const socket = await dial(simulator.url)
      socket.write(head + body)
      await whenWaiting(simulator)
      socket.destroy()
      await until('the hang-up is noticed', () => control.clock(namespaceOf()).waiting === 0)
      expect((await control.tasks(namespaceOf(), { limit: 10, offset: 0 })).total).toBe(3 + count)
    }
    const entry = entryOf()
    expect(entry).toMatchObject({ kind: 'request', hungUp: true, taskId: expect.stringMatching(UUID) })
    expect(entry?.status).toBeUndefined()
    await control.advance('server', { ms: 10_000 })

    expect(await control.account(namespaceOf().namespace)).toMatchObject({ charged: 2.8, reserved: 0 })
    const record = await retrieve(simulator, (entry?.kind === 'request' && entry.taskId) || '')
    expect(record.response).toMatchObject({ success: true })
  })

  it('is answered under auto-skip without anybody’s command', async () => {
    await using simulator = await createSimulator({ clock: 'auto-skip', pace: 3600 })

    expect((await create(simulator)).json()).toMatchObject({ success: true })
    expect(simulator.control.clock(namespaceOf()).now).toBe(EPOCH + 3_600_000)
  })
})

describe('a create that is not held', () => {
  it('answers the task id and nothing else, and does not wait', async () => {
    await using simulator = await frozenSimulator()

    for (const change of [{ async: true }, { async: true, timeout: 5 }, { callback_url: 'http://127.0.0.1:1/' }]) {
      const reply = await create(simulator, change)
      expect(reply.statusCode).toBe(200)
      expect(reply.body).toBe(`{"task_id":"${reply.json().task_id}"}`)
      expect(reply.json().task_id).toMatch(UUID)
    }
  })

  it('answers the task id also when the task fails', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })

    const reply = await create(simulator, { async: true }, { headers: { 'x-mockling-outcome': 'fail api_error' } })

    expect(reply.statusCode).toBe(200)
    expect(Object.keys(reply.json())).toEqual(['task_id'])
  })

  it('is held when async is false', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })

    expect((await create(simulator, { async: false })).json()).toMatchObject({ success: true })
  })

  it('is both polled and pushed with async and callback_url', async () => {
    await using receiver = await startReceiver()
    await using simulator = await createSimulator({ pace: 'instant' })

    const id = await createAsync(simulator, { callback_url: receiver.url('/') })

    const [arrival] = await receiver.arrived(1)
    expect(arrival?.body).toBe(JSON.stringify((await retrieve(simulator, id)).response))
  })

  it('is refused before any task id when a rule is broken, in every mode', async () => {
    await using receiver = await startReceiver()
    await using simulator = await createSimulator({ pace: 'instant' })

    for (const change of [{}, { async: true }, { timeout: 0 }, { callback_url: receiver.url('/') }]) {
      const reply = await create(simulator, { ...change, model: 'kling-v9' })
      expect(reply.statusCode).toBe(400)
      expect(reply.json()).not.toHaveProperty('task_id')
    }
    await createAsync(simulator, { callback_url: receiver.url('/good') })
    expect((await receiver.arrived(1)).map(({ path }) => path)).toEqual(['/good'])
  })
})

describe('the callback', () => {
  it.each(['instant', 0.001] as const)(
    'leaves after the answer, to a task that reads as settled, at pace %s',
    async pace => {
      const seen: { answered: boolean; response: unknown; arrival: Arrival }[] = []
      const answered = new Set<string>()
      await using simulator = await createSimulator({ pace })
      await using receiver = await startReceiver((response, arrival) => {
        const id = JSON.parse(arrival.body).task_id
        const isAnswered = answered.has(arrival.path)
        void retrieve(simulator, id).then(record => {
          seen.push({ answered: isAnswered, response: record.response, arrival })
          response.end()
        })
      })
      const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }

      await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const path = `/hook/${index}`
          const body = JSON.stringify({ ...SOUND, callback_url: receiver.url(path) })
          await send(simulator.url, { method: 'POST', path: '/kling/videos', headers, body })
          answered.add(path)
        }),
      )
      await receiver.arrived(20)
      await until('all have been looked up', () => seen.length === 20)

      expect(seen.filter(one => !one.answered)).toEqual([])
      for (const { response, arrival } of seen) expect(JSON.stringify(response)).toBe(arrival.body)
    },
  )

  it('leaves once, at the instant of settlement and not before', async () => {
    await using receiver = await startReceiver()
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator, { callback_url: receiver.url('/') })
    await whenWaiting(simulator)
    await simulator.control.advance('server', { ms: 9_999 })
    await retrieve(simulator, id)
    expect(receiver.accepted).toBe(0)

    await simulator.control.advance('server', { ms: 1 })
    await receiver.arrived(1)
    await until('the attempt is recorded', () => simulator.control.journal.count({ kind: 'callback' }) === 1)
    await simulator.control.advance('server', { ms: DAY_MS })

    expect(simulator.control.journal.list({ kind: 'callback' })).toMatchObject([
      { at: EPOCH + 10_000, taskId: id, attempt: 1, outcome: 'delivered', status: 200 },
    ])
    expect(receiver.accepted).toBe(1)
  })

  it('carries the error of a task that failed, with its id, and the create’s trace id', async () => {
    await using receiver = await startReceiver()
    await using simulator = await createSimulator({ pace: 'instant' })
    const outcome = { headers: { 'x-mockling-outcome': 'fail forbidden' } }

    const reply = await create(simulator, { callback_url: receiver.url('/') }, outcome)

    const [arrival] = await receiver.arrived(1)
    const message = 'The content was refused by moderation.'
    expect(arrival?.body).toBe(errorBytes('forbidden', message, reply.headers['x-trace-id'], reply.json().task_id))
  })

  it('may go to our own /health, which clients do to be answered at once', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })

    const id = await createAsync(simulator, { async: null, callback_url: `${simulator.url}/health` })
    const attempts = () => simulator.control.journal.list({ kind: 'callback' })
    await until('the attempt is recorded', () => attempts().length === 1)

    expect(attempts()).toMatchObject([{ taskId: id, outcome: 'delivered', status: 200 }])
  })

  it('leaves even when the creator is gone before the answer', async () => {
    await using receiver = await startReceiver()
    await using simulator = await createSimulator({ pace: 'instant' })
    const body = JSON.stringify({ ...SOUND, callback_url: receiver.url('/') })
    const head = `POST /kling/videos HTTP/1.1\r\nhost: ${new URL(simulator.url).host}\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`

    const socket = await dial(simulator.url)
    await new Promise<void>(resolve => socket.write(head + body, () => resolve()))
    socket.destroy()
    const [arrival] = await receiver.arrived(1)

    expect(JSON.parse(arrival?.body ?? '')).toMatchObject({ success: true })
    expect(simulator.control.journal.list({ kind: 'request' })).toHaveLength(1)
  })
})

describe('a failing outcome', () => {
  it.each([
    ['forbidden', 403, 'The content was refused by moderation.'],
    ['api_error', 500, 'fetch failed'],
    ['timeout', 504, 'The upstream service timed out.'],
  ])('%s is answered with status %i once the task settles', async (code, status, message) => {
    await using simulator = await frozenSimulator()
    const held = create(simulator, { prompt: `[[mockling:fail ${code}]] a mug` })
    await whenWaiting(simulator)
    await simulator.control.advance('server', { ms: 10_000 })

    const reply = await held
    const { task_id: id } = reply.json()

    expect(reply.statusCode).toBe(status)
    expect(reply.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(Object.keys(reply.json())).toEqual(['success', 'error', 'trace_id', 'task_id'])
    expect(reply.body).toBe(errorBytes(code, message, reply.headers['x-trace-id'], id))
    expect(JSON.stringify((await retrieve(simulator, id)).response)).toBe(reply.body)
  })

  it('has no video: nothing to fetch, nothing to extend', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const id = await createAsync(simulator, { prompt: '[[mockling:fail api_error]]' })
    const { video } = await simulator.control.task(id)

    expect((await send(simulator.url, { path: video.path })).status).toBe(404)
    expect((await create(simulator, { action: 'extend', video_id: video.id })).statusCode).toBe(400)
  })
})

describe('x-mockling-outcome', () => {
  it('names the outcome chosen: header before magic word before magic token before success', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const header = { 'x-mockling-outcome': 'fail timeout' }
    const word = { prompt: 'a mug [[mockling:fail forbidden]]' }
    const token = 'w7.mockling-api_error'
    const chosen = async (change: object, given: { token?: string; headers?: Record<string, string> }) =>
      (await create(simulator, change, given)).headers['x-mockling-outcome']

    expect(await chosen(word, { token, headers: header })).toBe('fail timeout')
    expect(await chosen(word, { token })).toBe('fail forbidden')
    expect(await chosen({}, { token })).toBe('fail api_error')
    expect(await chosen({}, {})).toBe('succeed')
    expect(await chosen(word, { headers: { 'x-mockling-outcome': 'succeed' } })).toBe('succeed')
  })

  it('is read whatever its case and spaces', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })

    for (const name of ['FAIL Timeout', '  fail   timeout ']) {
      const reply = await create(simulator, {}, { headers: { 'x-mockling-outcome': name } })
      expect(reply.headers['x-mockling-outcome']).toBe('fail timeout')
    }
    expect((await create(simulator, { prompt: '[[Mockling: FAIL  timeout ]]' })).statusCode).toBe(504)
  })

  it('that nobody knows is refused with a list of the known ones', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })

    const reply = await create(simulator, { prompt: '[[mockling:explode]]' })

    expect(reply.statusCode).toBe(400)
    const { message } = reply.json().error
    for (const name of ['explode', 'succeed', 'fail', 'refuse', 'callback-doubled']) {
      expect(message).toContain(name)
    }
  })
})

describe('x-mockling-ignored', () => {
  const ignored: [what: string, change: object, names: string][] = [
    ['a misspelt callback_url', { async: true, callback_uri: 'https://example.com' }, 'callback_uri'],
    ['start_image_url of text2video', { start_image_url: 'https://example.com/a.png' }, 'start_image_url'],
    ['fields of later revisions', { image_list: [], multi_shot: true }, 'image_list, multi_shot'],
    [
      'what an extension does not heed',
      {
        action: 'extend',
        video_id: '030bb06d-98d4-4044-9042-0aa0822e8c8c',
        aspect_ratio: '1:1',
        camera_control: { type: 'down_back' },
        start_image_url: 'https://example.com/a.png',
      },
      'aspect_ratio, camera_control, start_image_url',
    ],
  ]
  it.each(ignored)('names %s', async (_what, change, names) => {
    await using simulator = await createSimulator({ pace: 'instant' })

    const reply = await create(simulator, change)

    expect(reply.statusCode).toBe(200)
    expect(reply.headers['x-mockling-ignored']).toBe(names)
    expect(simulator.control.journal.list({ kind: 'request' })[0]).toMatchObject({ ignored: names.split(', ') })
  })

  it('names generate_audio in the revision before it', async () => {
    await using simulator = await createSimulator({ pace: 'instant', revision: '2026-03' })

    const reply = await create(simulator, { generate_audio: true })

    expect(reply.statusCode).toBe(200)
    expect(reply.headers['x-mockling-ignored']).toBe('generate_audio')
  })

  it('is absent where nothing is', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })

    expect((await create(simulator, { timeout: 1, async: false })).headers).not.toHaveProperty('x-mockling-ignored')
  })
})

const IMAGE = { start_image_url: 'https://example.com/mug.png' }

describe('durations', () => {
  const clips: [change: object, duration: string, extended?: string][] = [
    [{}, '5.1', '9.6'],
    [{ duration: 10 }, '10.1', '14.6'],
    [{ ...IMAGE, action: 'image2video' }, '5.1', '9.6'],
    [{ model: 'kling-v1-6' }, '5.041', '9.541'],
    [{ model: 'kling-v1-6', duration: 10 }, '10.041', '14.541'],
    [{ ...IMAGE, model: 'kling-v1-6', action: 'image2video' }, '5.1', '9.6'],
    [{ ...IMAGE, model: 'kling-v1-6', action: 'image2video', mode: 'pro', duration: 10 }, '10.1'],
    [{ model: 'kling-v2-master' }, '5.041'],
    [{ model: 'kling-v2-1-master', duration: 10 }, '10.041'],
    [{ model: 'kling-v2-5-turbo' }, '5.041'],
    [{ model: 'kling-v2-6', mode: 'pro', generate_audio: true }, '5.041'],
    [{ model: 'kling-video-o1', duration: 10 }, '10.041'],
    ...Array.from({ length: 13 }, (_, index): [object, string] => [
      { model: index % 2 ? 'kling-v3' : 'kling-v3-omni', duration: index + 3 },
      `${index + 3}.041`,
    ]),
  ]
  it.each(clips)('of %j is %s', async (change, duration, extended) => {
    await using simulator = await createSimulator({ pace: 'instant' })

    const { video_id, ...made } = (await create(simulator, change)).json()

    expect(made.duration).toBe(duration)
    if (extended === undefined) return
    for (const model of ['kling-v1', 'kling-v1-5', 'kling-v1-6']) {
      const extension = await create(simulator, { action: 'extend', model, duration: 10, video_id })
      expect(extension.json().duration).toBe(extended)
    }
  })

  const chains: [what: string, change: object, last: string, count: number][] = [
    ['a 30 fps clip of 5 s', {}, '176.1', 38],
    ['a 30 fps clip of 10 s', { duration: 10 }, '176.6', 37],
    ['a 24 fps clip of 5 s', { model: 'kling-v1-6' }, '176.041', 38],
  ]
  it.each(chains)('of a chain of extensions end before 180 s: %s', async (_what, change, last, count) => {
    await using simulator = await createSimulator({ pace: 'instant' })
    let { video_id, duration } = (await create(simulator, change)).json()
    const seconds = (text: string) => Math.round(Number(text) * 1000)
    for (let times = 0; times < count; times++) {
      const longer = (await create(simulator, { action: 'extend', video_id })).json()
      expect(seconds(longer.duration) - seconds(duration)).toBe(4500)
      ;({ video_id, duration } = longer)
    }
    expect(duration).toBe(last)

    const refused = await create(simulator, { action: 'extend', video_id })

    expect(refused.statusCode).toBe(400)
    expect(refused.json().error.code).toBe('bad_request')
    expect(simulator.control.journal.list({ kind: 'request' }, 1)).toMatchObject([{ objections: [{ rule: 'R46' }] }])
  })
})

describe('the video to extend', () => {
  const extend = (simulator: Simulator, video_id: string, given = {}) =>
    create(simulator, { action: 'extend', video_id, async: true }, given)
  const expectRefused = (simulator: Simulator, reply: Awaited<ReturnType<typeof create>>) => {
    expect(reply.json()).toMatchObject({ success: false, error: { code: 'bad_request' } })
    expect(reply.statusCode).toBe(400)
    expect(simulator.control.journal.list({ kind: 'request' }, 1)).toMatchObject([
      { objections: [{ rule: 'R45', field: 'video_id' }] },
    ])
  }

  it('must be known', async () => {
    await using simulator = await frozenSimulator()

    for (const id of ['x', 'AF9A1AF0-9AA0-4638-81C1-D41D6143C508', '00000000-0000-4000-8000-000000000000']) {
      expectRefused(simulator, await extend(simulator, id))
    }
  })

  it('must be the same token’s', async () => {
    await using simulator = await frozenSimulator({ pace: 'instant' })
    const { video_id } = (await create(simulator, {}, { token: 'one' })).json()

    expect((await extend(simulator, video_id, { token: 'one' })).statusCode).toBe(200)
    expectRefused(simulator, await extend(simulator, video_id, { token: 'two' }))
  })

  it('must be finished', async () => {
    await using simulator = await frozenSimulator()
    const { video } = await simulator.control.task(await createAsync(simulator))
    await simulator.control.advance('server', { ms: 9_999 })
    expectRefused(simulator, await extend(simulator, video.id))

    await simulator.control.advance('server', { ms: 1 })

    expect((await extend(simulator, video.id)).statusCode).toBe(200)
  })

  it('must not be older than 30 days', async () => {
    await using simulator = await frozenSimulator()
    const { video } = await simulator.control.task(await createAsync(simulator))
    await simulator.control.advance('server', { ms: 10_000 + 30 * DAY_MS - 1 })
    expect((await extend(simulator, video.id)).statusCode).toBe(200)

    await simulator.control.advance('server', { ms: DAY_MS })

    expectRefused(simulator, await extend(simulator, video.id))
  })

  it('may be at most 30 days old, and so exactly that', async () => {
    await using simulator = await frozenSimulator()
    const { video } = await simulator.control.task(await createAsync(simulator))

    await simulator.control.advance('server', { ms: 10_000 + 30 * DAY_MS })

    expect((await extend(simulator, video.id)).statusCode).toBe(200)
  })

  it('may be of a model that can’t extend', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const { video_id } = (await create(simulator, { model: 'kling-v3', duration: 3 })).json()

    expect((await create(simulator, { action: 'extend', video_id })).json().duration).toBe('7.541')
  })

  it('may itself be an extension, of kling-v1-5 too', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const { video_id } = (await create(simulator)).json()
    const v15 = { action: 'extend', model: 'kling-v1-5', cfg_scale: 0.5, negative_prompt: 'blur' }

    const once = (await create(simulator, { ...v15, video_id })).json()

    expect((await create(simulator, { ...v15, video_id: once.video_id })).json().duration).toBe('14.1')
  })
})

describe('what follows from seed, token and order', () => {
  const made = async (simulator: Simulator, token = TOKEN) => (await create(simulator, {}, { token })).json()

  it('are ids, URL and timing of the nth accepted create', async () => {
    const settings = { clock: 'frozen', pace: 'real', publicUrl: 'https://mock.example', seed: 7 } as const
    await using one = await createSimulator(settings)
    await using two = await createSimulator(settings)
    const plans = async (simulator: Simulator) => {
      const ids = [await createAsync(simulator), await createAsync(simulator, { model: 'kling-v3', mode: 'pro' })]
      return Promise.all(ids.map(id => simulator.control.task(id)))
    }

    const [first, second] = [await plans(one), await plans(two)]

    expect(second).toEqual(first)
    expect(first[0]?.video).not.toEqual(first[1]?.video)
  })

  it('are not moved by refusals and polls', async () => {
    await using one = await createSimulator({ pace: 'instant', publicUrl: 'https://mock.example' })
    await using two = await createSimulator({ pace: 'instant', publicUrl: 'https://mock.example' })
    await made(one)
    await made(two)
    await create(one, { model: 'kling-v9' })
    await create(one, {}, { headers: { 'x-mockling-outcome': 'refuse api_error' } })
    await post(one, '/kling/videos', '{')
    await retrieve(one, 'x')
    await made(one, 'another')

    expect(await made(one)).toEqual(await made(two))
  })

  it('differ from token to token and seed to seed', async () => {
    await using one = await createSimulator({ pace: 'instant', seed: 1 })
    await using two = await createSimulator({ pace: 'instant', seed: 2 })

    const ids = [await made(one, 'a'), await made(one, 'b'), await made(two, 'a')].map(({ task_id }) => task_id)

    expect(new Set(ids).size).toBe(3)
  })

  it('begin anew after a reset, trace ids too', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const once = async () => {
      const reply = await create(simulator)
      return [reply.body, reply.headers['x-trace-id']]
    }
    const before = [await once(), await once()]
    await simulator.control.reset(namespaceOf())

    expect([await once(), await once()]).toEqual(before)
  })

  it('are as many different ones as creates that came at once', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })

    const replies = await Promise.all(Array.from({ length: 50 }, () => made(simulator)))

    for (const field of ['task_id', 'video_id', 'video_url']) {
      expect(new Set(replies.map(reply => reply[field])).size).toBe(50)
    }
  })
})

describe('the host of video_url', () => {
  const hostOf = (body: { video_url: string }) => new URL(body.video_url).origin

  it('is fixed at the create by its Host header', async () => {
    await using receiver = await startReceiver()
    await using simulator = await createSimulator({ pace: 'instant' })
    const at = (host: string) => ({ headers: { host } })

    const held = (await create(simulator, {}, at('mock.test:8080'))).json()
    const id = await createAsync(simulator, { callback_url: receiver.url('/') }, at('mock.test:8080'))
    const [arrival] = await receiver.arrived(1)

    expect(hostOf(held)).toBe('http://mock.test:8080')
    expect(hostOf(JSON.parse(arrival?.body ?? ''))).toBe('http://mock.test:8080')
    expect(hostOf((await retrieve(simulator, id, at('other.test'))).response)).toBe('http://mock.test:8080')
  })

  it('is the public URL’s where there is one', async () => {
    await using simulator = await createSimulator({ pace: 'instant', publicUrl: 'https://mock.example/' })

    expect(hostOf((await create(simulator)).json())).toBe('https://mock.example')
  })

  it('follows X-Forwarded-* only where the proxy is trusted', async () => {
    await using wary = await createSimulator({ pace: 'instant' })
    await using trusting = await createSimulator({ pace: 'instant', trustProxy: true })
    const headers = { host: 'inner', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'outer.test' }

    expect(hostOf((await create(wary, {}, { headers })).json())).toBe('http://inner')
    expect(hostOf((await create(trusting, {}, { headers })).json())).toBe('https://outer.test')
  })

  it.each(['evil.test/path', 'a@b', 'x y', 'host:port', '[::1', 'a"b', "x'><script>"])(
    'is never made of a Host header like %j',
    async host => {
      await using simulator = await createSimulator({ pace: 'instant' })

      const reply = await create(simulator, {}, { headers: { host } })

      expect(hostOf(reply.json())).toBe(simulator.url)
    },
  )
})

describe('the end of the simulator', () => {
  it('answers held creates with 503, their task id and a header that says why', async () => {
    const simulator = await frozenSimulator()
    const held = create(simulator)
    await whenWaiting(simulator)

    const left = await simulator.close()
    const reply = await held

    expect(reply.statusCode).toBe(503)
    expect(reply.headers['x-mockling-shutdown']).toBe('1')
    expect(Object.keys(reply.json())).toEqual(['success', 'error', 'trace_id', 'task_id'])
    expect(left).toEqual({ pendingTasks: 1, callbacks: 0, heldRequests: 1 })
  })

  it('or a reset of their namespace does so too', async () => {
    await using simulator = await frozenSimulator()
    const held = create(simulator)
    await whenWaiting(simulator)

    await simulator.control.reset(namespaceOf())
    const reply = await held

    expect(reply.statusCode).toBe(503)
    expect(reply.headers['x-mockling-reset']).toBe('1')
    expect(reply.json().task_id).toMatch(UUID)
    expect(await retrieve(simulator, reply.json().task_id)).toEqual({})
  })
})
