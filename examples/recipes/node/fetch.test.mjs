import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { createSimulator } from 'mockling'
import { Videos } from './videos.mjs'

let simulator
before(async () => {
  // Tasks take minutes, on a clock that leaps over them.
  simulator = await createSimulator({ clock: 'auto-skip', pace: 'real' })
})
after(() => simulator.close())

/** A client, and the commands, for a token of one test alone. */
function client(token) {
  return new Videos({ baseUrl: simulator.url, token, pollEveryMs: 10 })
}

test('makes a video that plays', async () => {
  const { video_url: url } = await client('plays').create('a white mug')
  const file = await fetch(url, { headers: { range: 'bytes=4-7' } })
  assert.equal(await file.text(), 'ftyp')
})

test('waits by polling', async () => {
  const videos = client('polls')
  const { task_id: id } = await videos.create('a white mug', { async: true })
  assert.equal((await videos.wait(id)).state, 'succeed')
})

test('is called back', async () => {
  const receiver = createServer().listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const url = `http://127.0.0.1:${receiver.address().port}/hook`
  const called = once(receiver, 'request')
  const { task_id: id } = await client('called').create('a white mug', { callback_url: url })
  const [request, response] = await called
  assert.equal((await json(request)).task_id, id)
  response.writeHead(204).end()
  receiver.close()
})

test('tries again when there are too many requests', async () => {
  await simulator.outcomes.add('refuse too_many_requests', { token: 'tries-again', next: 2 })
  assert.equal((await client('tries-again').create('a white mug')).success, true)
  assert.equal(await simulator.requests.count({ token: 'tries-again', status: 429 }), 2)
})

test('tells of a task that fails', async () => {
  const videos = client('fails')
  await simulator.outcomes.add('fail forbidden after=30', { token: 'fails', next: 1 })
  const { task_id: id } = await videos.create('a white mug', { async: true })
  await assert.rejects(videos.wait(id), { code: 'forbidden' })
  await assert.rejects(videos.create('a white mug [[mockling:fail api_error]]'), { code: 'api_error' })
})
