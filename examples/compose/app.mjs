// Any program that makes videos: here it makes one, waits for it as one does, and loads it.
import { setTimeout as rest } from 'node:timers/promises'

const { ACEDATACLOUD_API_BASE_URL: url, ACEDATACLOUD_API_TOKEN: token } = process.env

async function post(path, body) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

const { task_id: id } = await post('/kling/videos', { action: 'text2video', prompt: 'a white mug', async: true })
console.log(`task ${id}`)
let record
do {
  await rest(500)
  record = await post('/kling/tasks', { action: 'retrieve', id })
} while (record.response === undefined)
const { video_url: address } = record.response
const video = await (await fetch(address)).arrayBuffer()
console.log(`${address} has ${video.byteLength} bytes`)
