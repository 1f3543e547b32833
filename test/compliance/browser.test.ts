import { existsSync, readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { createSimulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'

const CHROMIUM = '/usr/bin/chromium'
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
const PAGE = readFileSync(new URL('player.html', import.meta.url))
const missing = existsSync(CHROMIUM) ? '' : ` (left out: ${CHROMIUM} is not there)`

describe('a page in Chromium', () => {
  it.skipIf(missing)(`creates a video across origins and plays it${missing}`, async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    // Another port is another origin: the page's POST needs the preflight answered.
    await using app = await startReceiver(response => response.setHeader('content-type', 'text/html').end(PAGE))
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS })
    try {
      const page = await browser.newPage()
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
    } finally {
      await browser.close()
    }
  })
})
