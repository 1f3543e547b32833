import assert from 'node:assert/strict'
import { createWriteStream } from 'node:fs'
import { mkdtemp, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { test } from 'node:test'
import axios, { isAxiosError } from 'axios'

// Run as: mockling exec --clock auto-skip --pace real -- node --test axios.test.mjs
const { MOCKLING_URL: baseURL, MOCKLING_TOKEN: token } = process.env

const api = axios.create({ baseURL, headers: { authorization: `Bearer ${token}` } })
const MUG = { action: 'text2video', model: 'kling-v1', prompt: 'a white mug' }

test('makes a video and saves it', async () => {
  const { data: video } = await api.post('/kling/videos', MUG)
  const file = join(await mkdtemp(join(tmpdir(), 'videos-')), 'mug.mp4')
  const { data: body, headers } = await axios.get(video.video_url, { responseType: 'stream' })
  await pipeline(body, createWriteStream(file))
  assert.equal((await stat(file)).size, Number(headers['content-length']))
})

test('sees why a create was refused', async () => {
  const headers = { 'x-mockling-outcome': 'refuse too_many_requests retry-after=10' }
  await assert.rejects(api.post('/kling/videos', MUG, { headers }), error => {
    assert.ok(isAxiosError(error))
    assert.equal(error.response.status, 429)
    assert.equal(error.response.headers['retry-after'], '10')
    return true
  })
})

test('sees why a task failed', async () => {
  const headers = { 'x-mockling-outcome': 'fail forbidden' }
  await assert.rejects(api.post('/kling/videos', MUG, { headers }), ({ response }) => {
    assert.equal(response.data.error.code, 'forbidden')
    return true
  })
})
