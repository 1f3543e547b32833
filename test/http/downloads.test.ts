import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { clipSpecOf } from '../../src/http/clip-spec.ts'
import type { DownloadEntry, RequestEntry } from '../../src/journal/journal.ts'
import { createClip } from '../../src/media/clip.ts'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { create, until } from '../support/requests.ts'
import { dial, send } from '../support/sockets.ts'
import { without } from '../support/tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'mockling-downloads-'))
afterAll(() => rmSync(folder, { recursive: true }))

const MB = 1024 * 1024

async function videoPath(simulator: Simulator, change: object = {}): Promise<string> {
  return new URL((await create(simulator, change)).json().video_url).pathname
}

function ownFile(name: string, bytes: Uint8Array): string {
  const file = join(folder, name)
  writeFileSync(file, bytes)
  return file
}

/** Bytes that look random, so that a piece in the wrong place shows. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let i = 0, state = 1; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[i] = state >>> 24
  }
  return bytes
}

describe('a clip', () => {
  it('shows task, video, source, model, mode, action, format and prompt', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const source = (await create(simulator, { aspect_ratio: '9:16' })).json()
    const { task_id, video_id } = (await create(simulator, { action: 'extend', video_id: source.video_id })).json()

    expect(clipSpecOf(await simulator.control.task(task_id))).toMatchObject({
      width: 720,
      height: 1280,
      label: [
        `task ${task_id.slice(0, 8)} video ${video_id.slice(0, 8)}`,
        `extends video ${source.video_id.slice(0, 8)}`,
        'kling-v1 std extend',
        '9.6s 9:16 720x1280@30',
        '',
        'a white mug',
      ],
    })
  })

  it.each([
    [{ model: 'kling-v1' }, '5.1s 16:9 1280x720@30'],
    [{ model: 'kling-v2-6', mode: 'pro', generate_audio: true }, '5.041s 16:9 1920x1080@24 sound'],
  ])('shows the length that is announced: %o', async (body, line) => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const { task_id, duration } = (await create(simulator, body)).json()
    const { label } = clipSpecOf(await simulator.control.task(task_id))
    expect(label).toContain(line)
    expect(line.startsWith(`${duration}s `)).toBe(true)
  })

  it.each([undefined, ' \n '])('shows no prompt where there is none: %j', async prompt => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const body = { action: 'image2video', start_image_url: 'https://example.com/a.png', prompt }
    const { task_id } = (await create(simulator, body)).json()
    expect(clipSpecOf(await simulator.control.task(task_id)).label).toHaveLength(3)
  })

  it('has sound where it was asked for', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const body = { model: 'kling-v2-6', mode: 'pro' }
    const [loud, quiet] = [
      await videoPath(simulator, { ...body, generate_audio: true }),
      await videoPath(simulator, body),
    ]

    expect((await send(simulator.url, { path: loud })).body.includes('mp4a')).toBe(true)
    expect((await send(simulator.url, { path: quiet })).body.includes('mp4a')).toBe(false)
  })

  it.each([0, 0.05, 64])('has the same bytes with a cache of %d MB, whole and in ranges', async mediaCache => {
    await using simulator = await createSimulator({ pace: 'instant', mediaCache })
    const { task_id, video_url } = (await create(simulator)).json()
    const clip = createClip(clipSpecOf(await simulator.control.task(task_id)))
    const whole = Buffer.from(clip.read(0, clip.size))
    const { pathname: path } = new URL(video_url)

    const answer = await send(simulator.url, { path })
    expect(answer.headers.etag).toBe(clip.etag)
    expect(answer.body.equals(whole)).toBe(true)
    for (const [from, to] of [
      [0, 0],
      [100, 70_000],
      [65_535, 65_536],
      [clip.size - 1, clip.size - 1],
    ] as const) {
      const part = await send(simulator.url, { path, headers: { range: `bytes=${from}-${to}` } })
      expect(part.body.equals(whole.subarray(from, to + 1))).toBe(true)
    }
  })

  const withoutPython = without(['python3', '-V'])
  it.skipIf(withoutPython)(`is read in parts by Python's mail parser${withoutPython}`, async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const path = await videoPath(simulator)
    const { body } = await send(simulator.url, { path })
    const answer = await send(simulator.url, { path, headers: { range: 'bytes=0-99,5000-75000,-10' } })
    expect(answer.headers['content-length']).toBe(String(answer.body.length))

    const script = [
      'import sys, email, json, base64',
      'mail = email.message_from_bytes(sys.stdin.buffer.read())',
      'print(json.dumps([[p["content-type"], p["content-range"], base64.b64encode(p.get_payload(decode=True)).decode()] for p in mail.get_payload()]))',
    ].join('\n')
    const mail = Buffer.concat([Buffer.from(`content-type: ${answer.headers['content-type']}\r\n\r\n`), answer.body])
    const parts = JSON.parse(execFileSync('python3', ['-c', script], { input: mail, encoding: 'utf8' }))

    const size = body.length
    expect(parts).toEqual(
      [
        [0, 99],
        [5000, 75_000],
        [size - 10, size - 1],
      ].map(([from = 0, to = 0]) => [
        'video/mp4',
        `bytes ${from}-${to}/${size}`,
        body.subarray(from, to + 1).toString('base64'),
      ]),
    )
  })
})

describe('a file of one’s own', () => {
  it('is served for every video, whole, in parts and by its tag', async () => {
    const bytes = noise(300_000)
    await using simulator = await createSimulator({ pace: 'instant', clip: ownFile('own.mp4', bytes) })
    for (const path of [await videoPath(simulator), await videoPath(simulator, { duration: 10 })]) {
      const whole = await send(simulator.url, { path })
      expect(whole.body.equals(bytes)).toBe(true)
      expect(whole.headers['content-type']).toBe('video/mp4')
      const part = await send(simulator.url, { path, headers: { range: 'bytes=1000-200000' } })
      expect(part.status).toBe(206)
      expect(part.body.equals(bytes.subarray(1000, 200_001))).toBe(true)
      const { etag = '' } = whole.headers
      expect((await send(simulator.url, { path, headers: { 'if-none-match': etag } })).status).toBe(304)
      expect((await send(simulator.url, { path, method: 'HEAD' })).headers['content-length']).toBe('300000')
    }
  })

  describe('for an outcome', () => {
    const [cat, plain, any] = ['cat', 'plain', 'any'].map((word, i) =>
      ownFile(`${word}.mp4`, Buffer.from(word.repeat(i + 1))),
    )
    /** What the video of a create is, by its text; a made one is `ftyp`. */
    async function delivered(simulator: Simulator, change: object, headers = {}): Promise<string> {
      const reply = await create(simulator, change, { headers })
      expect(reply.statusCode).toBe(200)
      const { body, text } = await send(simulator.url, { path: new URL(reply.json().video_url).pathname })
      return body.subarray(4, 8).toString() === 'ftyp' ? 'ftyp' : text
    }

    it('is served where the header or the prompt asks for it, and clips are made for the others', async () => {
      await using simulator = await createSimulator({ pace: 'instant', clip: { 'succeed cat': cat ?? '' } })

      expect(await delivered(simulator, {}, { 'x-mockling-outcome': 'succeed cat' })).toBe('cat')
      expect(await delivered(simulator, { prompt: 'a mug [[mockling:Succeed  Cat]]' })).toBe('cat')
      expect(await delivered(simulator, {})).toBe('ftyp')
      expect(await delivered(simulator, {}, { 'x-mockling-outcome': 'succeed' })).toBe('ftyp')
    })

    it('is served as the nearest one fits: its own, else the one for all', async () => {
      const clip = [`succeed cat=${cat}`, `succeed=${plain}`, any ?? '']
      await using simulator = await createSimulator({ pace: 'instant', clip })

      expect(await delivered(simulator, {}, { 'x-mockling-outcome': 'succeed cat' })).toBe('cat')
      expect(await delivered(simulator, {})).toBe('plainplain')
      await using other = await createSimulator({ pace: 'instant', clip: [`succeed cat=${cat}`, any ?? ''] })
      expect(await delivered(other, {})).toBe('anyanyany')
    })

    it('is told by the answer, and refused with the list of all where it was not declared', async () => {
      await using simulator = await createSimulator({ pace: 'instant', clip: `succeed cat=${cat}` })
      const ask = (outcome: string) => create(simulator, {}, { headers: { 'x-mockling-outcome': outcome } })

      expect((await ask('SUCCEED cat')).headers['x-mockling-outcome']).toBe('succeed cat')
      const refused = await ask('succeed dog')
      expect(refused.statusCode).toBe(400)
      expect(refused.json().error.message).toBe(
        "the header x-mockling-outcome: succeed: there is no clip 'dog'; --clip names cat",
      )
    })

    it('is refused at the start if it can’t be served, whichever it is', async () => {
      const clip = { '*': any ?? '', 'succeed cat': join(folder, 'nothing.mp4') }
      await expect(createSimulator({ clip })).rejects.toThrow(
        `clip: ${JSON.stringify(clip['succeed cat'])} can't be served`,
      )
    })
  })

  it.each([
    ['own.webm', 'video/webm'],
    ['own.MOV', 'video/quicktime'],
    ['own.html', 'text/html'],
    ['own.nobody-knows', 'video/mp4'],
    ['own', 'video/mp4'],
  ])('is said to be what its name says: %s is %s', async (name, type) => {
    await using simulator = await createSimulator({ pace: 'instant', clip: ownFile(name, noise(1000)) })
    const path = await videoPath(simulator)

    expect((await send(simulator.url, { path })).headers['content-type']).toBe(type)
    expect((await send(simulator.url, { path, headers: { range: 'bytes=0-9' } })).headers['content-type']).toBe(type)
    const parts = await send(simulator.url, { path, headers: { range: 'bytes=0-9,20-29' } })
    expect(parts.text.match(/content-type: .*/g)).toEqual([`content-type: ${type}`, `content-type: ${type}`])
  })

  it.each([
    ['that is not there', join(folder, 'nothing.mp4'), 'ENOENT'],
    ['that is a folder', folder, 'it is no file'],
    ['that is empty', ownFile('empty.mp4', new Uint8Array()), 'it is empty'],
  ])('%s is refused at the start', async (_, clip, why) => {
    await expect(createSimulator({ clip })).rejects.toThrow(`clip: ${JSON.stringify(clip)} can't be served: `)
    await expect(createSimulator({ clip })).rejects.toThrow(why)
  })

  const withoutFifos = without(['mkfifo', '--version'])
  it.skipIf(withoutFifos)(`that is a pipe is refused without waiting for a writer${withoutFifos}`, async () => {
    const clip = join(folder, 'pipe.mp4')
    execFileSync('mkfifo', [clip])
    await expect(createSimulator({ clip })).rejects.toThrow(`${JSON.stringify(clip)} can't be served: it is no file`)
  })
})

describe('a file that can’t be read', () => {
  /** A simulator that serves a file which is cut to `left` bytes after the start, and what it tells of that. */
  async function withCutFile(left: number) {
    const defects: unknown[] = []
    const ended: (DownloadEntry | RequestEntry)[] = []
    const clip = ownFile(`cut-${left}.mp4`, noise(300_000))
    const simulator = await createSimulator(
      { pace: 'instant', clip },
      { onDefect: error => defects.push(error), onRequest: entry => ended.push(entry) },
    )
    const path = await videoPath(simulator)
    truncateSync(clip, left)
    const downloads = () => ended.filter(entry => entry.kind === 'download')
    return { simulator, path, defects, downloads, [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose]() }
  }
  const SHORTER = 'the file has become shorter since the start'

  it.each(['bytes=0-', 'bytes=0-9,100-109', undefined])(
    'from the start is answered 500 and no more: %s',
    async range => {
      await using cut = await withCutFile(0)

      const answer = await send(cut.simulator.url, { path: cut.path, headers: range === undefined ? {} : { range } })

      expect(answer.status).toBe(500)
      expect(answer.body.length).toBe(0)
      expect(Object.keys(answer.headers).toSorted()).toEqual([
        'access-control-allow-origin',
        'access-control-expose-headers',
        'connection',
        'content-length',
        'date',
      ])
      await until('it is over', () => cut.downloads().length === 1)
      expect(cut.downloads()).toMatchObject([{ status: 500, bytes: 0, error: SHORTER }])
      expect(cut.defects).toMatchObject([{ message: SHORTER }])
    },
  )

  it('to its end breaks the connection off, which is no fault of the caller’s', async () => {
    await using cut = await withCutFile(100_000)

    await expect(send(cut.simulator.url, { path: cut.path })).rejects.toThrow('aborted')

    await until('it is over', () => cut.downloads().length === 1)
    expect(cut.downloads()).toMatchObject([{ status: 200, bytes: 100_000, error: SHORTER }])
    expect(cut.downloads()[0]).not.toHaveProperty('hungUp')
    expect(cut.defects).toMatchObject([{ message: SHORTER }])
    expect(cut.simulator.control.journal.list({ kind: 'download' })).toMatchObject([{ error: SHORTER }])
  })
})

describe('a reader', () => {
  it('who stops reading costs no memory', { timeout: 60_000, tags: 'thorough' }, async () => {
    const size = 64 * MB
    await using simulator = await createSimulator({ pace: 'instant', clip: ownFile('large.mp4', Buffer.alloc(size)) })
    const path = await videoPath(simulator)
    const ours: Socket[] = []
    simulator.app.server.on('connection', socket => ours.push(socket))
    const before = process.memoryUsage()
    const sockets = await Promise.all(Array.from({ length: 40 }, () => dial(simulator.url)))
    // The answers begin, and nobody reads them.
    for (const socket of sockets) socket.pause().write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`)
    await until('nothing more fits on its way', () => ours.filter(socket => socket.writableNeedDrain).length === 40)
    expect(Math.max(...ours.map(socket => socket.writableLength))).toBeLessThan(128 * 1024)
    const { arrayBuffers } = process.memoryUsage()
    expect((arrayBuffers - before.arrayBuffers) / sockets.length).toBeLessThan(MB)

    // One who reads on gets the rest.
    const [one] = sockets
    let received = 0
    one?.on('data', chunk => {
      received += chunk.length
    })
    one?.resume()
    await until('the file has arrived', () => received > size)
    for (const socket of sockets) socket.destroy()
  })

  it('who leaves frees everything, in the middle of a file or before it begins', { tags: 'thorough' }, async () => {
    const defects: unknown[] = []
    const ended: unknown[] = []
    await using simulator = await createSimulator(
      { pace: 'instant', mediaCache: 0 },
      { onDefect: error => defects.push(error), onRequest: entry => ended.push(entry) },
    )
    const path = await videoPath(simulator, { model: 'kling-v3', mode: '4k', duration: 10 })
    const ours: Socket[] = []
    simulator.app.server.on('connection', socket => ours.push(socket))
    const already = ended.length
    for (let i = 0; i < 5; i++) {
      const socket = await dial(simulator.url)
      socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`)
      if (i % 2 === 0) await once(socket, 'readable')
      socket.destroy()
    }
    await until('all have ended', () => ended.length >= already + 5)
    await until('no connection is left', () => ours.every(socket => socket.destroyed))
    expect(ours).toHaveLength(5)
    expect(ended.slice(already)).toContainEqual(expect.objectContaining({ hungUp: true }))
    expect(defects).toEqual([])
    expect((await send(simulator.url, { path })).status).toBe(200)
  })
})
