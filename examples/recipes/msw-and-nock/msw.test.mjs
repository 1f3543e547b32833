import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { Videos } from '../node/videos.mjs'

const videos = new Videos({ baseUrl: 'https://api.acedata.cloud', token: 'any', pollEveryMs: 10 })

let polls = 0
const server = setupServer(
  http.post('https://api.acedata.cloud/kling/videos', () => HttpResponse.json({ task_id: 'task-1' })),
  http.post('https://api.acedata.cloud/kling/tasks', () => {
    polls++
    if (polls < 3) return HttpResponse.json({ id: 'task-1', state: 'processing' })
    return HttpResponse.json({ id: 'task-1', response: { success: true, video_url: 'https://cdn.example/mug.mp4' } })
  }),
)
before(() => server.listen({ onUnhandledRequest: 'error' }))
after(() => server.close())

test('waits for the video', async () => {
  const { task_id: id } = await videos.create('a white mug', { async: true })
  assert.equal((await videos.wait(id)).success, true)
})
