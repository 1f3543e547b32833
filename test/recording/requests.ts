import { post } from './recording.ts'

const TEXT = { action: 'text2video', prompt: 'a white mug' }
const IMAGE = { action: 'image2video', prompt: 'a white mug', start_image_url: 'https://example.com/start.png' }

/** Bodies of creates that say something about every part of the contract. */
export const BODIES: readonly Record<string, unknown>[] = [
  { ...TEXT, model: 'kling-v1' },
  { ...TEXT, model: 'kling-v3', mode: '4k', duration: 3 },
  { ...TEXT, model: 'kling-v2-6', mode: 'pro', generate_audio: true },
  { ...TEXT, model: 'kling-video-o1', duration: 10 },
  { ...TEXT, model: 'kling-o1', duration: 10 },
  { ...TEXT, model: 'kling-v3-turbo', duration: 4, generate_audio: false },
  { ...TEXT, model: 'kling-v9' },
  { ...TEXT, duration: 7 },
  { ...TEXT, mode: 'ultra' },
  { ...TEXT, cfg_scale: '0.5' },
  { ...TEXT, cfg_scale: 2 },
  { ...TEXT, start_image_url: 'https://example.com/start.png' },
  { ...TEXT, end_image_url: 'https://example.com/end.png' },
  { ...TEXT, prompt: ' ' },
  { ...TEXT, prompt: 'x'.repeat(2501) },
  { ...TEXT, prompt: 3 },
  { ...TEXT, camera_control: '{"type":"forward_up"}' },
  { ...IMAGE, camera_control: { type: 'forward_up' }, model: 'kling-v3' },
  { ...IMAGE, prompt: undefined },
  { ...IMAGE, model: 'kling-v2-5-turbo', end_image_url: 'https://example.com/end.png' },
  { ...TEXT, model: 'kling-v3', element_list: [{ element_id: 'e1' }] },
  { ...TEXT, model: 'kling-video-o1', element_list: [{ element_id: 7 }] },
  { ...TEXT, model: 'kling-video-o1', video_list: [{ video_url: 'https://example.com/a.mp4' }] },
  {
    ...TEXT,
    model: 'kling-v3-omni',
    image_list: [{ image_url: 'https://example.com/a.png' }],
    prompt: 'as <<<image_1>>>',
  },
  { ...TEXT, model: 'kling-v1', image_list: [{ image_url: 'https://example.com/a.png' }] },
  {
    ...TEXT,
    model: 'kling-v2-6',
    mode: 'pro',
    voice_list: [{ voice_id: 'v1' }],
    prompt: 'says <<<voice_1>>>',
    generate_audio: true,
  },
  { ...TEXT, model: 'kling-v3', multi_shot: true, shot_type: 'intelligence' },
  { ...TEXT, model: 'kling-v3', shot_type: 'customize', multi_prompt: [{ index: 1, prompt: 'a', duration: 5 }] },
  { ...TEXT, model: 'kling-o1', negative_prompt: 'blurry' },
]

/** Goes through all that clients do, one after the other. */
export async function goThrough(
  url: string,
  callbackUrl: (name: string) => string,
  arrived: () => Promise<unknown>,
): Promise<void> {
  const create = (body: object, token?: string) => post(url, '/kling/videos', body, token)
  for (const body of BODIES) await create(body)
  const { json: held } = await create({ ...TEXT, model: 'kling-v1-6' })
  const { json: started } = await create({ ...TEXT, async: true })
  await post(url, '/kling/tasks', { id: held.task_id, action: 'retrieve' })
  await post(url, '/kling/tasks', { ids: [held.task_id], action: 'retrieve_batch' })
  await post(url, '/kling/tasks', { id: started.task_id })
  await create({ ...TEXT, callback_url: callbackUrl('/hook') })
  await arrived()
  for (const model of ['kling-v1', 'kling-v1-5', 'kling-v2-5-turbo'])
    await create({ action: 'extend', model, video_id: held.video_id, prompt: 'on' })
  await create({ action: 'extend', model: 'kling-v1', video_id: 'nobody’s', prompt: 'on' })
  await create({ ...TEXT, timeout: 0 })
  for (const range of ['bytes=0-99', 'bytes=-10', 'bytes=999999999-'])
    await fetch(held.video_url, { headers: { range } }).then(it => it.arrayBuffer())
  await fetch(held.video_url).then(it => it.arrayBuffer())
  await fetch(held.video_url, { method: 'HEAD' })
  await fetch(`${url}/kling/nothing.mp4`)
  for (const code of ['invalid_token', 'used_up', 'too_many_requests', 'disabled', 'api_error', 'forbidden'])
    await create(TEXT, `any.mockling-${code}`)
  await fetch(`${url}/kling/videos`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(TEXT),
  })
  await fetch(`${url}/kling/tasks`, { method: 'POST', headers: { authorization: 'Basic eDp5' } })
  await fetch(`${url}/nothing`)
  await post(url, '/kling/images', {})
  await post(url, '/kling/videos', '{"broken')
  await post(url, '/kling/videos', '[]')
  await post(url, '/kling/motion', {
    image_url: 'https://example.com/a.png',
    video_url: 'https://example.com/a.mp4',
    mode: 'std',
    character_orientation: 'image',
    model_name: 'kling-v3',
  })
  await post(url, '/kling/lip-sync', { mode: 'text2video', video_url: 'https://example.com/a.mp4', text: 'hello' })
  await post(url, '/kling/tasks', { id: '11111111-1111-4111-8111-111111111111' })
  await post(url, '/kling/tasks', {})
  await post(url, '/kling/tasks', { action: 'delete', id: 'x' })
}
