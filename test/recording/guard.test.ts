import { rmSync } from 'node:fs'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { json, post, recorded, startUpstream } from './recording.ts'

/*
 * What must not get past the recorder: creates that nobody has allowed, tokens, and answers without end.
 */

const CREATE = '{"action": "text2video", "prompt": "a white mug"}'

/** Sends a request as it is written, and gives back all that comes. */
async function sentRaw(url: string, head: string, body = ''): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  const lines = [...head.split('\n'), 'Host: x', 'Connection: close', `Content-Length: ${body.length}`]
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`)
  return text(socket)
}

describe('mockling record without leave to spend', () => {
  it.each([
    'POST //kling/videos HTTP/1.1',
    'POST /kling/tasks/../videos HTTP/1.1',
    'POST /%6bling/videos HTTP/1.1',
    'POST /kling/tasks?x=1 HTTP/1.1',
    'PUT /kling/tasks HTTP/1.1',
    'GET /kling/videos HTTP/1.1',
    'HEAD /kling/videos HTTP/1.1',
    'POST http://127.0.0.1/kling/tasks HTTP/1.1',
    'POST /kling/tasks HTTP/1.1\nX-Original-URL: /kling/videos',
    'POST /kling/tasks HTTP/1.1\nX-Rewrite-URL: /kling/videos',
    'POST /kling/tasks HTTP/1.1\nX-HTTP-Method-Override: PUT',
  ])('does not send a create that comes as %j', async head => {
    await using upstream = await startUpstream(json({}))
    await using recorder = await recorded(upstream.url, { allowSpend: false })
    expect(await sentRaw(recorder.url, head, CREATE)).toMatch(/^HTTP\/1.1 403 .*\r\nx-mockling-record: blocked\r\n/is)
    expect(upstream.asked()).toBe(0)
  })

  it.each(['GET /kling/videos?_method=POST HTTP/1.1', 'GET /kling/videos HTTP/1.1\nX-HTTP-Method-Override: POST'])(
    'does not send %j either, which has no body',
    async head => {
      await using upstream = await startUpstream(json({}))
      await using recorder = await recorded(upstream.url, { allowSpend: false })
      expect(await sentRaw(recorder.url, head)).toMatch(/^HTTP\/1.1 403 /)
      expect(upstream.asked()).toBe(0)
    },
  )

  it('says of an address in place of a path that it is none', async () => {
    await using upstream = await startUpstream(json({}))
    await using recorder = await recorded(upstream.url, { allowSpend: false })
    expect(await sentRaw(recorder.url, 'GET http://127.0.0.1/kling HTTP/1.1')).toMatch(/^HTTP\/1.1 400 .*base URL/s)
    expect(upstream.asked()).toBe(0)
  })
})

describe('mockling record', () => {
  it('tells the host of a file nothing of the token, nor that of a file what is posted', async () => {
    const seen: string[] = []
    await using files = await startUpstream(({ method, headers }, response) => {
      seen.push(`${method} ${headers.authorization} ${headers['x-api-key']} ${headers.range}`)
      response.writeHead(200, { 'content-type': 'video/mp4' }).end('video')
    })
    await using upstream = await startUpstream(json({ video_url: `${files.url}/kling/tasks` }))
    await using recorder = await recorded(upstream.url)
    await post(recorder.url, '/kling/videos', CREATE)
    const headers = { authorization: 'Bearer secret', 'x-api-key': 'secret', range: 'bytes=0-1' }
    await fetch(`${recorder.url}/kling/tasks`, { headers })
    await post(recorder.url, '/kling/tasks', { id: '1' })
    expect(seen).toEqual(['GET undefined undefined bytes=0-1'])
    expect(upstream.asked()).toBe(2)
  })

  it('gives up an answer in text that does not end', async () => {
    await using upstream = await startUpstream((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const piece = Buffer.alloc(1_000_000, 'x')
      const more = () => {
        while (!response.destroyed && response.write(piece));
      }
      response.on('drain', more)
      more()
    })
    await using recorder = await recorded(upstream.url)
    await expect(fetch(`${recorder.url}/kling`)).rejects.toThrow('fetch failed')
    expect(recorder.said).toEqual(['GET /kling: the answer broke off (more than 33554432 bytes)'])
    expect(recorder.recordings[0]?.answer).toBeNull()
  })

  it('passes on what was paid for though it can not be written down', async () => {
    await using upstream = await startUpstream(json({ task_id: 'paid' }))
    await using recorder = await recorded(upstream.url)
    rmSync(recorder.path, { recursive: true })
    expect((await post(recorder.url, '/kling/videos', CREATE)).json).toEqual({ task_id: 'paid' })
    expect(recorder.said).toEqual([expect.stringMatching(/^an exchange could not be written to .*: ENOENT$/)])
  })

  it('leaves a callback address that is none for the upstream to refuse', async () => {
    let sent = ''
    await using upstream = await startUpstream(async (request, response) => {
      sent = await text(request)
      response.end()
    })
    await using recorder = await recorded(upstream.url, { callbackUrl: 'https://tunnel.example' })
    await post(recorder.url, '/kling/videos', { callback_url: 'nowhere' })
    expect(sent).toBe('{"callback_url":"nowhere"}')
  })

  it('keeps no secret that comes in an odd place, nor where an answer quotes it', async () => {
    await using upstream = await startUpstream(async (request, response) => {
      const { url, headers } = request
      const { authorization, cookie, 'x-api-key': key } = headers
      const message = [url, authorization, cookie, key, await text(request)].join('; ')
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message } }))
    })
    await using recorder = await recorded(upstream.url)
    const headers = {
      authorization: 'Basic CANARYbase64',
      'x-api-key': 'CANARY-key',
      cookie: 'a=CANARY-a; b=CANARY-b',
      'content-type': 'application/json; key=CANARY',
      range: 'CANARY',
    }
    const body = JSON.stringify({ prompt: 'so says "CANARY"\nagain', phone: -15551234567 })
    const ask = { method: 'POST', headers, body }
    await fetch(`${recorder.url}/kling/videos?key=CANARYquery&CANARY-sk-123=1&CANARYalone`, ask)
    await fetch(`${recorder.url}/kling/videos`, { method: 'POST', body: 'prompt=CANARY+in+a+form' })
    expect(recorder.recordings).toHaveLength(2)
    expect(recorder.everything()).not.toMatch(/CANARY|5551234567/i)
  })

  it.each([
    'CANARY is not allowed',
    'not allowed: mug of canary smith',
    'can not resolve canary.example.com',
    'could not fetch CANARY-1.png',
  ])('redacts what an answer quotes in its own way: %s', async message => {
    await using upstream = await startUpstream(json({ error: { message } }))
    await using recorder = await recorded(upstream.url)
    const prompt = 'The white mug of Canary Smith'
    await post(recorder.url, '/kling/videos', { prompt, image: 'https://canary.example.com/CANARY-1.png?x=1' })
    expect(recorder.everything()).not.toMatch(/CANARY/i)
  })
})
