// What the shop must survive. Which shop: SHOP=naive or SHOP=careful.
//
//   npx mockling exec --clock x100 --pace 20 -- node --test examples/shop.test.mjs
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { connect, createSimulator, tokenOf } from 'mockling'

const { Shop } = await import(`./${process.env.SHOP ?? 'careful'}/shop.mjs`)

let simulator
let mockling
let shop

before(async () => {
  // Under `mockling exec` there is a server already. Tasks of 20 s, on a clock a hundred times as fast.
  simulator = process.env.MOCKLING_URL ? undefined : await createSimulator({ clock: 'x100', pace: 20 })
})

beforeEach(async ({ name }) => {
  // A token of its own for each test: nothing of one is seen by another.
  mockling = connect(simulator ?? process.env.MOCKLING_URL).as(tokenOf(['shop', name]))
  await mockling.reset()
  const patience = { backoff: 20, callback: 500 }
  shop = await new Shop({ url: mockling.url, token: mockling.token, patience }).open()
})

afterEach(() => shop.close())

after(() => simulator?.close())

test('delivers a video', async () => {
  const order = await shop.order('a white mug')
  await settled(order)
  assert.equal(order.state, 'done')
  const video = Buffer.from(await (await fetch(order.videoUrl)).arrayBuffer())
  assert.equal(video.toString('latin1', 4, 8), 'ftyp')
  await mockling.verify()
})

test('pays once although the answer to its create was lost', async () => {
  await mockling.outcomes.add('answer-dropped', { next: 1 })
  await settled(await shop.order('a red mug'))
  // Fails if a video was paid for twice, and says which.
  await mockling.verify()
})

test('delivers although the callback was lost', async () => {
  await mockling.outcomes.add('callback-lost', { next: 1 })
  const order = await shop.order('a blue mug')
  await settled(order)
  const [task] = (await mockling.tasks.list({ limit: 1 })).items
  assert.equal(order.state, 'done', `the task is ${task.state} and its callback lost, but the order is ${order.state}`)
})

test('sends one mail although the callback came twice', async () => {
  await mockling.outcomes.add('callback-doubled', { next: 1 })
  const order = await shop.order('a green mug')
  await settled(order)
  await eventually(async () => (await mockling.requests.count({ kind: 'callback' })) === 2)
  assert.equal(shop.mails.length, 1, `the callback came twice, and the customer got ${shop.mails.length} mails`)
})

test('waits and tries again when it is told that it is too fast', async () => {
  await mockling.outcomes.add('refuse too_many_requests', { next: 3 })
  const order = await shop.order('a black mug').catch(error => assert.fail(`the order was given up: ${error.message}`))
  await settled(order)
  assert.equal(order.state, 'done')
  const creates = await mockling.requests.list({ operation: 'create' })
  assert.deepEqual(
    creates.map(({ status }) => status),
    [429, 429, 429, 200],
  )
  await mockling.verify()
})

/** Longer than any of the shops waits for anything here. */
const PATIENCE_MS = 8000

async function settled(order) {
  await eventually(async () => order.state !== 'open').catch(() => {})
}

async function eventually(isSo) {
  const deadline = Date.now() + PATIENCE_MS
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('waited in vain')
    await wait(10)
  }
}
