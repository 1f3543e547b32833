import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { createAsync, frozenSimulator } from '../support/requests.ts'
import { browsing, expectAccessible, goTo, hasVideo, missing } from './browser.ts'

const look = browsing()

async function boxOf(place: Locator) {
  const box = await place.boundingBox()
  if (!box) throw new Error('it is not to be seen')
  return box
}

function styleOf(page: Page, selector: string, property: string): Promise<string> {
  return page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).${property}`)
}

describe.skipIf(missing)(`the inspector, however it is looked at${missing}`, () => {
  it('has its lists where the page is enlarged to four times', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator, { callback_url: simulator.inbox.url('orders') })
    await simulator.clock.advance({ seconds: 60 })
    await using tab = await look(simulator, '#/tasks', { width: 320, height: 256 })
    const { page } = tab
    for (const [place, row] of [
      ['tasks', id.slice(0, 8)],
      ['requests', '200'],
      ['callbacks', 'delivered'],
    ] as const) {
      await goTo(page, place)
      await page.getByRole('link', { name: row }).click()
      await page.getByRole('article').getByRole('link', { name: 'Close' }).click()
      expect((await boxOf(page.getByRole('table').getByRole('rowgroup').last())).height, place).toBeGreaterThan(100)
      expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'), place).toBe(0)
      await expectAccessible(page, place)
    }
  })

  it('shows on a phone what a fault hit, and what switches it off', async () => {
    await using simulator = await frozenSimulator()
    await simulator.outcomes.add('fail api_error after=30, callback-doubled', { when: { model: 'kling-v2-master' } })
    await using tab = await look(simulator, '#/faults', { width: 390, height: 844 })
    const { page } = tab
    for (const name of ['Switch off', 'Choose fail']) {
      const { x, width } = await boxOf(page.getByRole('button', { name, exact: true }))
      expect(x + width, name).toBeLessThan(390)
    }
    const row = page.getByRole('row', { name: /fail api_error/ }).first()
    for (const cell of await row.getByRole('cell').all()) {
      const { x, width } = await boxOf(cell)
      expect(x + width).toBeLessThan(390)
    }
    await expectAccessible(page, 'faults')
  })

  it('shows in forced colours where one is, and where keys are', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    await using tab = await look(simulator, '#/tasks')
    const { page } = tab
    await page.emulateMedia({ forcedColors: 'active' })
    const link = page.getByRole('link', { name: id.slice(0, 8) })
    await link.waitFor()
    expect(await styleOf(page, 'nav a[aria-current]', 'borderBottomColor')).not.toBe(
      await styleOf(page, 'nav a:not([aria-current])', 'borderBottomColor'),
    )
    await page.keyboard.press('j')
    await page.locator('.row.cursor').waitFor()
    expect(await styleOf(page, '.row.cursor', 'outlineStyle')).toBe('dashed')
    await link.click()
    await page.locator('.row.open').waitFor()
    expect(await styleOf(page, '.row.open', 'outlineStyle')).toBe('solid')
    await goTo(page, 'matrix')
    await page.getByRole('button', { name: 'kling-v2-6 std, sound: –' }).click()
    expect(await styleOf(page, '.cell[aria-pressed=true]', 'outlineStyle')).toBe('solid')
  })

  it('has a video no wider than what is around it on a phone', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    await simulator.clock.advance({ seconds: 60 })
    await using tab = await look(simulator, `#/tasks/${id}`, { width: 390, height: 844 })
    const { page } = tab
    await hasVideo(page)
    const section = page
      .locator('section')
      .filter({ has: page.locator('video') })
      .last()
    expect((await boxOf(page.locator('video'))).width).toBe((await boxOf(section)).width)
  })

  it('has the end of a plan in sight beside its callback, and an instant in one line', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator, { callback_url: simulator.inbox.url('orders') })
    await using tab = await look(simulator, `#/tasks/${id}`)
    const { page } = tab
    const end = await boxOf(page.locator('.plan-mark.good'))
    const callback = await boxOf(page.locator('.plan-mark.callback'))
    expect(callback.y).toBeGreaterThanOrEqual(end.y + end.height - 1)
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 844 })
      const [mode, accepted] = ['Mode', 'Accepted'].map(name => page.locator('.facts > div').filter({ hasText: name }))
      if (!mode || !accepted) throw new Error('there are no facts')
      expect((await boxOf(accepted.first())).height).toBe((await boxOf(mode.first())).height)
    }
  })
})
