import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openStage } from '../../src/cli/drift.ts'
import { driftOf } from '../../src/recording/drifting.ts'
import { createSimulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'
import { type Passing, startStandIn } from '../conformance/stand-in.ts'
import { emptyDirectory, post, recorded } from './recording.ts'

const CREATE = { action: 'text2video', prompt: 'a white mug' }

/** Records what a stand-in answers to some requests; resolves to the directory. */
async function recording(
  change: (passing: Passing) => Passing,
  ask: (url: string) => Promise<unknown>,
): Promise<string> {
  await using simulator = await createSimulator({ pace: 'instant' })
  const standIn = await startStandIn(simulator.url, change)
  await using recorder = await recorded(standIn.url)
  await ask(recorder.url)
  await standIn.close()
  return recorder.path
}

const told = (
  passing: Passing,
  change: (body: Record<string, unknown>) => unknown,
  status = passing.status,
): Passing =>
  passing.path === '/kling/videos'
    ? { ...passing, status, body: Buffer.from(JSON.stringify(change(JSON.parse(passing.body.toString())))) }
    : passing

const richer = (passing: Passing) => told(passing, body => ({ ...body, queue: 'A', duration: '7.3' }))

describe('mockling serve --replay', () => {
  it('answers creates as recorded, with ids and files of its own, and polls and callbacks the same', async () => {
    const replay = await recording(richer, async url => {
      await post(url, '/kling/videos', CREATE)
    })
    await using receiver = await startReceiver()
    await using simulator = await createSimulator({ replay, pace: 'instant' })
    const [first, second] = [
      await post(simulator.url, '/kling/videos', { ...CREATE, prompt: 'something else' }),
      await post(simulator.url, '/kling/videos', CREATE),
    ]
    expect(first.headers.get('x-mockling-replayed')).toBe('0001-post-kling-videos.json')
    expect(first.json).toMatchObject({ success: true, duration: '7.3', state: 'succeed', queue: expect.any(String) })
    expect(Object.keys(first.json)).toEqual([
      'success',
      'video_id',
      'video_url',
      'duration',
      'state',
      'task_id',
      'queue',
    ])
    expect(second.json.task_id).not.toBe(first.json.task_id)
    expect((await fetch(first.json.video_url)).headers.get('content-type')).toBe('video/mp4')
    const poll = await post(simulator.url, '/kling/tasks', { id: first.json.task_id })
    expect(poll.json.response).toEqual(first.json)
    expect(poll.headers.get('x-mockling-replayed')).toBe('0001-post-kling-videos.json')
    // With a callback it was never asked: that is answered by the fake itself.
    const own = await post(simulator.url, '/kling/videos', { ...CREATE, callback_url: receiver.url('/hook') })
    expect(own.headers.get('x-mockling-replayed')).toBeNull()
    const [arrival] = await receiver.arrived(1)
    expect(JSON.parse(arrival?.body ?? '')).not.toHaveProperty('queue')
  })

  it('has callbacks and polls tell what came of a recorded task', async () => {
    const failed = { success: false, error: { code: 'content_policy', message: 'No mugs.' }, trace_id: 'x' }
    const change = (passing: Passing): Passing =>
      passing.path === '/kling/tasks'
        ? {
            ...passing,
            body: Buffer.from(JSON.stringify({ ...JSON.parse(passing.body.toString()), response: failed })),
          }
        : passing
    const replay = await recording(change, async url => {
      const { json } = await post(url, '/kling/videos', { ...CREATE, callback_url: 'http://127.0.0.1:9/' })
      await post(url, '/kling/tasks', { id: json.task_id })
    })
    await using receiver = await startReceiver()
    await using simulator = await createSimulator({ replay, pace: 'instant' })
    const { json: accepted, headers } = await post(simulator.url, '/kling/videos', {
      ...CREATE,
      callback_url: receiver.url('/hook'),
    })
    expect(headers.get('x-mockling-replayed')).toBe('0001-post-kling-videos.json')
    const [arrival] = await receiver.arrived(1)
    expect(JSON.parse(arrival?.body ?? '')).toMatchObject({
      success: false,
      error: { code: 'content_policy', message: 'No mugs.' },
    })
    const { json } = await post(simulator.url, '/kling/tasks', { id: accepted.task_id })
    expect(json.response).toMatchObject({ error: { code: 'content_policy' } })
  })

  it('accepts what only the recorded API accepts, and refuses what only that refuses', async () => {
    const accepting = (passing: Passing) =>
      told(passing, () => ({ task_id: '11111111-1111-4111-8111-111111111111' }), 200)
    const there = await recording(accepting, url =>
      post(url, '/kling/videos', { ...CREATE, model: 'kling-v9', async: true }),
    )
    await using generous = await createSimulator({ replay: there, pace: 'instant' })
    const { json: made } = await post(generous.url, '/kling/videos', { ...CREATE, model: 'kling-v9', async: true })
    expect((await post(generous.url, '/kling/tasks', { id: made.task_id })).json.response).toMatchObject({
      success: true,
    })

    const refusing = (passing: Passing) =>
      told(passing, () => ({ success: false, error: { code: 'bad_request', message: 'Never.' }, trace_id: 'x' }), 422)
    const here = await recording(refusing, url => post(url, '/kling/videos', CREATE))
    await using strict = await createSimulator({ replay: here })
    const { status, json } = await post(strict.url, '/kling/videos', CREATE)
    expect([status, json.error.message]).toEqual([422, 'Never.'])
  })

  it('gives the answers to one request in their order, to each token, and then the last', async () => {
    let count = 0
    const counting = (passing: Passing) =>
      told(passing, () => ({ success: false, error: { code: 'bad_request', message: `No. ${++count}` } }), 400)
    const replay = await recording(counting, async url => {
      for (let n = 0; n < 2; n++) await post(url, '/kling/videos', CREATE)
    })
    await using simulator = await createSimulator({ replay })
    const ask = async (token: string) => (await post(simulator.url, '/kling/videos', CREATE, token)).json.error.message
    expect([await ask('a'), await ask('a'), await ask('a'), await ask('b')]).toEqual([
      'No. 1',
      'No. 2',
      'No. 2',
      'No. 1',
    ])
  })

  it('answers paths and missing tokens as recorded, and leaves what names an outcome to the fake', async () => {
    const change = (passing: Passing) =>
      passing.path === '/kling/images' || passing.status === 401 ? { ...passing, status: 418 } : passing
    const replay = await recording(change, async url => {
      await post(url, '/kling/images', { a: 1 })
      await fetch(`${url}/kling/videos`, { method: 'POST' })
      await post(url, '/kling/videos', CREATE)
    })
    await using simulator = await createSimulator({ replay, pace: 'instant' })
    expect((await post(simulator.url, '/kling/images', { b: 2 })).status).toBe(418)
    expect((await fetch(`${simulator.url}/kling/videos`, { method: 'POST' })).status).toBe(418)
    const named = await post(simulator.url, '/kling/videos', { ...CREATE, prompt: '[[mockling:fail api_error]]' })
    expect([named.status, named.headers.get('x-mockling-replayed')]).toEqual([500, null])
  })

  it('serves the very video that was kept', async () => {
    let bytes = Buffer.alloc(0)
    const replay = await recording(
      passing => passing,
      async url => {
        const { json } = await post(url, '/kling/videos', CREATE)
        bytes = Buffer.from(await (await fetch(json.video_url)).arrayBuffer())
      },
    )
    await using simulator = await createSimulator({ replay, pace: 'instant', seed: 99 })
    const { json } = await post(simulator.url, '/kling/videos', CREATE)
    expect(Buffer.from(await (await fetch(json.video_url)).arrayBuffer()).equals(bytes)).toBe(true)
  })

  it('round trip: what a replaying fake answers, recorded again, is no drift from the fake it was', async () => {
    const replay = await recording(
      passing => passing,
      async url => {
        const { json } = await post(url, '/kling/videos', CREATE)
        await post(url, '/kling/tasks', { id: json.task_id })
        await post(url, '/kling/videos', { ...CREATE, model: 'kling-v9' })
      },
    )
    await using simulator = await createSimulator({ replay, pace: 'instant' })
    await using again = await recorded(simulator.url)
    const { json } = await post(again.url, '/kling/videos', CREATE)
    await post(again.url, '/kling/tasks', { id: json.task_id })
    const refused = await post(again.url, '/kling/videos', { ...CREATE, model: 'kling-v9' })
    expect(refused.headers.get('x-mockling-replayed')).toBe('0003-post-kling-videos.json')
    expect((await driftOf(again.recordings, '2026-05', openStage)).causes).toEqual([])
  })

  it('does not start with a directory that holds no recordings, or a broken one', async () => {
    await expect(createSimulator({ replay: '/nonexistent' })).rejects.toThrow('replay: "/nonexistent" can\'t be used')
    await expect(createSimulator({ replay: emptyDirectory() })).rejects.toThrow('it holds no recordings')
    const broken = emptyDirectory()
    mkdirSync(join(broken, 'files'))
    writeFileSync(join(broken, '0001-post-kling-videos.json'), '{"kind":"request"}')
    await expect(createSimulator({ replay: broken })).rejects.toThrow(
      '0001-post-kling-videos.json is no recording: request',
    )
  })
})
