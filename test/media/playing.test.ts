import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClip } from '../../src/media/clip.ts'
import { GRID } from './grid.ts'

const CHROMIUM = '/usr/bin/chromium'
const ARGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']
const missing = existsSync(CHROMIUM) ? '' : ` (left out: ${CHROMIUM} is not there)`

/** What `look` in player.html answers. */
interface Seen {
  readonly width: number
  readonly height: number
  readonly duration: number
  readonly frames: readonly {
    readonly frame: number
    readonly shownAt: number
    readonly colours: number
    readonly thumbnail: string
    readonly filled: number
  }[]
  readonly sound?: { readonly duration: number; readonly beep: number; readonly silence: number }
}

let server: Server
let browser: Browser
let page: Page

/** The player at `/`, each file of the grid at its number, with ranges as a player asks for them. */
function startServer(): Server {
  return createServer((request, response) => {
    if (request.url === '/')
      return response.setHeader('content-type', 'text/html').end(readFileSync(new URL('player.html', import.meta.url)))
    const entry = GRID[Number(request.url?.slice(1))]
    if (entry === undefined) return response.writeHead(404).end()
    const clip = createClip(entry[1])
    const [, from = '0'] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? []
    const body = clip.read(Number(from), clip.size)
    return response
      .writeHead(request.headers.range ? 206 : 200, {
        'content-type': 'video/mp4',
        'content-length': body.length,
        'accept-ranges': 'bytes',
        ...(request.headers.range && { 'content-range': `bytes ${from}-${clip.size - 1}/${clip.size}` }),
      })
      .end(body)
  })
}

describe.skipIf(missing)(`Chromium${missing}`, () => {
  beforeAll(async () => {
    server = startServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS })
    page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
  })

  it.each(GRID.map(([name, spec], number) => [name, spec, number] as const))('plays %s', async (_, spec, number) => {
    const { width, height, fps, frames, audio } = spec
    const seen = (await page.evaluate(`look('/${number}', ${fps}, ${frames}, ${audio})`)) as Seen

    expect([seen.width, seen.height]).toEqual([width, height])
    expect(Math.abs(seen.duration - frames / fps)).toBeLessThan(0.001)
    expect(new Set(seen.frames.map(({ thumbnail }) => thumbnail)).size).toBe(3)
    for (const { frame, shownAt, colours, filled } of seen.frames) {
      expect(colours, `frame ${frame} is blank`).toBeGreaterThan(8)
      expect(shownAt).toBeCloseTo(frame / fps, 3)
      expect(Math.abs(filled - frame / (frames - 1)), `the bar of frame ${frame}`).toBeLessThan(0.01)
    }
    if (audio) {
      expect(seen.sound?.duration).toBeCloseTo(frames / fps, 1)
      expect(seen.sound?.beep).toBeCloseTo(0.25, 1)
      expect(seen.sound?.silence).toBe(0)
    }
  })
})
