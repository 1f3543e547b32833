import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { createSimulator } from 'mockling'
import { chromium } from 'playwright-core'
import { app } from './app.mjs'

let browser
let simulator
let server
let url
before(async () => {
  // Tasks take a minute, on a clock that moves when told to: the page is looked at while they are pending.
  simulator = await createSimulator({ clock: 'frozen', pace: 60 })
  server = app({ apiUrl: simulator.url, token: 'app', ownUrl: () => url }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${server.address().port}`
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
})
after(async () => {
  await browser.close()
  server.closeAllConnections()
  server.close()
  await simulator.close()
})

/** The page, when the app has said something to what it was asked for. */
async function asked(prompt) {
  const page = await browser.newPage()
  await page.goto(url)
  await page.getByLabel('Prompt').fill(prompt)
  await page.getByRole('button', { name: 'Make it' }).click()
  await page.getByRole('status').filter({ hasText: /./ }).waitFor()
  return page
}

test('plays the video when it is made', async () => {
  const page = await asked('a white mug')
  assert.equal(await page.getByRole('status').textContent(), 'Your video is being made.')
  await simulator.clock.advance({ seconds: 60 })
  await page.getByText('Here it is.').waitFor()
  const played = await page.locator('video').evaluate(async video => {
    await video.play()
    return { width: video.videoWidth, seconds: video.duration }
  })
  assert.deepEqual(played, { width: 1280, seconds: 5.1 })
  await page.close()
})

test('says so when a video fails', async () => {
  await simulator.outcomes.add('fail forbidden', { next: 1 })
  const page = await asked('something forbidden')
  await simulator.clock.advance({ seconds: 60 })
  await page.getByText('It failed: The content was refused by moderation.').waitFor()
  await page.close()
})

test('asks for patience when there are too many requests', async () => {
  await simulator.outcomes.add('refuse too_many_requests', { next: 1 })
  const page = await asked('a white mug')
  assert.equal(await page.getByRole('status').textContent(), 'Too many are asking. Try again soon.')
  await page.close()
})
