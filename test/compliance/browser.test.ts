import { existsSync, readFileSync } from 'node:fs'
import { chromium, type Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { createSimulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'

const CHROMIUM = '/usr/bin/chromium'
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
const PAGE = readFileSync(new URL('player.html', import.meta.url))
const missing = existsSync(CHROMIUM) ? '' : ` (left out: ${CHROMIUM} is not there)`

/** One of the guide's, which is always there. */
const VIDEO = '/bs2/upload-kling-api/7485378259/text2video/Cjil4mfBfs0AAAAAAKbMQQ-0_raw_video_1.mp4'

async function inChromium(act: (page: Page) => Promise<void>): Promise<void> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS })
  try {
    await act(await browser.newPage())
  } finally {
    await browser.close()
  }
}

describe('a page in Chromium', () => {
  it.skipIf(missing)(`creates a video across origins and plays it${missing}`, async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    // Another port is another origin: the page's POST needs the preflight answered.
    await using app = await startReceiver(response => response.setHeader('content-type', 'text/html').end(PAGE))
    await inChromium(async page => {
      await page.goto(app.url(`/?create=${encodeURIComponent(`${simulator.url}/kling/videos`)}`))
      const seen = await (await page.waitForFunction('window.seen')).jsonValue()
      expect(seen).toEqual({
        traceId: expect.stringMatching(/^[\da-f-]{36}$/),
        width: 1280,
        height: 720,
        duration: 5.1,
        playedTo: expect.toSatisfy((seconds: number) => seconds > 0.5),
        soughtTo: expect.closeTo(4, 1),
        distinctColours: expect.toSatisfy((count: number) => count > 3),
      })
    })
  })

  it.skipIf(missing)(`reads ranges and asks by tag across origins${missing}`, async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    await using app = await startReceiver(response => response.setHeader('content-type', 'text/html').end('a page'))
    await inChromium(async page => {
      await page.goto(app.url('/'))
      for (const path of [VIDEO, `${VIDEO.replace('/bs2/', '/bs2/no/')}`]) {
        // Neither header may be sent across origins without a preflight.
        const seen = await page.evaluate(async url => {
          const last = await fetch(url, { headers: { range: 'bytes=-10' } })
          const again = await fetch(url, { headers: { 'if-none-match': last.headers.get('etag') ?? '*' } })
          const { length } = new Uint8Array(await last.arrayBuffer())
          return { statuses: [last.status, again.status], length, range: last.headers.get('content-range') }
        }, simulator.url + path)
        expect(seen).toEqual(
          path === VIDEO
            ? { statuses: [206, 304], length: 10, range: expect.stringMatching(/^bytes \d+-\d+\/\d+$/) }
            : { statuses: [404, 404], length: 0, range: null },
        )
      }
    })
  })
})
