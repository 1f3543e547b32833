import { describe, expect, it } from 'vitest'
import type { Simulator } from '../../src/simulator.ts'
import { controlDoor } from '../support/door.ts'
import { createAsync, EPOCH, frozenSimulator, post } from '../support/requests.ts'
import { browsing, goTo, isLive, missing, PATIENCE_MS } from './browser.ts'

const look = browsing()

async function poll(simulator: Simulator, id: string, times: number) {
  for (let time = 0; time < times; time++) await post(simulator, '/kling/tasks', { id })
}

describe.skipIf(missing)(`the inspector, after a long run${missing}`, () => {
  it('goes back to the first request, and leaves what is looked at where it is until it is told otherwise', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    await poll(simulator, id, 600)
    await using tab = await look(simulator, '#/requests')
    const { page } = tab
    const shown = page.getByRole('status').getByText(/requests$/)
    const rows = page.getByRole('table').getByRole('row')
    const first = page.getByRole('link', { name: '200' }).first()
    await shown.getByText('601 requests').waitFor()
    await isLive(page)
    expect(await rows.count()).toBeLessThan(100)
    await page.evaluate("document.querySelector('.scroller').scrollTo(0, 1e9)")
    await page.getByText('POST /kling/videos').waitFor()
    const scrolledTo = () => page.evaluate<number>("document.querySelector('.scroller').scrollTop")
    const before = await scrolledTo()
    await poll(simulator, id, 5)
    await page.waitForResponse(answer => answer.url().includes('before=602'))
    expect([await scrolledTo(), await shown.textContent()]).toEqual([before, '601 requests'])
    await page.locator('[href="#/requests/1"]').click()
    await page.getByRole('article', { name: 'Request 1' }).waitFor()

    await page.getByRole('button', { name: 'Back to the newest' }).click()
    await shown.getByText('606 requests').waitFor()
    await expect.poll(scrolledTo, { timeout: PATIENCE_MS }).toBe(0)
    expect(await first.getAttribute('href')).toBe('#/requests/606')

    await page.evaluate("document.querySelector('.scroller').scrollTo(0, 1e9)")
    await page.locator('[href="#/requests/1"]').waitFor()
    await simulator.reset()
    await poll(simulator, id, 1)
    await shown.waitFor({ state: 'detached' })
    await page.getByRole('status').getByText('1 request').waitFor()
    expect(tab.complaints).toEqual([])
  })

  it('opens an old request or attempt by its address, and says so when it is gone', async () => {
    await using simulator = await frozenSimulator({ journalSize: 400 })
    const id = await createAsync(simulator, { callback_url: simulator.inbox.url('orders') })
    await simulator.clock.untilSettled(id)
    const [attempt] = (await simulator.callbacks.list()).attempts
    await poll(simulator, id, 300)
    await using tab = await look(simulator, '#/requests/1')
    const { page } = tab
    await page.getByRole('article', { name: 'Request 1' }).getByText('POST /kling/videos').waitFor()
    await goTo(page, `callbacks/${attempt?.seq}`)
    await page.getByRole('button', { name: 'Redeliver' }).waitFor()
    await goTo(page, `requests/${attempt?.seq}`)
    await page.getByRole('alert').getByText('is a callback, not a request').waitFor()
    await poll(simulator, id, 100)
    await goTo(page, 'requests/1')
    await page.getByRole('alert').getByText('nothing is in place 1 of the journal, or no more').waitFor()
  })

  it('shows what is due first of all that is pending, and more of it when asked', async () => {
    await using simulator = await frozenSimulator()
    const first = await createAsync(simulator)
    for (let index = 0; index < 60; index++) await createAsync(simulator)
    const { post: command } = controlDoor(simulator)
    await command(`/v1/tasks/${first}/reroute`, { to: 'settle', at: EPOCH + 1 })
    await using tab = await look(simulator, '#/time')
    const due = tab.page.getByRole('region', { name: 'What is due' })
    const rows = due.getByRole('listitem')
    await due.getByText('Later ones are not shown; 61 tasks are pending in all.').waitFor()
    expect(await rows.count()).toBe(40)
    expect(await rows.first().textContent()).toContain(`task ${first.slice(0, 8)}`)
    await due.getByRole('button', { name: 'Show more of what is due' }).click()
    await expect.poll(() => rows.count(), { timeout: PATIENCE_MS }).toBe(80)
    expect(tab.complaints).toEqual([])
  })

  it('shows the last that was bought, and bought twice, and more of it when asked', async () => {
    await using simulator = await frozenSimulator()
    for (let index = 0; index < 40; index++) await createAsync(simulator)
    await using tab = await look(simulator, '#/money')
    const pairs = tab.page.getByRole('region', { name: 'Bought twice' })
    await pairs.getByText('34 earlier pairs.').waitFor()
    expect(await pairs.getByRole('listitem').count()).toBe(5)
    await pairs.getByRole('button', { name: 'Show more' }).click()
    await pairs.getByText('29 earlier pairs.').waitFor()
    const ledger = tab.page.getByRole('region', { name: 'Ledger', exact: true })
    const purchases = ledger.getByRole('table').getByRole('row')
    await ledger.getByText('10 earlier purchases.').waitFor()
    expect(await purchases.count()).toBe(31)
    await ledger.getByRole('button', { name: 'Show more' }).click()
    await expect.poll(() => purchases.count(), { timeout: PATIENCE_MS }).toBe(41)
    expect(await ledger.getByRole('button').count()).toBe(0)
    expect(tab.complaints).toEqual([])
  })

  it('knows which fields of a create were not used, however often it was polled', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator, { mystery: 1 })
    await poll(simulator, id, 600)
    await using tab = await look(simulator, `#/tasks/${id}`)
    const { page } = tab
    await page.getByText('Given and not used: mystery').waitFor()
    await page.getByRole('link', { name: '581 earlier requests' }).click()
    await page.getByRole('status').getByText('601 requests').waitFor()
    expect(tab.complaints).toEqual([])
  })
})
