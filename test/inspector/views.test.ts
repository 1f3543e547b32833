import { describe, expect, it } from 'vitest'
import { createAsync, frozenSimulator, post } from '../support/requests.ts'
import { browsing, expectAccessible, goTo, isLive, missing } from './browser.ts'

const look = browsing()

/** A simulator with something to show in every view. */
async function busySimulator() {
  const simulator = await frozenSimulator()
  const inbox = simulator.inbox.url('orders')
  await simulator.inbox.answer('orders', { status: 503, next: 1 })
  const done = await createAsync(simulator, { callback_url: inbox, mystery: 1 })
  await createAsync(simulator, { prompt: 'a red mug' }, { headers: { 'x-mockling-outcome': 'fail api_error' } })
  await post(simulator, '/kling/tasks', { id: done })
  await post(simulator, '/kling/tasks', { id: done })
  await post(simulator, '/kling/videos', { action: 'text2video', model: 'kling-v1', duration: 7, prompt: 'x' })
  await createAsync(simulator, { callback_url: inbox })
  await simulator.clock.advance({ seconds: 600 })
  const pending = await createAsync(simulator, { callback_url: inbox, prompt: 'a mug that is being made' })
  await simulator.outcomes.add('fail api_error', { next: 3 })
  await simulator.faults.add('answer-late 5', { operation: 'tasks' })
  await simulator.timelines.start({ name: 'evening', events: [{ at: '10m', fault: 'callback-doubled' }] })
  const found = [{ id: 'rules/R1', promise: 'refuses', state: 'failed', text: 'expected 400\ngot 200', durationMs: 1 }]
  const report = { kind: 'verify', subject: simulator.url, revision: '2026-05', found }
  await simulator.app.inject({
    method: 'POST',
    url: '/_mockling/v1/reports',
    headers: { host: 'localhost' },
    payload: report,
  })
  const { attempts } = await simulator.callbacks.list()
  const [refused] = await simulator.requests.list({ status: '4xx' })
  return { simulator, done, pending, attempt: attempts[0]?.seq, refused: refused?.seq }
}

describe.skipIf(missing)(`every view of the inspector${missing}`, () => {
  it.each(['light', 'dark'] as const)('is accessible, and fits on a phone, in a %s theme', async theme => {
    const { simulator, done, pending, attempt, refused } = await busySimulator()
    await using _ = simulator
    const places: [string, string][] = [
      ['tasks', 'Credits'],
      [`tasks/${done}`, 'Answers as sent'],
      [`tasks/${pending}`, 'Move clock to its end'],
      ['requests', 'real ms'],
      [`requests/${refused}`, 'Objections; the first one answered'],
      ['callbacks', 'Built-in inboxes'],
      [`callbacks/${attempt}`, 'Edit and resend'],
      ['inbox', 'Answer so'],
      ['time', 'Commands to clocks'],
      ['faults', 'Switch all off'],
      ['money', 'Bought twice'],
      ['matrix', 'Try a body'],
      ['verify', 'Forget all'],
      ['verify/1', 'Cases that'],
    ]
    await using tab = await look(simulator, '', { theme })
    const { page } = tab
    await isLive(page)
    for (const [place, text] of places) {
      await page.setViewportSize({ width: 1280, height: 800 })
      await goTo(page, place ?? '')
      await page.getByText(text, { exact: false }).first().waitFor()
      await expectAccessible(page, `${place} at 1280`)
      await page.setViewportSize({ width: 390, height: 844 })
      await expectAccessible(page, `${place} at 390`)
      expect(
        await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'),
        place,
      ).toBeLessThanOrEqual(0)
    }
    expect(tab.complaints).toEqual([])
    expect(tab.strangers).toEqual([])
  })

  it('says what to do next where there is nothing', async () => {
    await using simulator = await frozenSimulator()
    await using tab = await look(simulator)
    const { page } = tab
    for (const [place, title] of [
      ['requests', 'No requests'],
      ['callbacks', 'No callbacks yet'],
      ['inbox', 'Nothing came to an inbox yet'],
      ['time', 'Nothing is due'],
      ['faults', 'Nothing is broken on purpose'],
      ['money', 'Nothing was bought yet'],
      ['verify', 'No reports yet'],
      ['tasks?state=failed', 'No task is like that'],
    ]) {
      await goTo(page, place ?? '')
      await page.getByText(title ?? '').waitFor()
      await expectAccessible(page, place ?? '')
    }
    expect(tab.complaints).toEqual([])
  })

  it('takes the theme that is chosen, and remembers it', async () => {
    await using simulator = await frozenSimulator()
    await using tab = await look(simulator)
    const { page } = tab
    const colour = () => page.evaluate<string>('getComputedStyle(document.body).colorScheme')
    expect(await colour()).toBe('light dark')
    await page.getByTitle('Change the theme').click()
    await page.getByTitle('Change the theme').click()
    expect(await colour()).toBe('dark')
    await page.reload()
    await page.getByTitle('Change the theme').waitFor()
    expect(await colour()).toBe('dark')
  })
})
