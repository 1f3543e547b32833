import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createSimulator } from 'mockling'
import { HttpResponse, http, passthrough } from 'msw'
import { setupServer } from 'msw/node'
import { Videos } from '../node/videos.mjs'

let simulator
const server = setupServer()
before(async () => {
  simulator = await createSimulator({ pace: 'instant' })
  server.use(
    http.get('https://weather.example/today', () => HttpResponse.json({ sky: 'blue' })),
    http.all(`${simulator.url}/*`, () => passthrough()),
  )
  server.listen({ onUnhandledRequest: 'error' })
})
after(async () => {
  server.close()
  await simulator.close()
})

test('has MSW answer for everybody else', async () => {
  const { sky } = await (await fetch('https://weather.example/today')).json()
  const video = await new Videos({ baseUrl: simulator.url, token: 'any' }).create(`a ${sky} mug`)
  assert.equal(video.success, true)
})
