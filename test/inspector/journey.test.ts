import { describe, expect, it } from 'vitest'
import { create, createAsync, frozenSimulator, namespaceOf, post } from '../support/requests.ts'
import { browsing, goTo, hasVideo, isLive, missing, PATIENCE_MS } from './browser.ts'
import { delivered } from './delivered.ts'

const look = browsing()

/** Plays the video; how many colours there are in the frame that is shown. */
const COLOURS = `(async () => {
  const player = document.querySelector('video')
  await player.play()
  const canvas = document.createElement('canvas')
  canvas.width = 64
  canvas.height = 36
  const context = canvas.getContext('2d')
  context.drawImage(player, 0, 0, 64, 36)
  const { data } = context.getImageData(0, 0, 64, 36)
  return new Set(Array.from({ length: 64 * 36 }, (_, at) => data.slice(4 * at, 4 * at + 3).join())).size
})()`

describe.skipIf(missing)(`the inspector${missing}`, () => {
  it('shows a create as it comes, its video when it is there, and its callback, which it sends again', async () => {
    await using simulator = await frozenSimulator()
    await using tab = await look(simulator)
    const { page } = tab
    await isLive(page)
    await page.getByText('No tasks of yours yet').waitFor()
    const id = await createAsync(simulator, { callback_url: simulator.inbox.url('orders') })
    await page.getByText('No tasks of yours yet').waitFor({ state: 'detached' })
    await page.getByRole('link', { name: id.slice(0, 8) }).click()
    await page.getByRole('heading', { name: id }).waitFor()
    await page.getByRole('button', { name: 'Move clock to its end' }).click()

    const video = page.locator('video')
    await video.waitFor()
    await hasVideo(page)
    const colours = await page.evaluate<number>(COLOURS)
    expect(colours).toBeGreaterThan(8)

    await page.getByRole('link', { name: 'Headers, bodies, send again' }).click()
    await page.getByRole('button', { name: 'Redeliver' }).click()
    await expect.poll(async () => (await simulator.inbox.list('orders')).length, { timeout: PATIENCE_MS }).toBe(2)
    await page.getByText('2 attempts, 0 to come').waitFor()
    expect(tab.complaints).toEqual([])
  })

  it('edits a callback and sends it, and shows what is different', async () => {
    await using simulator = await frozenSimulator()
    const attempt = await delivered(simulator)
    await using tab = await look(simulator, `#/callbacks/${attempt.seq}`)
    const { page } = tab
    await page.getByRole('button', { name: 'Edit and resend' }).click()
    const form = page.getByRole('form', { name: 'Edit and resend' })
    await form.getByLabel('Headers, one a line').fill('content-type: application/json\nx-extra: 1')
    await form.getByLabel('Body').fill('{"state":"odd"}')
    await form.getByRole('button', { name: 'Send' }).click()
    await form.getByText('delivered').waitFor()
    const [, second] = await simulator.inbox.list('orders')
    expect([second?.json, second?.headers['x-extra']]).toEqual([{ state: 'odd' }, '1'])

    await page.getByLabel('With').selectOption({ index: 1 })
    const lines = page.getByRole('region', { name: 'Differences' })
    await lines.getByText('+   "success": true,').waitFor()
    await lines.getByText('−   "state": "odd"').waitFor()
    await form.getByLabel('Headers, one a line').fill('no header')
    await form.getByRole('button', { name: 'Send' }).click()
    await form.getByText('“no header” is no header; write name: value').waitFor()
  })

  it.each([
    ['Succeed', 'succeed'],
    ['Fail with', 'failed'],
  ])('has a pending task end otherwise: %s', async (button, state) => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    await using tab = await look(simulator, `#/tasks/${id}`)
    await tab.page.getByRole('button', { name: button }).click()
    await tab.page.getByRole('button', { name: button }).waitFor({ state: 'detached' })
    expect((await simulator.tasks.get(id)).state).toBe(state)
  })

  it('has a pending task stall, with the reason where a command is refused', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    await using tab = await look(simulator, `#/tasks/${id}`)
    const { page } = tab
    await page.getByRole('button', { name: 'Stall' }).click()
    await page.getByText('It never settles: its plan has no end.').waitFor()
    await goTo(page, 'time')
    await page.getByRole('button', { name: 'To the next event' }).click()
    await page.getByRole('alert').getByText('nobody waits').waitFor()
  })

  it('switches a fault on, shows what it hit, and switches it off', async () => {
    await using simulator = await frozenSimulator()
    await using tab = await look(simulator, '#/faults')
    const { page } = tab
    await page.getByRole('button', { name: 'Choose fail', exact: true }).click()
    await page.getByLabel('What', { exact: true }).fill('fail api_error')
    await page.getByLabel('as', { exact: true }).selectOption('rules')
    await page.getByRole('button', { name: 'Switch on' }).click()
    const row = page.getByRole('row', { name: /fail api_error.*each time/ })
    await row.waitFor()
    await createAsync(simulator)
    await row.getByRole('cell', { name: '1', exact: true }).first().waitFor()
    expect((await simulator.outcomes.list())[0]).toMatchObject({ matched: 1, fired: 1 })
    await row.getByRole('button', { name: 'Switch off' }).click()
    await page.getByText('Nothing is broken on purpose').waitFor()
    await page.getByLabel('What', { exact: true }).fill('nonesuch')
    await page.getByRole('button', { name: 'Switch on' }).click()
    await page.getByRole('alert').getByText('nonesuch').waitFor()
  })

  it('starts a timeline and ends it', async () => {
    await using simulator = await frozenSimulator()
    await using tab = await look(simulator, '#/faults')
    const { page } = tab
    await page.getByText('Start one').click()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByText('bad-quarter').first().waitFor()
    await page.getByRole('button', { name: 'End' }).click()
    await page.getByRole('button', { name: 'End' }).waitFor({ state: 'detached' })
    expect(await simulator.faults.list()).toEqual([])
  })

  it('moves the clock, and shows what is due in its order', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator, { callback_url: simulator.inbox.url('orders') })
    await using tab = await look(simulator, '#/time')
    const { page } = tab
    const due = page.getByRole('region', { name: 'What is due' })
    await due.getByText('callback', { exact: true }).waitFor()
    expect(await due.getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringContaining('processing'),
      expect.stringContaining('succeed'),
      expect.stringContaining('callback'),
    ])
    await page.getByRole('button', { name: '+10 s' }).click()
    await due.getByText('Nothing is due').waitFor()
    expect((await simulator.tasks.get(id)).state).toBe('succeed')
    await page.getByLabel('Mode').selectOption('scaled')
    await page.getByLabel('Times').fill('60')
    await page.getByRole('button', { name: 'Run so' }).click()
    await page.getByText('×60').first().waitFor()
    expect(await simulator.clock.state()).toMatchObject({ mode: 'scaled', rate: 60 })
  })

  it('shows what was bought twice side by side, and how it was polled', async () => {
    await using simulator = await frozenSimulator()
    const first = await createAsync(simulator)
    const second = await createAsync(simulator)
    for (let poll = 0; poll < 3; poll++) {
      await simulator.clock.advance({ ms: 100 })
      await post(simulator, '/kling/tasks', { id: second })
    }
    await using tab = await look(simulator, '#/money')
    const pairs = tab.page.getByRole('region', { name: 'Bought twice' })
    await pairs.getByRole('link', { name: `task ${first.slice(0, 8)}` }).waitFor()
    await pairs.getByRole('link', { name: `task ${second.slice(0, 8)}` }).waitFor()
    await tab.page.getByRole('region', { name: 'Manners' }).getByText('too-fast').waitFor()
    await tab.page.getByRole('region', { name: 'Ledger', exact: true }).getByText('reserved').first().waitFor()
  })

  it('shows why a create was refused, and what of another was not used', async () => {
    await using simulator = await frozenSimulator()
    await create(simulator, { model: 'kling-v2-6', mode: 'std', generate_audio: true })
    const id = await createAsync(simulator, { calback_url: 'http://x.test' })
    await using tab = await look(simulator, '#/requests')
    const { page } = tab
    await page.getByRole('link', { name: '400' }).click()
    await page.getByText('R19', { exact: true }).waitFor()
    await page.getByText("mode value 'std' is invalid").first().waitFor()
    await goTo(page, `tasks/${id}`)
    await page.getByText('Given and not used: calback_url').waitFor()
  })

  it('shows the rule behind a cell of the matrix by an example, and objections to whatever is tried', async () => {
    await using simulator = await frozenSimulator()
    await using tab = await look(simulator, '#/matrix')
    const { page } = tab
    await page.getByRole('button', { name: 'kling-v2-6 std, sound: –' }).click()
    const tried = page.getByRole('region', { name: 'Try a body' })
    await tried.getByText('refused', { exact: true }).waitFor()
    await tried.getByText('generate_audio is for the model and mode that list it').waitFor()
    await page.getByRole('button', { name: 'kling-v1 std, seconds: 5, 10' }).click()
    await tried.getByText('accepted', { exact: true }).waitFor()
    await tried.getByRole('list', { name: 'Rules about the cell' }).getByText('R14').waitFor()
    await tried.getByLabel('Body of POST /kling/videos').fill('{"action":"text2video","prompt":"a mug"}')
    await tried.getByText('for about 1.4 Credits').waitFor()
    await tried.getByLabel('Body of POST /kling/videos').fill('{"action":')
    await tried.getByRole('alert').waitFor()
    await page.getByLabel('Revision').selectOption('2026-10')
    await page.getByRole('button', { name: 'kling-v3-turbo std, sound: always' }).click()
    await tried.getByText('by revision 2026-10').waitFor()
    const own = tried.getByRole('list', { name: 'Rules that name kling-v3-turbo' })
    await own.getByText('kling-v3-turbo always makes sound').waitFor()
    expect(await own.getByText('R39').count()).toBeGreaterThan(1)
    expect(await own.getByText('R15').count()).toBe(0)
    await page.getByRole('button', { name: 'kling-o1 std, seconds: 5' }).click()
    await tried.getByRole('list', { name: 'Rules that name kling-o1' }).getByText('R15', { exact: true }).waitFor()
    expect(await simulator.requests.list()).toEqual([])
  })

  it('goes through tasks by keys, with filters in the address', async () => {
    await using simulator = await frozenSimulator()
    const ids = [
      await createAsync(simulator),
      await createAsync(simulator, { mode: 'pro' }),
      await createAsync(simulator),
    ]
    const [oldest = '', middle = '', newest = ''] = ids
    await using tab = await look(simulator, '#/tasks')
    const { page } = tab
    await page.getByRole('link', { name: newest.slice(0, 8) }).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: middle }).waitFor()
    await page.keyboard.press('j')
    await page.getByRole('heading', { name: oldest }).waitFor()
    await page.keyboard.press('k')
    await page.getByRole('heading', { name: middle }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: middle }).waitFor({ state: 'detached' })
    await page.keyboard.press('/')
    await page.keyboard.type(newest.slice(0, 8))
    await page.getByRole('link', { name: middle.slice(0, 8) }).waitFor({ state: 'detached' })
    expect(page.url()).toContain(`id=${newest.slice(0, 8)}`)
    await page.reload()
    await page.getByRole('link', { name: newest.slice(0, 8) }).waitFor()
    expect(await page.getByLabel('Id of a task').inputValue()).toBe(newest.slice(0, 8))
    await page.getByLabel('Token').selectOption(namespaceOf().namespace.slice(0, 8))
    await page.getByRole('status').getByText('1 task').waitFor()
  })
})
