import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { createAsync, frozenSimulator } from '../support/requests.ts'
import { browsing, goTo, isLive, missing, PATIENCE_MS } from './browser.ts'

const look = browsing()

async function threeTasks(simulator: Simulator) {
  const [oldest, middle, newest] = [
    await createAsync(simulator),
    await createAsync(simulator),
    await createAsync(simulator),
  ]
  return { oldest, middle, newest }
}

function rowOf(page: Page, id: string) {
  return page.getByRole('link', { name: id.slice(0, 8) })
}

/** By how many each signal that calls things off is listened to at a time, at most. */
const COUNT_LISTENERS = `
window.mostListeners = 0
const counts = new WeakMap()
const count = (name, by) => {
  const original = AbortSignal.prototype[name]
  AbortSignal.prototype[name] = function (type, ...rest) {
    counts.set(this, (counts.get(this) ?? 0) + by)
    window.mostListeners = Math.max(window.mostListeners, counts.get(this))
    return original.call(this, type, ...rest)
  }
}
count('addEventListener', 1)
count('removeEventListener', -1)
`

describe.skipIf(missing)(`the inspector, while things happen${missing}`, () => {
  it('has the keys stay at a task when new ones come in above it', async () => {
    await using simulator = await frozenSimulator()
    const { middle, newest } = await threeTasks(simulator)
    await using tab = await look(simulator, '#/tasks')
    const { page } = tab
    await rowOf(page, newest).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await rowOf(page, await createAsync(simulator)).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: middle }).waitFor()
  })

  it('has the keys stay at a request likewise', async () => {
    await using simulator = await frozenSimulator()
    await threeTasks(simulator)
    await using tab = await look(simulator, '#/requests')
    const { page } = tab
    await page.getByText('3 requests').waitFor()
    await page.keyboard.press('ArrowDown')
    await createAsync(simulator)
    await page.getByText('4 requests').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('article', { name: 'Request 3' }).waitFor()
  })

  it('leaves arrows to what is shown in full, where that is what they are pressed in', async () => {
    await using simulator = await frozenSimulator()
    const { middle, newest } = await threeTasks(simulator)
    await using tab = await look(simulator, `#/tasks/${newest}`)
    const { page } = tab
    await page.getByRole('heading', { name: newest }).waitFor()
    await rowOf(page, newest).waitFor()
    await page.getByRole('article').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('j')
    await page.getByRole('heading', { name: middle }).waitFor()
  })

  it('leaves what is looked at where it is, and begins a list that is filtered otherwise at its top', async () => {
    await using simulator = await createSimulator({ demo: 1000, clock: 'frozen' })
    const open = (await simulator.tasks.list()).items.find(({ mode }) => mode === 'std')
    await using tab = await look(simulator, `#/tasks/${open?.id}?mode=std`)
    const { page } = tab
    const scrolledTo = () => page.evaluate<number>("document.querySelector('.scroller').scrollTop")
    const shown = page.getByRole('status').getByText(/tasks$/)
    await rowOf(page, open?.id ?? '').waitFor()
    const before = await shown.textContent()
    await page.evaluate("document.querySelector('.scroller').scrollTo(0, 3400)")
    await rowOf(page, open?.id ?? '').waitFor({ state: 'detached' })
    await createAsync(simulator, { mode: 'std' })
    await expect.poll(() => shown.textContent(), { timeout: PATIENCE_MS }).not.toBe(before)
    await expect.poll(scrolledTo, { timeout: PATIENCE_MS }).toBe(3434)
    await page.getByLabel('Mode', { exact: true }).selectOption('')
    await page.getByText('1,004 tasks').waitFor()
    expect(await scrolledTo()).toBe(0)
  })

  it('asks once for what never changes, and leaves nothing behind each time that it asks', async () => {
    await using simulator = await frozenSimulator()
    await using tab = await look(simulator, '#/verify')
    const { page } = tab
    await page.addInitScript(COUNT_LISTENERS)
    await page.reload()
    await isLive(page)
    let asked = 0
    page.on('request', request => void (request.url().endsWith('/v1/capabilities') && asked++))
    await goTo(page, 'tasks')
    for (let times = 0; times < 5; times++) await rowOf(page, await createAsync(simulator)).waitFor()
    expect(asked).toBe(1)
    expect(await page.evaluate('mostListeners')).toBeLessThanOrEqual(2)
  })

  it('says so when what is shown is gone', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    await simulator.app.inject({
      method: 'POST',
      url: '/_mockling/v1/reports',
      headers: { host: 'localhost' },
      payload: { kind: 'verify', subject: simulator.url, revision: '2026-05', found: [] },
    })
    await using tab = await look(simulator, '#/verify/1')
    const { page } = tab
    await page.getByText('Cases that').waitFor()
    await page.getByRole('button', { name: 'Forget all' }).click()
    await page.getByText('Cases that').waitFor({ state: 'detached' })
    await page.getByRole('alert').waitFor()
    await goTo(page, `tasks/${id}`)
    await page.getByRole('heading', { name: id }).waitFor()
    await simulator.reset()
    await page.getByRole('alert').getByText(`no task has the id '${id}'`).waitFor()
    await page.getByRole('status').getByText('3 tasks').waitFor()
  })

  it('shows a filter that stands in the address, whether it is known or not', async () => {
    await using simulator = await frozenSimulator()
    await using tab = await look(simulator, '#/tasks?namespace=deadbeef')
    const { page } = tab
    await page.getByRole('alert').getByText("namespace 'deadbeef' is none that is known").waitFor()
    expect(await page.getByLabel('Token').inputValue()).toBe('deadbeef')
  })

  it('has inboxes above what came to them, on a phone too', async () => {
    await using simulator = await frozenSimulator()
    await fetch(simulator.inbox.url('orders'), { method: 'POST', body: 'hello' })
    await using tab = await look(simulator, '#/inbox', { width: 390, height: 844 })
    const { page } = tab
    const message = await page.getByRole('region', { name: 'Message 1' }).boundingBox()
    const inboxes = await page.getByRole('navigation', { name: 'Inboxes' }).boundingBox()
    expect(inboxes?.y).toBeLessThan(message?.y ?? 0)
  })
})
