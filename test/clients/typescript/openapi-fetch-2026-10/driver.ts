import { setTimeout as pause } from 'node:timers/promises'
import createClient from 'openapi-fetch'
import { download, given, perform, tell } from '../scenarios'
import type { components, paths } from './generated/schema'

type Schemas = components['schemas']

const client = createClient<paths>({ baseUrl: given('MOCKLING_URL') })
const headers = { authorization: `Bearer ${given('MOCKLING_TOKEN')}` }

interface Answer<T> {
  data?: T
  error?: Schemas['ErrorBody'] | Schemas['GatewayErrorBody']
  response: Response
}

function succeeded<T>({ data, error }: Answer<T>): T {
  if (error || data === undefined) throw new Error(`refused: ${JSON.stringify(error)}`)
  return data
}

function refused({ error, response }: Answer<unknown>) {
  if (!error) throw new Error(`not refused: ${response.status}`)
  const { code, message } = error.error
  const said = { status: response.status, code, message }
  if (!('success' in error)) return said
  return { ...said, success: error.success, task_id: error.task_id }
}

function finished<T extends Schemas['VideoResult'] | Schemas['TalkingPhotoResult']>(
  answer: T | Schemas['TaskAccepted'],
): T {
  if (!('video_url' in answer)) throw new Error(`no video: ${JSON.stringify(answer)}`)
  return answer
}

/** What is told of a result. */
function seen({ data, usage, cost, ...video }: Schemas['VideoResult']) {
  const [item, ...others] = data ?? []
  if (others.length > 0 || (item && (item.id !== video.task_id || item.video_url !== video.video_url)))
    throw new Error(`odd data: ${JSON.stringify(data)}`)
  return {
    ...video,
    ...(item && { data: { model: item.model, state: item.state, duration: item.duration } }),
    ...(usage && { usage: usage.duration }),
    ...(cost && { cost: cost.amount }),
  }
}

const motion: Schemas['CreateMotion'] = {
  image_url: 'https://example.com/figure.png',
  video_url: 'https://example.com/dance.mp4',
  character_orientation: 'image',
  mode: 'std',
  model_name: 'kling-v3',
}

async function video(body: Schemas['CreateVideo']) {
  return finished(succeeded(await client.POST('/kling/videos', { headers, body })))
}

/** Asks until the task has a response. */
async function settled(id: string) {
  for (let polls = 1; polls < 400; polls++) {
    const record = succeeded(await client.POST('/kling/tasks', { headers, body: { id, action: 'retrieve' } }))
    if (!('type' in record)) throw new Error(`no task ${id}`)
    const { type, response } = record
    if (response && 'video_id' in response) {
      if (typeof response.duration !== 'string') throw new Error(`a number: ${response.duration}`)
      return { wasPending: polls > 1, type, ...seen({ ...response, duration: response.duration }) }
    }
    await pause(25)
  }
  throw new Error(`task ${id} does not settle`)
}

async function play(): Promise<void> {
  const turbo = await video({ action: 'text2video', model: 'kling-v3-turbo', prompt: 'a white mug', duration: 3 })
  tell('turbo', seen(turbo))
  tell('download', await download(turbo.video_url))

  const spoken = await video({
    ...{ action: 'text2video', model: 'kling-v2-6', mode: 'pro', generate_audio: true },
    prompt: 'a mug says <<<voice_1>>>',
    voice_list: [{ voice_id: 'v1' }],
  })
  tell('voices', seen(spoken))
  const shots = [
    { index: 1, prompt: 'a mug', duration: 2 },
    { index: 2, prompt: 'it breaks', duration: 3 },
  ]
  const story = { multi_shot: true, shot_type: 'customize', multi_prompt: shots } as const
  tell('storyboard', seen(await video({ action: 'text2video', model: 'kling-v3', duration: 5, ...story })))

  const speech = { mode: 'text2video', text: 'Good morning.', voice_id: 'oversea_male1' } as const
  const lips = await client.POST('/kling/lip-sync', { headers, body: { ...speech, video_id: spoken.video_id } })
  tell('lip-sync', seen(finished(succeeded(lips))))

  const photo = { image_url: 'https://example.com/face.png', audio_url: 'https://example.com/voice.mp3' }
  tell('talking photo', finished(succeeded(await client.POST('/kling/talking-photo', { headers, body: photo }))))

  const moved = succeeded(await client.POST('/kling/motion', { headers, body: { ...motion, async: true } }))
  tell('poll a motion', await settled(moved.task_id))

  const silent: Schemas['CreateVideo'] = {
    ...{ action: 'text2video', model: 'kling-v3-turbo', prompt: 'a white mug' },
    generate_audio: false,
  }
  tell('refused by a rule: 400', refused(await client.POST('/kling/videos', { headers, body: silent })))
  const stranger = { authorization: 'Bearer any.mockling-invalid_token' }
  tell('refused by the gateway: 401', refused(await client.POST('/kling/motion', { headers: stranger, body: motion })))

  const callback_url = given('MOCKLING_CALLBACK_URL')
  const awaited = succeeded(await client.POST('/kling/motion', { headers, body: { ...motion, callback_url } }))
  tell('callback', { task_id: awaited.task_id })
}

perform(play())
