import { describe, expect, it } from 'vitest'
import { createAsync, frozenSimulator } from '../support/requests.ts'
import { browsing, goTo, missing, PATIENCE_MS } from './browser.ts'

const look = browsing()

describe.skipIf(missing)(`what one looks for in the inspector${missing}`, () => {
  it('leads back through what was chosen before, and over what was typed at once', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    await using tab = await look(simulator, '#/tasks')
    const { page } = tab
    const mode = page.getByLabel('Mode', { exact: true })
    await mode.selectOption('pro')
    await page.getByText('No task is like that').waitFor()
    await mode.selectOption('std')
    await page.getByLabel('Id of a task').pressSequentially(id.slice(0, 4))
    await page.getByRole('link', { name: id.slice(0, 8) }).waitFor()
    await page.goBack()
    await page.getByText('No task is like that').waitFor()
    expect([await mode.inputValue(), await page.getByLabel('Id of a task').inputValue()]).toEqual(['pro', ''])
    await page.goBack()
    await page.getByRole('status').getByText('4 tasks').waitFor()
    await page.goForward()
    await page.getByText('No task is like that').waitFor()
  })

  it('has the newest of a task’s many callbacks, and a way to all of them', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator, { callback_url: simulator.inbox.url('orders') })
    const other = await createAsync(simulator, { callback_url: simulator.inbox.url('others') })
    await simulator.clock.advance({ seconds: 60 })
    const { attempts } = await simulator.callbacks.list({ task: id })
    await simulator.inbox.answer('orders', { status: 503, next: 1 })
    for (let time = 0; time < 30; time++) await simulator.callbacks.redeliver(attempts[0]?.callbackId ?? '')
    await using tab = await look(simulator, `#/tasks/${id}`)
    const { page } = tab
    await page.getByText('attempt 31', { exact: true }).waitFor()
    expect(await page.getByText('attempt 1', { exact: true }).count()).toBe(0)
    await page.getByRole('link', { name: '11 earlier attempts' }).click()
    await page.getByRole('status').getByText('31 attempts').waitFor()
    await page.getByLabel('Outcome').selectOption('bad-status')
    await page.getByRole('status').getByText('1 attempt,').waitFor()
    await page.getByLabel('Id of a task').fill(other)
    await page.getByText('No attempt is like that').waitFor()
    await page.getByRole('link', { name: 'Show all attempts' }).click()
    await page.getByRole('status').getByText('32 attempts').waitFor()
  })

  it('shows no other inbox than the one in the address', async () => {
    await using simulator = await frozenSimulator()
    await fetch(simulator.inbox.url('orders'), { method: 'POST', body: 'hello' })
    await using tab = await look(simulator, '#/inbox/mine')
    const { page } = tab
    await page.getByText('Nothing came to the inbox mine yet').waitFor()
    await page.getByText(`${simulator.url}/_mockling/inbox/mine`).waitFor()
    expect(await page.getByText('hello').count()).toBe(0)
    await fetch(simulator.inbox.url('mine'), { method: 'POST', body: 'hello you' })
    await page.getByText('hello you').waitFor()
    await page.getByRole('link', { name: 'orders (1)' }).click()
    await page.getByText('hello', { exact: true }).waitFor()
  })

  it('copies what an empty view says to try', async () => {
    await using simulator = await frozenSimulator()
    await using tab = await look(simulator, '#/tasks')
    const { page } = tab
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Copy a first create' }).click()
    const copied = () => page.evaluate<string>('navigator.clipboard.readText()')
    await expect.poll(copied, { timeout: PATIENCE_MS }).toContain(`curl ${simulator.url}/kling/videos`)
  })

  it('has all cases of a report of thousands', async () => {
    await using simulator = await frozenSimulator()
    const found = Array.from({ length: 1200 }, (_, at) => ({
      id: `case/${at}`,
      promise: 'holds',
      state: 'passed',
      text: '',
      durationMs: 1,
    }))
    await simulator.app.inject({
      method: 'POST',
      url: '/_mockling/v1/reports',
      headers: { host: 'localhost' },
      payload: { kind: 'verify', subject: simulator.url, revision: '2026-05', found },
    })
    await using tab = await look(simulator, '#/verify/1')
    const { page } = tab
    const more = page.getByRole('button', { name: 'Show more of the cases' })
    await page.getByText('700 more cases.').waitFor()
    await more.click()
    await page.getByText('200 more cases.').waitFor()
    await more.click()
    await page.getByText('case/1199').waitFor()
  })

  it('says which rules the model vendor alone has', async () => {
    await using simulator = await frozenSimulator()
    await using tab = await look(simulator, '#/matrix')
    const { page } = tab
    await page.getByRole('button', { name: 'kling-v2-6 std, sound: –' }).click()
    const rule = page.getByRole('list', { name: 'Rules that name kling-v2-6' }).getByRole('listitem')
    await rule.filter({ hasText: 'U2' }).getByText('under strictness upstream alone').waitFor()
    await goTo(page, 'tasks')
  })
})
