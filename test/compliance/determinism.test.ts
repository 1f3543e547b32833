import { describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'

const CREATES = [
  { action: 'text2video', model: 'kling-v1', prompt: 'one' },
  { action: 'image2video', model: 'kling-v1-6', start_image_url: 'https://a.test/1.png', prompt: 'two' },
  { action: 'extend', model: 'kling-v1', video_id: '030bb06d-98d4-4044-9042-0aa0822e8c8c', prompt: 'three' },
  { action: 'text2video', model: 'kling-v3', mode: '4k', duration: 3, aspect_ratio: '9:16', prompt: 'four' },
]

async function post(simulator: Simulator, path: string, body: object, token: string): Promise<Record<string, string>> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const reply = await fetch(simulator.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  return (await reply.json()) as Record<string, string>
}

/** Ids, paths, bytes and times of one run of the same creates; `disturb` happens between any two of them. */
async function runOnce(settings: object, disturb: (simulator: Simulator, taskId: string) => Promise<void>) {
  await using simulator = await createSimulator({ clock: 'auto-skip', pace: 'real', ...settings })
  const seen: unknown[] = []
  for (const body of CREATES) {
    const { task_id = '', video_id, video_url = '', duration } = await post(simulator, '/kling/videos', body, 'same')
    const bytes = Buffer.from(await (await fetch(video_url)).arrayBuffer()).toString('base64')
    seen.push({ task_id, video_id, path: new URL(video_url).pathname, duration, bytes })
    await disturb(simulator, task_id)
  }
  const list = await post(simulator, '/kling/tasks', { action: 'retrieve_batch', limit: 10 }, 'same')
  const records = (list['items'] as unknown as { id: string; elapsed: number; user_id: string }[]).map(record => [
    record.id,
    record.elapsed,
    record.user_id,
  ])
  return { seen, records }
}

const nothing = async () => {}

describe('one seed', () => {
  it('gives the same ids, paths, durations, lengths of work and bytes in two servers', async () => {
    expect(await runOnce({ seed: 42 }, nothing)).toEqual(await runOnce({ seed: 42 }, nothing))
  })

  it('is moved by no poll, no refusal and no other token', async () => {
    const disturbed = await runOnce({ seed: 42 }, async (simulator, id) => {
      await post(simulator, '/kling/tasks', { id }, 'same')
      await post(simulator, '/kling/videos', { action: 'text2video' }, 'same')
      await post(simulator, '/kling/videos', { ...CREATES[0], model: 'kling-v9' }, 'same')
      await post(simulator, '/kling/videos', CREATES[0] ?? {}, 'other')
    })
    expect(disturbed).toEqual(await runOnce({ seed: 42 }, nothing))
  })

  it('differs from another, and after a reset starts over', async () => {
    const one = await runOnce({ seed: 1 }, nothing)
    const two = await runOnce({ seed: 2 }, nothing)
    expect(two.seen).not.toEqual(one.seen)
    await using simulator = await createSimulator({ pace: 'instant' })
    const before = await post(simulator, '/kling/videos', CREATES[0] ?? {}, 'same')
    await simulator.control.reset('server')
    expect(await post(simulator, '/kling/videos', CREATES[0] ?? {}, 'same')).toEqual(before)
  })
})
