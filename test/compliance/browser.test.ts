import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { createSimulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'

const CHROMIUM = '/usr/bin/chromium'
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
const missing = existsSync(CHROMIUM) ? '' : ` (left out: ${CHROMIUM} is not there)`

describe('a page in Chromium', () => {
  it.skipIf(missing)(`creates a video across origins and plays it${missing}`, async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    // A page of another origin: its POST needs the preflight answered.
    await using app = await startReceiver(response => response.setHeader('content-type', 'text/html').end('<p>an app'))
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS })
    try {
      const page = await browser.newPage()
      await page.goto(app.url('/'))
      const seen = await page.evaluate(play, `${simulator.url}/kling/videos`)
      expect(seen).toMatchObject({ width: 1280, height: 720, duration: 5.1, traceId: expect.stringMatching(/^[\da-f-]{36}$/) })
      expect(seen.playedTo).toBeGreaterThan(0.5)
      expect(seen.soughtTo).toBeCloseTo(4, 1)
      expect(seen.distinctColours).toBeGreaterThan(3)
    } finally {
      await browser.close()
    }
  })
})

/** Runs in the page. */
async function play(create: string) {
  const reply = await fetch(create, {
    method: 'POST',
    headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'text2video', model: 'kling-v1', prompt: 'a white mug' }),
  })
  const { video_url: url } = await reply.json()
  const video = Object.assign(document.createElement('video'), { muted: true, crossOrigin: 'anonymous', src: url })
  document.body.append(video)
  const event = (name: string) =>
    new Promise((resolve, reject) => {
      video.addEventListener(name, resolve, { once: true })
      video.addEventListener('error', () => reject(new Error(video.error?.message)), { once: true })
    })
  await event('loadeddata')
  await video.play()
  while (video.currentTime < 0.6) await event('timeupdate')
  const playedTo = video.currentTime
  video.pause()
  video.currentTime = 4
  await event('seeked')
  const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 36 })
  const context = canvas.getContext('2d')
  context?.drawImage(video, 0, 0, 64, 36)
  const pixels = context?.getImageData(0, 0, 64, 36).data ?? []
  const colours = new Set<string>()
  for (let i = 0; i < pixels.length; i += 4) colours.add([pixels[i], pixels[i + 1], pixels[i + 2]].join())
  return {
    traceId: reply.headers.get('x-trace-id'),
    width: video.videoWidth,
    height: video.videoHeight,
    duration: video.duration,
    playedTo,
    soughtTo: video.currentTime,
    distinctColours: colours.size,
  }
}
