import { describe, expect, it } from 'vitest'
import { LONGEST_BODY } from '../../src/journal/trimming.ts'
import { startReceiver } from '../callbacks/receiver.ts'
import { create, createAsync, frozenSimulator, until } from '../support/requests.ts'
import { speak } from '../support/sockets.ts'
import { browsing, goTo, missing, PATIENCE_MS } from './browser.ts'
import { delivered } from './delivered.ts'

const look = browsing()

describe.skipIf(missing)(`what the inspector shows of what was sent${missing}`, () => {
  it('says so where the journal kept only the beginning of a body', async () => {
    await using simulator = await frozenSimulator()
    const body = JSON.stringify({ action: 'text2video', prompt: 'a mug', async: true, more: 'm'.repeat(LONGEST_BODY) })
    await create(simulator, JSON.parse(body))
    await using tab = await look(simulator, '#/requests/1')
    const article = tab.page.getByRole('article')
    await article.getByText('The journal kept the first 65,536 of').waitFor()
    const short = await createAsync(simulator)
    await goTo(tab.page, `tasks/${short}`)
    await article.getByText('Answers as sent').waitFor()
    expect(await article.getByText('The journal kept').count()).toBe(0)
  })

  it('says so where only the beginning of what a receiver answered was read', async () => {
    await using simulator = await frozenSimulator()
    await using receiver = await startReceiver(response => response.end('r'.repeat(1_000_000)))
    const id = await createAsync(simulator, { callback_url: receiver.url('/hook') })
    await simulator.clock.untilSettled(id)
    await until('it was sent', async () => (await simulator.callbacks.list()).attempts.length === 1)
    const [attempt] = (await simulator.callbacks.list()).attempts
    await using tab = await look(simulator, `#/callbacks/${attempt?.seq}`)
    await tab.page.getByText('The receiver said more than this; the rest was not read.').waitFor()
  })

  it('has each header of a request that came twice, and its query', async () => {
    await using simulator = await frozenSimulator()
    const head = 'POST /kling/tasks?from=shop HTTP/1.1\r\nhost: localhost\r\nx-tag: first\r\nx-tag: second'
    await speak(simulator.url, `${head}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
    await using tab = await look(simulator, '#/requests/1')
    const { page } = tab
    await page.getByRole('heading', { name: 'POST /kling/tasks?from=shop' }).waitFor()
    await page.getByText('Request headers').click()
    await page.getByText('first', { exact: true }).waitFor()
    await page.getByText('second', { exact: true }).waitFor()
  })

  it('sends a callback again byte by byte where its body was not edited', async () => {
    await using simulator = await frozenSimulator()
    const attempt = await delivered(simulator)
    await using tab = await look(simulator, `#/callbacks/${attempt.seq}`)
    const { page } = tab
    await page.getByRole('button', { name: 'Edit and resend' }).click()
    await page.getByLabel('Headers, one a line').fill('x-extra: 1')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await expect.poll(async () => (await simulator.inbox.list('orders')).length, { timeout: PATIENCE_MS }).toBe(2)
    const [first, second] = await simulator.inbox.list('orders')
    expect([second?.headers['x-extra'], second?.body]).toEqual(['1', first?.body])
  })

  it('says what came of a callback that was sent again, and no more once something else did', async () => {
    await using simulator = await frozenSimulator()
    const attempt = await delivered(simulator)
    await simulator.inbox.answer('orders', { status: 503 })
    await using tab = await look(simulator, `#/callbacks/${attempt.seq}`)
    const { page } = tab
    await page.getByRole('button', { name: 'Redeliver' }).click()
    const said = page.getByRole('article').getByRole('status').first()
    await said.getByText('answered with status 503').waitFor()
    await page.getByRole('button', { name: 'Edit and resend' }).click()
    const form = page.getByRole('form', { name: 'Edit and resend' })
    await form.getByLabel('Address').fill('http://127.0.0.1:9/nobody')
    await form.getByRole('button', { name: 'Send' }).click()
    await form.getByRole('status').getByText('ECONNREFUSED').waitFor()
    await form.getByLabel('Address').fill('javascript:alert(1)')
    await form.getByRole('button', { name: 'Send' }).click()
    await form.getByRole('alert').getByText('must be an http or https URL').waitFor()
    expect(await form.getByRole('status').textContent()).toBe('')
    await said.getByRole('link', { name: 'Attempt 2' }).click()
    await page
      .getByRole('article', { name: /^Attempt/ })
      .getByText('sent by a command')
      .waitFor()
  })

  it('says of the two that are compared which is which', async () => {
    await using simulator = await frozenSimulator()
    const attempt = await delivered(simulator)
    await simulator.callbacks.redeliver(attempt.callbackId ?? '')
    await using tab = await look(simulator, `#/callbacks/${attempt.seq}`)
    const { page } = tab
    await page.getByLabel('With').selectOption({ index: 1 })
    await page.getByText('They are the same.').waitFor()
    await simulator.inbox.answer('orders', { status: 500 })
    await simulator.callbacks.redeliver(attempt.callbackId ?? '')
    await page.getByRole('option', { name: /bad-status, attempt 3/ }).waitFor({ state: 'attached' })
    await page.getByLabel('With').selectOption({ index: 1 })
    await page.getByText('− is the one chosen, + the one above.').waitFor()
  })

  it('calls a price by what became of it, and a refused request by no outcome', async () => {
    await using simulator = await frozenSimulator()
    const [pending, failing] = [
      await createAsync(simulator),
      await createAsync(simulator, {}, { headers: { 'x-mockling-outcome': 'fail api_error' } }),
    ]
    await create(simulator, { model: 'kling-v9' })
    await using tab = await look(simulator, `#/tasks/${pending}`)
    const { page } = tab
    await page.getByText('Credits, if it succeeds').waitFor()
    await simulator.clock.advance({ seconds: 60 })
    await page.getByText('Credits, charged').waitFor()
    await goTo(page, `tasks/${failing}`)
    await page.getByText('Credits, not billed').waitFor()
    await goTo(page, 'requests')
    await page.getByRole('row', { name: /400.*model is invalid/ }).waitFor()
    await page.getByRole('link', { name: '400' }).click()
    await page.getByText('Objections; the first one answered').waitFor()
    expect(await page.getByText('Outcome:').count()).toBe(0)
  })
})
