import { describe, expect, it } from 'vitest'
import { createSimulator } from '../../src/simulator.ts'
import { createAsync, frozenSimulator } from '../support/requests.ts'
import { browsing, expectAccessible, goTo, isLive, missing, PATIENCE_MS } from './browser.ts'

const look = browsing()

const SCRIPT = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`

describe.skipIf(missing)(`the inspector${missing}`, () => {
  it('shows what others sent as text, whatever it is', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator, {
      prompt: `${SCRIPT} \u202egnp.exe`,
      callback_url: `${simulator.inbox.url('orders')}?q=<b>bold</b>`,
      [SCRIPT]: 1,
    })
    await simulator.clock.untilSettled(id)
    await fetch(simulator.inbox.url('orders'), { method: 'POST', body: SCRIPT, headers: { 'x-odd': '<u>odd</u>' } })
    await simulator.outcomes.add('fail api_error', { when: { prompt: SCRIPT } })
    await using tab = await look(simulator, `#/tasks/${id}`)
    const { page } = tab
    await page.getByRole('region', { name: 'Body of the create' }).getByText('⟨U+202E⟩gnp.exe').waitFor()
    for (const [place, text] of [
      ['requests', 'Requests, newest first'],
      ['inbox', '<script>'],
      ['faults', '<script>'],
      ['time', 'What is due'],
      ['money', 'Ledger'],
    ]) {
      await goTo(page, place ?? '')
      if (text?.startsWith('<')) await page.getByText(text).first().waitFor()
      await expect.poll(() => page.title(), { timeout: PATIENCE_MS }).toMatch(/mockling inspector$/)
      expect(await page.locator('main img, main script, main b, main u').count()).toBe(0)
    }
    expect(tab.complaints).toEqual([])
    expect(tab.strangers).toEqual([])
  })

  it('shows the beginning of a megabyte, and all of it only when it is asked for', async () => {
    await using simulator = await frozenSimulator()
    const url = simulator.inbox.url('large')
    await fetch(url, { method: 'POST', body: 'x'.repeat(1_000_000) })
    await using tab = await look(simulator, '#/inbox/large')
    const body = tab.page.getByRole('region', { name: 'Message 1' })
    await body.waitFor()
    expect((await body.textContent())?.length).toBe(20_001)
    await tab.page.getByRole('button', { name: 'Show all 1,000,000 characters' }).click()
    await expect.poll(async () => (await body.textContent())?.length, { timeout: PATIENCE_MS }).toBe(1_000_000)
    expect(tab.complaints).toEqual([])
  })

  it('keeps no more rows than can be seen, of thousands', async () => {
    await using simulator = await createSimulator({ demo: 3000, clock: 'frozen' })
    await using tab = await look(simulator, '#/tasks')
    const { page } = tab
    await page.getByRole('status').getByText('3,003 tasks').waitFor()
    const rows = page.getByRole('table').getByRole('row')
    expect(await rows.count()).toBeLessThan(100)
    await page.evaluate("document.querySelector('.scroller').scrollTo(0, 1e9)")
    await page.getByRole('link', { name: 'e3a575aa' }).waitFor()
    expect(await rows.count()).toBeLessThan(100)
    expect(tab.complaints).toEqual([])
  })

  it('asks for the key where the door does, and opens by it', async () => {
    await using simulator = await createSimulator({ controlKey: 'open sesame', clock: 'frozen' })
    const id = await createAsync(simulator)
    await using tab = await look(simulator, `#/tasks/${id}`)
    const { page } = tab
    await page.getByLabel('Control key').fill('wrong')
    await page.getByRole('button', { name: 'Open' }).click()
    const refused = page.getByText('The key that was entered is not the right one.')
    await refused.waitFor()
    // What no header can carry, such as the quotation marks of a text that it was copied from.
    await page.getByLabel('Control key').fill('“open sesame”')
    await page.getByRole('button', { name: 'Open' }).click()
    await refused.waitFor()
    await page.reload()
    await refused.waitFor()
    await page.keyboard.type('open sesame')
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByRole('heading', { name: id }).waitFor()
    await isLive(page)
    await page.reload()
    await page.getByRole('heading', { name: id }).waitFor()
  })

  it('keeps what was known while nobody answers, says so, and goes on by itself when somebody does', async () => {
    const first = await createSimulator({ clock: 'frozen' })
    const { port } = new URL(first.url)
    const old = await createAsync(first)
    await using tab = await look(first, '#/requests')
    const { page } = tab
    await page.getByText('1 request').waitFor()
    await goTo(page, `tasks/${old}`)
    await page.getByRole('heading', { name: old }).waitFor()
    await isLive(page)
    await first.close()
    const lost = page.getByRole('status').getByText('Connection lost. Showing what was known at')
    await lost.waitFor()
    await expectAccessible(page, 'without a server')
    await page.getByRole('heading', { name: old }).waitFor()
    await goTo(page, 'requests')
    await page.getByText('1 request').waitFor()
    await goTo(page, 'faults')
    await page.getByRole('alert').getByText('mockling does not answer').waitFor()
    await goTo(page, 'tasks')

    await using second = await createSimulator({ clock: 'frozen', port: Number(port) })
    await isLive(page)
    await lost.waitFor({ state: 'detached' })
    const id = await createAsync(second)
    await page.getByRole('link', { name: id.slice(0, 8) }).waitFor()
    await page.getByRole('status').getByText('4 tasks').waitFor()
  })
})
