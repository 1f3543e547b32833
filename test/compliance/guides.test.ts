import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createSimulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'
import { probe, withoutFfmpeg } from '../media/ffmpeg.ts'
import { without } from '../support/tools.ts'

const run = promisify(execFile)

/** An example of a guide, verbatim but for the host. */
function example(name: string, url: string): string {
  const text = readFileSync(new URL(`../../fixtures/upstream/${name}`, import.meta.url), 'utf8')
  return text.replaceAll('https://api.acedata.cloud', url)
}

/** The example's answer with the values that differ from run to run replaced by their types. */
function shapeOf(name: string): Record<string, unknown> {
  const answer = JSON.parse(example(name, ''))
  return { ...answer, video_id: expect.any(String), video_url: expect.any(String), task_id: expect.any(String) }
}

describe('the guides’ examples, by their own clients', () => {
  const noCurl = without(['curl', '--version'])
  it.skipIf(noCurl)(`answers guide A’s curl with the fields of the guide, in order${noCurl}`, async () => {
    await using simulator = await createSimulator({ pace: 0.2 })
    const { stdout } = await run('bash', ['-c', example('guide-a-text2video.sh', simulator.url)])
    const answer = JSON.parse(stdout)
    expect(answer).toEqual(shapeOf('guide-a-text2video-response.json'))
    expect(Object.keys(answer)).toEqual(Object.keys(shapeOf('guide-a-text2video-response.json')))
  })

  const noPython = without(['python3', '-c', 'import requests'])
  it.skipIf(noPython)(`answers guide A’s Python extend with "9.6"${noPython}`, async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const { stdout } = await run('python3', ['-c', example('guide-a-extend.py', simulator.url)])
    expect(JSON.parse(stdout)).toEqual(shapeOf('guide-a-extend-response.json'))
    expect(JSON.parse(stdout).duration).toBe('9.6')
  })

  it('answers guide A’s callback flow: the id at once, one POST with the result, the same in the record', async () => {
    await using receiver = await startReceiver()
    await using simulator = await createSimulator({ pace: 0.2 })
    const post = async (path: string, body: object) => {
      const headers = { authorization: 'Bearer {token}', 'content-type': 'application/json' }
      return await (await fetch(simulator.url + path, { method: 'POST', headers, body: JSON.stringify(body) })).text()
    }
    const request = { action: 'text2video', model: 'kling-v1', prompt: 'x', callback_url: receiver.url('/hook') }
    const accepted = await post('/kling/videos', request)
    expect(accepted).toMatch(/^\{"task_id":"[0-9a-f-]{36}"\}$/)
    const [arrival] = await receiver.arrived(1)
    expect(arrival?.headers['content-type']).toMatch(/^application\/json/)
    const pushed = JSON.parse(arrival?.body ?? '')
    expect(Object.keys(pushed)).toEqual(Object.keys(shapeOf('guide-a-callback-body.json')))
    expect(pushed.task_id).toBe(JSON.parse(accepted).task_id)
    const record = JSON.parse(await post('/kling/tasks', { id: pushed.task_id, action: 'retrieve' }))
    expect(record.response).toEqual(pushed)
    expect(record.request).toEqual(request)
    expect(receiver.arrivals).toHaveLength(1)
  })

  it.skipIf(withoutFfmpeg)(`hands out a video that ffprobe finds as announced${withoutFfmpeg}`, async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    for (const [body, width, height] of [
      [{ model: 'kling-v1' }, 1280, 720],
      [{ model: 'kling-v2-1-master', aspect_ratio: '9:16' }, 1080, 1920],
      [{ model: 'kling-v3', mode: '4k', aspect_ratio: '1:1', duration: 3 }, 2160, 2160],
      [{ model: 'kling-v1-6', mode: 'pro', aspect_ratio: '1:1', duration: 10 }, 1080, 1080],
    ] as const) {
      const reply = await fetch(`${simulator.url}/kling/videos`, {
        method: 'POST',
        headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
        body: JSON.stringify({ action: 'text2video', prompt: 'a white mug', ...body }),
      })
      const { video_url: url, duration } = (await reply.json()) as { video_url: string; duration: string }
      const file = join(mkdtempSync(join(tmpdir(), 'mockling-')), 'video.mp4')
      writeFileSync(file, Buffer.from(await (await fetch(url)).arrayBuffer()))
      const { streams, format, complaints } = probe(file)
      expect(complaints).toBe('')
      expect(streams[0]).toMatchObject({ codec_name: 'h264', width, height })
      // The announced text is cut to three decimals.
      expect(Math.floor(Number(format['duration']) * 1000 + 1e-6) / 1000).toBe(Number(duration))
    }
  })
})
