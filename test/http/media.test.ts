import { once } from 'node:events'
import fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { Connections } from '../../src/http/connections.ts'
import { CORS } from '../../src/http/cors.ts'
import { filesDoor } from '../../src/http/files.ts'
import type { DownloadEntry } from '../../src/journal/journal.ts'
import type { Source } from '../../src/media/shelf.ts'
import { GUIDE_TASKS } from '../../src/simulation/guide-tasks.ts'
import type { Task } from '../../src/simulation/task.ts'
import { START, turn } from '../simulation/fake-timebase.ts'
import { ALICE, FAILED, type Sample, task } from '../simulation/sample.ts'
import { etagOf, FILE, type Furnishing, openRooms, sourceOf } from '../support/rooms.ts'
import { dial, send } from '../support/sockets.ts'
import { until } from '../support/until.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const BOUNDS = /^Mon, 01 Jun 2026 00:00:0/

/** The door of the files, with one task of alice's whose video is there after two seconds. */
async function start(sample: Sample = {}, furnishing: Furnishing = {}) {
  const rooms = openRooms(furnishing)
  const { door, journal, namespaces, store } = rooms
  const made = task(sample)
  const { clock } = namespaces.of(ALICE)
  await store.create(made, {}, START)
  // Everybody's time, by two seconds and a little.
  for (const { clock } of namespaces.all()) clock.moveTo(START + 2500)
  const app = fastify({ exposeHeadRoutes: false })
  app.setNotFoundHandler((_request, reply) => reply.code(404).send('nobody’s'))
  await app.register(async files => filesDoor(files, door))
  const ask = (headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET', url = made.video.path) =>
    app.inject({ method, url, headers })
  const entries = () => journal.list({ kind: 'download' }) as DownloadEntry[]
  const listen = async () => {
    await app.listen({ port: 0 })
    return `http://localhost:${(app.server.address() as { port: number }).port}`
  }
  return { ...rooms, made, clock, app, ask, entries, listen }
}

type Asked = Awaited<ReturnType<Awaited<ReturnType<typeof start>>['ask']>>

/** Nothing but that anybody may read it, and when it was. */
function expectBare(reply: Asked, status: number, more: Record<string, string> = {}): void {
  expect([reply.statusCode, reply.body]).toEqual([status, ''])
  const { connection: _, date, ...headers } = reply.headers
  expect(headers).toEqual({ ...CORS, 'content-length': '0', ...more })
  expect(date).toMatch(BOUNDS)
}

const effect = (name: string, options: object = {}) => ({ name, options: options as Record<string, unknown> })
const rule = (id: string, name: string, when: object = {}, options: object = {}) => ({
  ...({ id, role: 'fault', operation: 'download', text: name, when } as const),
  effects: [effect(name, options)],
})

describe('a file', () => {
  it('is sent with all a player may want to know, and nothing else', async () => {
    const { ask, made } = await start()
    const reply = await ask()
    expect([reply.statusCode, reply.body]).toEqual([200, String(FILE)])
    const { connection: _, ...headers } = reply.headers
    expect(headers).toEqual({
      ...CORS,
      date: 'Mon, 01 Jun 2026 00:00:02 GMT',
      'accept-ranges': 'bytes',
      etag: etagOf(made),
      'last-modified': 'Mon, 01 Jun 2026 00:00:02 GMT',
      'cache-control': 'public, max-age=2591999',
      'content-type': 'video/mp4',
      'content-length': '26',
    })
  })

  it('has its head told without it', async () => {
    const { ask, entries } = await start()
    const [whole, head] = [await ask(), await ask({}, 'HEAD')]
    expect([head.statusCode, head.body]).toEqual([200, ''])
    expect(head.headers).toEqual(whole.headers)
    expect(entries().map(({ bytes }) => bytes)).toEqual([26, 0])
  })

  it('is sent in parts', async () => {
    const { ask, entries } = await start()
    const reply = await ask({ range: 'bytes=2-8' })
    expect([reply.statusCode, reply.body]).toEqual([206, String(FILE.subarray(2, 9))])
    expect(reply.headers).toMatchObject({ 'content-range': 'bytes 2-8/26', 'content-length': '7' })
    expectBare(await ask({ range: 'bytes=26-' }), 416, { 'content-range': 'bytes */26' })
    expect(entries()).toMatchObject([
      { range: 'bytes=2-8', bytes: 7, status: 206 },
      { range: 'bytes=26-', bytes: 0, status: 416 },
    ])
  })

  it('is not sent to who has it, nor under a condition that does not hold', async () => {
    const made: string[] = []
    const media = {
      etag: etagOf,
      ready: ({ id }: Task) => void made.push(id),
      open: async (task: Task) => sourceOf(task),
    }
    const { ask, made: of } = await start({}, { change: { media } })
    const etag = etagOf(of)
    const reply = await ask({ 'if-none-match': etag })
    expect([reply.statusCode, reply.body]).toEqual([304, ''])
    expect(reply.headers).toMatchObject({
      ...{ ...CORS, etag, 'accept-ranges': 'bytes', 'cache-control': 'public, max-age=2591999' },
      'last-modified': 'Mon, 01 Jun 2026 00:00:02 GMT',
    })
    expect(reply.headers).not.toHaveProperty('content-type')
    expectBare(await ask({ 'if-match': '"other"' }), 412)
    const since = (second: string) => ask({ 'if-modified-since': `Mon, 01 Jun 2026 00:00:0${second} GMT` })
    expect((await since('2')).statusCode).toBe(304)
    expect(made).toEqual([])
    expect((await since('1')).statusCode).toBe(200)
    expect(made).toEqual([of.id])
  })

  it('is taken as it is where it is ready, else opened', async () => {
    const asked: string[] = []
    const media = {
      etag: etagOf,
      ready: (task: Task) => {
        asked.push('ready')
        return asked.length === 1 ? sourceOf(task) : undefined
      },
      open: async (task: Task) => {
        asked.push('open')
        return sourceOf(task)
      },
    }
    const { ask } = await start({}, { change: { media } })
    expect([(await ask()).body, (await ask()).body]).toEqual([String(FILE), String(FILE)])
    expect(asked).toEqual(['ready', 'ready', 'open'])
  })

  it('lies under the paths of both forms, whatever is asked beside', async () => {
    const { ask } = await start({ revision: '2026-10' })
    expect((await ask()).statusCode).toBe(200)
    for (const url of ['/bs2/x', '/bs2/a/b.mp4?x', '/kling/x.mp4', '/kling/x.mp4?a=b.c'])
      expectBare(await ask({}, 'GET', url), 404)
    for (const url of ['/bs3/x', '/kling/x', '/kling/.mp4', '/kling/x/y.mp4', '/kling/x.mp3', '/kling/xmp4']) {
      expect((await ask({}, 'GET', url)).body).toBe('nobody’s')
    }
  })

  it.each(['/bs2/x', '/kling/x.mp4'])('may be read by pages of any origin: %s', async url => {
    const { app, defects } = await start()
    const reply = await app.inject({ method: 'OPTIONS', url })
    expect([reply.statusCode, reply.headers['access-control-allow-methods']]).toEqual([204, 'GET, HEAD, OPTIONS'])
    const headers = { 'content-type': '\u0001' }
    const refused = await app.inject({ method: 'OPTIONS', url, headers, payload: '{}' })
    expect([refused.statusCode, refused.body]).toEqual([415, ''])
    expect(refused.headers).toMatchObject(CORS)
    expect(defects).toEqual([])
  })

  it('before sound was put to it has a path of its own, and a tag', async () => {
    const made = { ...task(), ordinal: 2, id: 'spoken' }
    const sourcePath = '/kling/spoken-source.mp4'
    const { ask, store, entries } = await start()
    await store.create({ ...made, video: { ...made.video, path: '/kling/spoken.mp4', sourcePath } }, {}, START)
    const [whole, source] = [await ask({}, 'GET', '/kling/spoken.mp4'), await ask({}, 'GET', sourcePath)]
    expect([whole.headers.etag, source.headers.etag]).toEqual(['"spoken.mp4"', '"spoken-source.mp4"'])
    expect(entries().map(({ taskId }) => taskId)).toEqual(['spoken', 'spoken'])
  })
})

describe('a file that is not there', () => {
  it.each([
    ['before its task has settled', {}, START + 1999, 404],
    ['as its task failed', { ending: FAILED }, START + 2000, 404],
    ['until its thirty days are over', {}, START + 2000 + 30 * DAY_MS - 1, 200],
    ['as its thirty days are over', {}, START + 2000 + 30 * DAY_MS, 403],
    ['as its task is forgotten', {}, START + 2000 + 60 * DAY_MS, 404],
  ])('is answered %s', async (_why, sample, at, status) => {
    const rooms = openRooms()
    const made = task(sample)
    await rooms.store.create(made, {}, START)
    rooms.namespaces.of(ALICE).clock.moveTo(at)
    const app = fastify()
    await app.register(async files => filesDoor(files, rooms.door))
    const reply = await app.inject(made.video.path)
    expect(reply.statusCode).toBe(status)
    if (status !== 200) expect([reply.body, reply.headers['content-length']]).toEqual(['', '0'])
    else expect(reply.headers['cache-control']).toBe('public, max-age=0')
    expect(reply.headers).toMatchObject({ ...CORS, date: new Date(at).toUTCString() })
    expect(reply.headers).not.toHaveProperty('x-trace-id')
  })
})

describe('the guide’s files', () => {
  it('never grow old, and are no younger than the clock', async () => {
    const { ask, entries, namespaces } = await start()
    const [guide] = GUIDE_TASKS as [Task]
    const reply = () => ask({}, 'GET', guide.video.path)
    expect((await reply()).headers).toMatchObject({
      'cache-control': 'public, max-age=2592000',
      'last-modified': 'Sun, 02 Mar 2025 10:01:30 GMT',
    })
    namespaces.server.clock.moveTo(START + 4000 * DAY_MS)
    expect((await reply()).statusCode).toBe(200)
    expect(entries()[1]).toMatchObject({ namespace: '', taskId: guide.id, at: START + 4000 * DAY_MS })
    namespaces.standAt(Date.UTC(2020, 0, 1) + 999)
    expect((await reply()).headers['last-modified']).toBe('Wed, 01 Jan 2020 00:00:00 GMT')
  })
})

describe('the journal', () => {
  it('knows of each download whose it was, and what came of it', async () => {
    const { ask, entries, ended, made, clock } = await start()
    await ask({ cookie: 'secret', range: 'bytes=0-4' }, 'GET', `${made.video.path}?token=s&a=b`)
    await ask({}, 'HEAD', '/bs2/nothing')
    const [one, other] = entries()
    expect(one).toMatchObject({
      ...{ kind: 'download', namespace: ALICE, taskId: made.id, at: START + 2500, endedAt: START + 2500 },
      ...{ method: 'GET', path: made.video.path, query: 'token=***&a=b', range: 'bytes=0-4', status: 206, bytes: 5 },
    })
    expect(one?.rawHeaders).toContain('***')
    expect(other).toMatchObject({ namespace: '', method: 'HEAD', path: '/bs2/nothing', status: 404, bytes: 0 })
    expect(other).not.toHaveProperty('range')
    expect(other).not.toHaveProperty('taskId')
    expect(other).not.toHaveProperty('rules')
    expect(ended).toEqual([one, other])
    expect(clock.atWork).toBe(0)
  })

  it('hears of each when it is complete', async () => {
    const { ask, journal } = await start()
    const heard: unknown[] = []
    journal.listen(entry => heard.push(entry.kind === 'download' && entry.status))
    await ask()
    expect(heard).toEqual([200])
  })
})

describe('effects on a file', () => {
  it.each([
    ['media-expired', 403],
    ['media-missing', 404],
  ])('have it gone, as the task says or a fault: %s', async (name, status) => {
    const { ask } = await start({ effects: [effect(name)] })
    expectBare(await ask(), status)
    const other = await start()
    other.rulebook.put([rule('gone', name)])
    expectBare(await other.ask(), status)
    expect(other.entries()).toMatchObject([{ rules: ['gone'], status }])
  })

  it('have it said to be something else', async () => {
    const { ask, made } = await start({ effects: [effect('media-type', { type: 'text/csv' })] })
    const reply = await ask()
    expect([reply.body, reply.headers['content-type'], reply.headers.etag]).toEqual([
      String(FILE),
      'text/csv',
      etagOf(made),
    ])
  })

  it('have it without ranges', async () => {
    const { ask } = await start({ effects: [effect('media-no-range')] })
    const reply = await ask({ range: 'bytes=2-8' })
    expect([reply.statusCode, reply.body]).toEqual([200, String(FILE)])
    expect(reply.headers).not.toHaveProperty('accept-ranges')
  })

  it('have it end early, as another file of which nobody has anything', async () => {
    const { ask, made } = await start({ effects: [effect('media-empty')] })
    for (const headers of [{}, { 'if-none-match': '*' }, { 'if-match': '"other"' }]) {
      const reply = await ask(headers as Record<string, string>)
      expect([reply.statusCode, reply.body, reply.headers['content-length']]).toEqual([200, '', '0'])
      expect(reply.headers.etag).toBe(`${etagOf(made).slice(0, -1)}-0"`)
    }
  })

  it('have it break off', async () => {
    const { ask, entries } = await start({ effects: [effect('media-cut', { bytes: 3 })] })
    await expect(ask()).rejects.toThrow('destroyed before completion')
    expect(entries()).toMatchObject([{ bytes: 3, isCut: true, status: 200 }])
    expect((await ask({}, 'HEAD')).statusCode).toBe(200)
  })

  it('are its task’s and those of faults, in the order of all effects', async () => {
    const { ask, entries, rulebook } = await start({ effects: [effect('media-type', { type: 'text/csv' })] })
    rulebook.put([rule('short', 'media-empty'), rule('typed', 'media-type', {}, { type: 'text/html' })])
    const reply = await ask()
    expect([reply.body, reply.headers['content-type']]).toEqual(['', 'text/html'])
    expect(entries()).toMatchObject([{ rules: ['short', 'typed'] }])
  })

  it('that are a fault’s fire for what the file’s create was', async () => {
    const made = task({ body: { model: 'kling-v1-6', mode: 'pro' } })
    const facts = {
      ...{ model: 'kling-v1-6', mode: 'pro', action: 'text2video', prompt: 'white mug' },
      taskId: made.id,
    }
    const others = { model: 'kling-v1', mode: 'std', action: 'extend', prompt: 'black', taskId: 'other' }
    for (const name of Object.keys(facts) as (keyof typeof facts)[]) {
      const { ask, rulebook, entries } = await start({ body: { model: 'kling-v1-6', mode: 'pro' } })
      rulebook.put([rule('no', 'media-missing', { [name]: others[name] })])
      expect([name, (await ask()).statusCode]).toEqual([name, 200])
      rulebook.put([rule('yes', 'media-missing', { [name]: facts[name] })])
      expect([name, (await ask()).statusCode]).toEqual([name, 404])
      expect(entries()[0]).not.toHaveProperty('rules')
      expect(entries()[1]).toMatchObject({ rules: ['yes'] })
    }
  })

  it('look for no prompt in what is no text', async () => {
    const { ask, rulebook, store } = await start()
    const made = { ...task({ ordinal: 2 }), request: { prompt: ['white mug'] } }
    await store.create(made, {}, START)
    rulebook.put([rule('yes', 'media-missing', { prompt: 'white mug' })])
    expect((await ask({}, 'GET', made.video.path)).statusCode).toBe(200)
    expect((await ask()).statusCode).toBe(404)
  })

  it('need a file, and rules of other operations have no say', async () => {
    const { ask, rulebook, entries } = await start()
    rulebook.put([rule('any', 'media-expired'), { ...rule('poll', 'media-expired'), operation: 'tasks' }])
    expectBare(await ask({}, 'GET', '/bs2/nothing'), 404)
    await ask()
    expect(entries().map(({ rules }) => rules)).toEqual([undefined, ['any']])
  })
})

describe('what goes wrong', () => {
  const failing = (source: Partial<Source>, thrown?: unknown): Furnishing => ({
    change: {
      media: {
        etag: etagOf,
        ready: () => undefined,
        open: async task => {
          if (thrown !== undefined) throw thrown
          return { ...sourceOf(task), ...source }
        },
      },
    },
  })

  it.each([new Error('no room'), 'no room'])('before the head is a bare 500, in log and journal: %s', async thrown => {
    const { ask, defects, entries, clock } = await start({}, failing({}, thrown))
    expectBare(await ask(), 500)
    expect(defects).toEqual([thrown])
    expect(entries()).toMatchObject([{ status: 500, error: 'no room' }])
    expect(clock.atWork).toBe(0)
  })

  it('after the head ends the connection, which is no hang-up', async () => {
    const broken = new Error('the disk is gone')
    const read: Source['read'] = async from => {
      if (from > 0) throw broken
      return FILE.subarray(0, 5)
    }
    const { ask, defects, entries, clock } = await start({}, failing({ read }))
    await expect(ask()).rejects.toThrow('destroyed before completion')
    expect(defects).toEqual([broken])
    const [entry] = entries()
    expect(entry).toMatchObject({ status: 200, bytes: 5, error: 'the disk is gone', endedAt: START + 2500 })
    expect(entry).not.toHaveProperty('hungUp')
    expect(clock.atWork).toBe(0)
  })

  it('before it is known whose it is, is a bare 500 as well', async () => {
    const broken = new Error('no store')
    const { app, ask, defects, store } = await start()
    store.taskOfFile = () => Promise.reject(broken)
    const reply = await ask()
    expect([reply.statusCode, reply.body]).toEqual([500, ''])
    expect(reply.headers).toMatchObject(CORS)
    expect(defects).toEqual([broken])
    await app.close()
  })

  it('is not that the caller hangs up while the file is made: its making is called off', async () => {
    const signals: AbortSignal[] = []
    const media = {
      etag: etagOf,
      ready: () => undefined,
      open: (_task: Task, signal: AbortSignal) => {
        signals.push(signal)
        return new Promise<Source>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
    }
    const { app, listen, made, defects, entries, clock } = await start({}, { change: { media } })
    const socket = await dial(await listen())
    socket.write(`GET ${made.video.path} HTTP/1.1\r\nhost: a\r\n\r\n`)
    await until('it is being made', () => signals.length === 1)
    expect([signals[0]?.aborted, clock.atWork]).toEqual([false, 1])
    socket.destroy()
    await until('it is over', () => clock.atWork === 0)
    await turn()
    expect(signals[0]?.reason).toMatchObject({ message: 'the caller hung up' })
    expect(defects).toEqual([])
    expect(entries()).toMatchObject([{ hungUp: true }])
    expect(entries()[0]).not.toHaveProperty('error')
    await app.close()
  })
})

describe('a connection too many', () => {
  it('is told so and closed while there is no room, and no other is', async () => {
    const { app, ask, listen, load, made, journal } = await start({}, { caps: { connections: 0 } })
    new Connections(load, () => 0).mind(app.server)
    const url = await listen()
    const refused = await send(url, { path: made.video.path, headers: { connection: 'keep-alive' } })
    expect([refused.status, refused.headers['x-mockling-overload'], refused.headers.connection]).toEqual([
      503,
      'connections',
      'close',
    ])
    expect(journal.count()).toBe(0)

    const socket = await dial(url)
    await until('it has come', () => load.isCrowded)
    load.isCrowded = false
    const [chunk] = await Promise.all([
      once(socket, 'data'),
      socket.write(`HEAD ${made.video.path} HTTP/1.1\r\nhost: a\r\n\r\n`),
    ])
    expect(String(chunk)).toMatch(/^HTTP\/1\.1 200 /)
    load.isCrowded = true
    expect((await ask()).statusCode).toBe(200)
    socket.destroy()
    await app.close()
  })
})
