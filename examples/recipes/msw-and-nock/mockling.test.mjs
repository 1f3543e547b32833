import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createSimulator } from 'mockling'
import { Videos } from '../node/videos.mjs'

let simulator
let videos
before(async () => {
  simulator = await createSimulator({ clock: 'auto-skip', pace: 'real' })
  videos = new Videos({ baseUrl: simulator.url, token: 'any', pollEveryMs: 10 })
})
after(() => simulator.close())

test('waits for the video', async () => {
  const { task_id: id } = await videos.create('a white mug', { async: true })
  const { video_url: url } = await videos.wait(id)
  assert.equal((await fetch(url)).headers.get('content-type'), 'video/mp4')
})

test('learns that a request is one the API refuses', async () => {
  await assert.rejects(videos.create('a white mug', { duration: 7 }), {
    message: "bad_request: duration value '7' is invalid",
  })
})
