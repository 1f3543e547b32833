import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { create, createAsync, frozenSimulator } from '../support/requests.ts'
import { browsing, hasVideo, isLive, missing, PATIENCE_MS } from './browser.ts'

const look = browsing()

const IMAGES = join(import.meta.dirname, '../../docs/images')

/** With `npm run docs` the pictures of the README are made anew. */
const mayWrite = process.env['MOCKLING_UPDATE_DOCS'] === '1'

const PROMPTS = [
  'a paper boat in the gutter of a rainy street',
  'the mug turns, steam rising in the morning light',
  'a fox crosses a frozen lake at dusk',
  'waves roll in slow motion under a lighthouse',
  'a street market at night, neon in the puddles',
  'an old tram climbs the hill in fog',
]
const MODELS = ['kling-v1', 'kling-v1-6', 'kling-v2-master', 'kling-v2-5-turbo', 'kling-v3'] as const

/** A day of a shop that sells videos. */
async function shop() {
  const simulator = await frozenSimulator({ pace: 90 })
  const callback_url = simulator.inbox.url('orders')
  for (let count = 0; count < 40; count++) {
    const given = count % 9 === 4 ? { headers: { 'x-mockling-outcome': 'fail api_error' } } : {}
    const change = { model: MODELS[count % 5], mode: count % 3 === 0 ? 'pro' : 'std', prompt: PROMPTS[count % 6] }
    await createAsync(simulator, { ...change, callback_url }, { ...given, token: count % 4 === 0 ? 'shop' : 'demo' })
    await simulator.clock.advance({ seconds: 21 })
  }
  await create(simulator, { model: 'kling-v9' })
  const tasks = await simulator.tasks.list({ state: 'succeed' })
  const shown = tasks.items.find(({ model }) => model === 'kling-v3')
  return { simulator, id: shown?.id ?? '' }
}

/** A picture of the page when it stands still: the player turns a wheel for a while after the video is there. */
async function pictureOf(page: Page): Promise<Buffer> {
  let picture = await page.screenshot()
  const isStill = async () => {
    const before = picture
    picture = await page.screenshot()
    return picture.equals(before)
  }
  await expect.poll(isStill, { timeout: PATIENCE_MS }).toBe(true)
  return picture
}

describe.skipIf(missing)(`the pictures of the inspector in the README${missing}`, () => {
  it.each([
    ['light', 1280, 860, 'light'],
    ['dark', 1280, 860, 'dark'],
    ['narrow', 390, 844, 'light'],
  ] as const)('show a task with its video: %s', async (name, width, height, theme) => {
    const { simulator, id } = await shop()
    await using _ = simulator
    await using tab = await look(simulator, `#/tasks/${id}`, { width, height, theme })
    const { page } = tab
    await isLive(page)
    await page.getByText('Answers as sent').waitFor()
    await hasVideo(page)
    const picture = await pictureOf(page)
    expect(picture.length).toBeGreaterThan(20_000)
    expect(tab.complaints).toEqual([])
    if (mayWrite) writeFileSync(join(IMAGES, `inspector-${name}.png`), picture)
  })
})
