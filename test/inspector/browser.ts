import { existsSync } from 'node:fs'
import axe, { type AxeResults } from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import type { Simulator } from '../../src/simulator.ts'

const CHROMIUM = '/usr/bin/chromium'
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']

/** Empty, or what to add to the name of a test that is left out for want of a browser. */
export const missing = existsSync(CHROMIUM) ? '' : ` (left out: ${CHROMIUM} is not there)`

/** How long one thing may take to show up: the machine may be busy with other tests. */
export const PATIENCE_MS = 45_000

/** And how long a test may take, which waits for many of them. */
const TEST_MS = 300_000

interface Looking {
  readonly width?: number
  readonly height?: number
  readonly theme?: 'light' | 'dark'
}

/** A tab, with what it complained of. */
export interface Tab extends AsyncDisposable {
  readonly page: Page
  /** Errors and warnings of the console, and what the content security policy kept from being done. */
  readonly complaints: readonly string[]
  /** Addresses of others that it asked. */
  readonly strangers: readonly string[]
}

/** A browser for the tests of one file. */
export function browsing() {
  vi.setConfig({ testTimeout: TEST_MS, hookTimeout: TEST_MS })
  let browser: Browser | undefined
  beforeAll(async () => {
    if (missing === '') browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS, timeout: PATIENCE_MS })
  })
  afterAll(async () => browser?.close())

  /** Opens the inspector at a place within it. */
  return async (
    { url }: Pick<Simulator, 'url'>,
    place = '',
    { width = 1280, height = 800, theme = 'light' }: Looking = {},
  ): Promise<Tab> => {
    if (!browser) throw new Error('there is no browser')
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme })
    context.setDefaultTimeout(PATIENCE_MS)
    const page = await context.newPage()
    const complaints: string[] = []
    const strangers: string[] = []
    page.on('pageerror', error => complaints.push(error.message))
    page.on('console', said => void (['error', 'warning'].includes(said.type()) && complaints.push(said.text())))
    page.on('request', request => void (request.url().startsWith(url) || strangers.push(request.url())))
    await page.goto(`${url}/_mockling/${place}`)
    return { page, complaints, strangers, [Symbol.asyncDispose]: () => context.close() }
  }
}

/** Fails unless axe finds nothing to object to. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  // Not as a script of the page, which its policy would not let in.
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<AxeResults>('axe.run()')
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
    what,
  ).toEqual([])
}

/** Resolves once the video is there as a whole. Asked from outside: the page's policy lets nothing wait within. */
export async function hasVideo(page: Page): Promise<void> {
  const ready = () => page.evaluate<number>("document.querySelector('video')?.readyState ?? 0")
  await expect.poll(ready, { timeout: PATIENCE_MS }).toBe(4)
}

/** Goes elsewhere within the inspector. */
export async function goTo(page: Page, place: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(`#/${place}`)}`)
}

/** Resolves once the page follows the server. */
export async function isLive(page: Page): Promise<void> {
  await page.getByText('live', { exact: true }).waitFor()
}
