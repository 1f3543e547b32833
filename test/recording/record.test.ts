import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { Client } from 'undici'
import { describe, expect, it } from 'vitest'
import { createSimulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'
import { emptyDirectory, json, post, recorded, startUpstream } from './recording.ts'

const CREATE = { action: 'text2video', prompt: 'a white mug' }

describe('mockling record', () => {
  it('holds held answers, and has polls and files refer to their create', async () => {
    await using simulator = await createSimulator({ pace: 0.2 })
    await using recorder = await recorded(simulator.url)
    const { json: made } = await post(recorder.url, '/kling/videos', CREATE)
    expect(made.video_url).toMatch(new RegExp(`^${recorder.url}/bs2/`))
    await post(recorder.url, '/kling/tasks', { id: made.task_id, action: 'retrieve' })
    const file = await fetch(made.video_url)
    const bytes = await file.arrayBuffer()
    expect(file.headers.get('content-type')).toBe('video/mp4')
    expect(bytes.byteLength).toBe(Number(file.headers.get('content-length')))

    const [create, poll, download] = recorder.recordings
    expect(recorder.recordings.map(({ name }) => name)).toEqual([
      '0001-post-kling-videos.json',
      '0002-post-kling-tasks.json',
      '0003-get-file.json',
    ])
    expect(create?.answer?.body).toEqual({
      success: true,
      video_id: '{{video-1 uuid}}',
      video_url: '{{file-1 /bs2/upload-kling-api/*/text2video/*.mp4}}',
      duration: '5.1',
      state: 'succeed',
      task_id: '{{task-1 uuid}}',
    })
    expect(create?.answer?.afterMs).toBeGreaterThanOrEqual(200)
    expect(poll?.request.body).toEqual({ id: '{{task-1 uuid}}', action: 'retrieve' })
    expect(poll?.answer?.body).toMatchObject({
      id: '{{task-1 uuid}}',
      created_at: expect.stringMatching(/^\{\{seconds \+/),
      request: { action: 'text2video', prompt: '{{text 11}}' },
      response: create?.answer?.body,
    })
    expect(download?.request.path).toBe('{{file-1 /bs2/upload-kling-api/*/text2video/*.mp4}}')
    expect(download?.answer?.file).toMatchObject({ bytes: bytes.byteLength, isKept: true })
  })

  it('keeps no token, no prompt, no address and no key on disk', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    await using recorder = await recorded(simulator.url, { largestFile: 0 })
    const token = 'CANARY-token-0001'
    const image = 'https://example.com/CANARY-image.png?Signature=CANARY-signature'
    const bodies = [
      { ...CREATE, prompt: 'CANARY prompt of a secret', negative_prompt: 'CANARY negative' },
      { action: 'image2video', start_image_url: image, prompt: `CANARY ${'long '.repeat(600)}` },
      { ...CREATE, mode: 'CANARY mode with words', note: 'CANARY note', 'CANARY key!': 1, user: { name: 'CANARY' } },
      { ...CREATE, callback_url: 'http://CANARY:CANARY@127.0.0.1:9/CANARY?key=CANARY' },
      { action: 'extend', video_id: 'CANARY-video', prompt: 'CANARY' },
      '{"prompt": "CANARY broken',
      'CANARY',
    ]
    for (const body of bodies) await post(recorder.url, '/kling/videos?key=CANARY', body, token)
    await post(recorder.url, '/kling/CANARY-0123456789-path/CANARY 1', {}, token)
    await fetch(`${recorder.url}/kling/tasks`, {
      headers: { authorization: token, cookie: 'CANARY', 'x-api-key': 'CANARY' },
    })
    expect(recorder.recordings).toHaveLength(bodies.length + 2)
    expect(recorder.everything()).not.toMatch(/CANARY/i)
  })

  it('redacts what an answer quotes', async () => {
    const error = (message: string) => json({ success: false, error: { code: 'bad_request', message } })
    let message = ''
    await using upstream = await startUpstream((...at) => error(message)(...at))
    await using recorder = await recorded(upstream.url)
    for (const said of [
      "prompt 'CANARY of a secret mug' is refused",
      'prompt CANARY of a se… is too long',
      'the words "secret mug" are not allowed',
      'token CANARY-token-0001 is worn out',
      'see https://example.com/CANARY?signature=CANARY',
    ]) {
      message = said
      await post(recorder.url, '/kling/videos', { ...CREATE, prompt: 'CANARY of a secret mug' }, 'CANARY-token-0001')
    }
    expect(recorder.everything()).not.toMatch(/CANARY|secret/)
    expect(recorder.recordings[0]?.answer?.body).toMatchObject({
      error: { message: "prompt '{{text 22}}' is refused" },
    })
  })

  it('takes no more requests on connections that are open when it is to end', async () => {
    const held = new Map<string, ServerResponse>()
    await using upstream = await startUpstream(({ url = '' }, outgoing) => void held.set(url, outgoing))
    await using recorder = await recorded(upstream.url)
    const [one, two] = [new Client(recorder.url), new Client(recorder.url)]
    const first = one.request({ method: 'GET', path: '/one' })
    const second = two.request({ method: 'GET', path: '/two' })
    await expect.poll(() => [...held.keys()].sort()).toEqual(['/one', '/two'])
    const finished = recorder.finish()
    held.get('/one')?.end('one')
    const { headers, body } = await first
    expect([headers['connection'], await body.text()]).toEqual(['close', 'one'])
    await expect(one.request({ method: 'GET', path: '/three' })).rejects.toThrow()
    held.get('/two')?.end('two')
    expect(await (await second).body.text()).toBe('two')
    await finished
    expect(recorder.recordings).toHaveLength(2)
    await Promise.all([one.close(), two.close()])
  })

  it('sends nothing that may cost money unless that is allowed', async () => {
    await using upstream = await startUpstream(json({}))
    await using recorder = await recorded(upstream.url, { allowSpend: false })
    for (const path of [
      '/kling/videos',
      '/kling/motion',
      '/kling/videos/',
      '//kling/videos',
      '/kling/tasks/../videos',
      '/kling/tasks?x',
      '/veo/videos',
    ]) {
      const { status, headers, json: body } = await post(recorder.url, path, CREATE)
      expect(status, path).toBe(403)
      expect(headers.get('x-mockling-record')).toBe('blocked')
      expect(body.error.message).toContain('--allow-spend')
    }
    expect(upstream.asked()).toBe(0)
    await post(recorder.url, '/kling/tasks', { id: 'x' })
    expect(upstream.asked()).toBe(1)
    expect(recorder.recordings).toHaveLength(1)
    expect(recorder.said[0]).toBe('POST /kling/videos was not sent: it may cost money; --allow-spend lets it through')
  })

  it('leads callbacks through, and lets the client see its own address', async () => {
    await using simulator = await createSimulator({ pace: 0.3 })
    await using receiver = await startReceiver()
    await using probe = await recorded(simulator.url)
    const port = Number(new URL(probe.url).port)
    await probe[Symbol.asyncDispose]()
    await using recorder = await recorded(simulator.url, { port, callbackUrl: probe.url })
    const address = receiver.url('/hook?key=CANARY')
    const { json: accepted } = await post(recorder.url, '/kling/videos', { ...CREATE, callback_url: address })
    const [arrival] = await receiver.arrived(1)
    const pushed = JSON.parse(arrival?.body ?? '')
    expect(pushed).toMatchObject({ success: true, task_id: accepted.task_id })
    expect(pushed.video_url).toMatch(new RegExp(`^${recorder.url}/bs2/`))
    const { json: record } = await post(recorder.url, '/kling/tasks', { id: accepted.task_id })
    expect(record.request.callback_url).toBe(address)

    const [create, callback, poll] = recorder.recordings
    expect(poll?.answer?.body).toMatchObject({ request: { callback_url: '{{url-1}}' } })
    expect(create?.request.body).toMatchObject({ callback_url: '{{url-1}}' })
    expect(callback).toMatchObject({
      name: '0002-callback.json',
      kind: 'callback',
      request: { path: '{{url-1}}', body: { task_id: '{{task-1 uuid}}' } },
      answer: { status: 200 },
    })
    expect(recorder.everything()).not.toContain('CANARY')
  })

  it('says once that callbacks go past, if it is not told where it is reached', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    await using receiver = await startReceiver()
    await using recorder = await recorded(simulator.url)
    for (let n = 0; n < 2; n++)
      await post(recorder.url, '/kling/videos', { ...CREATE, callback_url: receiver.url('/hook') })
    await receiver.arrived(2)
    expect(recorder.said).toEqual([expect.stringContaining('--callback-url')])
    expect(recorder.recordings.map(({ kind }) => kind)).toEqual(['request', 'request'])
  })

  it('passes ranges and HEAD on', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    await using recorder = await recorded(simulator.url)
    const { json: made } = await post(recorder.url, '/kling/videos', CREATE)
    const head = await fetch(made.video_url, { method: 'HEAD' })
    const part = await fetch(made.video_url, { headers: { range: 'bytes=100-199' } })
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(1000)
    expect(part.status).toBe(206)
    expect((await part.arrayBuffer()).byteLength).toBe(100)
    const [, headed, ranged] = recorder.recordings
    expect(headed?.answer).not.toHaveProperty('file')
    expect(ranged?.request.headers).toEqual({ range: 'bytes=100-199' })
    expect(ranged?.answer).toMatchObject({ status: 206, file: { bytes: 100 } })
    expect(ranged?.answer?.file?.isKept).toBeUndefined()
  })

  it('lets a file that was handed out be named in another create', async () => {
    await using simulator = await createSimulator({ pace: 'instant', revision: '2026-08' })
    await using recorder = await recorded(simulator.url)
    const { json: made } = await post(recorder.url, '/kling/videos', CREATE)
    const body = { mode: 'text2video', video_url: made.video_url, text: 'hello' }
    const { json: spoken } = await post(recorder.url, '/kling/lip-sync', body)
    const { json: record } = await post(simulator.url, '/kling/tasks', { id: spoken.task_id })
    expect(record.request.video_url).toMatch(new RegExp(`^${simulator.url}/kling/`))
    expect(recorder.recordings[1]?.request.body).toMatchObject({ video_url: '{{file-1 /kling/*.mp4}}' })
  })

  it('keeps concurrent exchanges apart', async () => {
    await using simulator = await createSimulator({ pace: 0.1 })
    await using recorder = await recorded(simulator.url)
    const tokens = Array.from({ length: 20 }, (_, at) => `worker-${at}`)
    const made = await Promise.all(tokens.map(token => post(recorder.url, '/kling/videos', CREATE, token)))
    await Promise.all(
      tokens.map((token, at) => post(recorder.url, '/kling/tasks', { id: made[at]?.json.task_id }, token)),
    )
    const { recordings } = recorder
    const tasks = recordings.slice(0, 20).map(({ answer }) => String(Object(answer?.body)['task_id']))
    expect(new Set(tasks).size).toBe(20)
    expect(
      recordings
        .slice(20)
        .map(({ request }) => String(Object(request.body)['id']))
        .toSorted(),
    ).toEqual(tasks.toSorted())
  })

  it('unpacks compressed answers, and takes pages for what they are', async () => {
    await using upstream = await startUpstream((request, response) => {
      if (request.url === '/html') response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>CANARY</h1>')
      else
        response
          .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
          .end(gzipSync('{"id":18446744073709551615,"state":"x"}'))
    })
    await using recorder = await recorded(upstream.url)
    expect((await post(recorder.url, '/kling/tasks', {})).text).toBe('{"id":18446744073709551615,"state":"x"}')
    expect((await fetch(`${recorder.url}/html`)).status).toBe(502)
    expect(recorder.recordings.map(({ answer }) => answer?.body ?? answer?.text)).toEqual([
      { id: '{{id-1 number}}', state: 'x' },
      '{{text 15}}',
    ])
  })

  it('says that the upstream does not answer, in its own name', async () => {
    const upstream = await startUpstream((_, response) => response.destroy())
    await using recorder = await recorded(upstream.url)
    const broken = await post(recorder.url, '/kling/tasks', {})
    await upstream[Symbol.asyncDispose]()
    const gone = await post(recorder.url, '/kling/tasks', {})
    for (const { status, headers } of [broken, gone]) {
      expect(status).toBe(502)
      expect(headers.get('x-mockling-record')).toBe('unreachable')
    }
    expect(recorder.recordings.map(({ answer }) => answer)).toEqual([null, null])
  })

  it('ends the request upstream when the caller hangs up, and writes that no answer came', async () => {
    await using simulator = await createSimulator({ clock: 'frozen' })
    await using recorder = await recorded(simulator.url)
    const caller = new AbortController()
    const held = post(recorder.url, '/kling/videos', CREATE, 'any', caller.signal)
    const given = expect(held).rejects.toThrow()
    await expect.poll(async () => (await simulator.tasks.list({ state: 'accepted' })).total).toBe(1)
    caller.abort()
    await given
    await expect.poll(() => recorder.recordings.map(({ answer }) => answer), { timeout: 5000 }).toEqual([null])
  })

  it('goes on after the recordings that are there', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const first = await recorded(simulator.url)
    await post(first.url, '/kling/tasks', { id: 'x' })
    await first[Symbol.asyncDispose]()
    const { Directory } = await import('../../src/recording/directory.ts')
    await using second = await recorded(simulator.url, { directory: new Directory(first.path) })
    await post(second.url, '/kling/tasks', { id: 'x' })
    expect(first.recordings.map(({ name }) => name)).toEqual([
      '0001-post-kling-tasks.json',
      '0002-post-kling-tasks.json',
    ])
  })

  it('has no directory that is none', async () => {
    const { readRecordings } = await import('../../src/recording/directory.ts')
    expect(() => readRecordings(emptyDirectory())).toThrow('it holds no recordings')
    expect(() => readRecordings('/nonexistent/x')).toThrow("it can't be read: ENOENT")
  })
})
