import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import nock from 'nock'
import { Videos } from '../node/videos.mjs'

const videos = new Videos({ baseUrl: 'https://api.acedata.cloud', token: 'any', pollEveryMs: 10 })

afterEach(() => nock.cleanAll())

test('waits for the video', async () => {
  const api = nock('https://api.acedata.cloud')
  api.post('/kling/videos').reply(200, { task_id: 'task-1' })
  api.post('/kling/tasks').times(2).reply(200, { id: 'task-1', state: 'processing' })
  api.post('/kling/tasks').reply(200, {
    id: 'task-1',
    response: { success: true, video_url: 'https://cdn.example/mug.mp4' },
  })
  const { task_id: id } = await videos.create('a white mug', { async: true })
  assert.equal((await videos.wait(id)).success, true)
  api.done()
})
