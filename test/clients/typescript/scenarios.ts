import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

/** What the scenarios ask for. Each generated client's own types must take these bodies as they are. */
export type Wanted =
  | { action: 'text2video'; model: 'kling-v1'; prompt: string; duration?: 5 | 7; async?: true }
  | { action: 'image2video'; model: 'kling-v1-6'; mode: 'pro'; start_image_url: string; callback_url: string }
  | { action: 'extend'; model: 'kling-v1'; video_id: string; prompt: string }

interface Accepted {
  task_id: string
}

interface Video extends Accepted {
  success: boolean
  video_id: string
  video_url: string
  duration: string
  state: 'succeed'
}

interface Failure {
  success: boolean
  error: { code: string; message: string }
}

interface Refusal {
  status: number
  body: Failure
}

interface Task {
  id: string
  response?: Video | Failure | object | null
}

/** A generated client behind its few lines of glue. No cast stands between these types and the generated ones. */
export interface Client {
  create(body: Wanted, how?: { outcome?: string; token?: string }): Promise<Video | Accepted | Refusal>
  retrieve(id: string): Promise<Task | object>
}

const MUG = { action: 'text2video', model: 'kling-v1', prompt: 'a white mug' } as const

/** The variable of this name. */
export function given(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set`)
  return value
}

/** One line for each scenario; see test/clients/scenarios.ts. */
export function tell(scenario: string, saw: object): void {
  process.stdout.write(`${JSON.stringify({ scenario, saw })}\n`)
}

function videoIn(answer: Awaited<ReturnType<Client['create']>>): Video {
  if (!('video_url' in answer)) throw new Error(`no video: ${JSON.stringify(answer)}`)
  const { success, video_id, video_url, duration, state, task_id } = answer
  return { success, video_id, video_url, duration, state, task_id }
}

function acceptedIn(answer: Awaited<ReturnType<Client['create']>>): Accepted {
  if (!('task_id' in answer) || 'video_url' in answer) throw new Error(`no task alone: ${JSON.stringify(answer)}`)
  return { task_id: answer.task_id }
}

function refusalIn(answer: Awaited<ReturnType<Client['create']>>) {
  if (!('status' in answer)) throw new Error(`no refusal: ${JSON.stringify(answer)}`)
  const { success, error } = answer.body
  return { status: answer.status, success, code: error.code, message: error.message }
}

export async function download(url: string) {
  const reply = await fetch(url)
  const bytes = new Uint8Array(await reply.arrayBuffer())
  return {
    status: reply.status,
    type: reply.headers.get('content-type'),
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }
}

/** Asks until the task has a response. */
async function settled(client: Client, id: string) {
  let polls = 0
  while (polls < 400) {
    const record = await client.retrieve(id)
    if (!('id' in record)) throw new Error(`no task ${id}`)
    polls += 1
    const { response } = record
    if (response && ('video_url' in response || 'error' in response)) return { wasPending: polls > 1, response }
    await pause(25)
  }
  throw new Error(`task ${id} does not settle`)
}

async function play(client: Client): Promise<void> {
  const first = videoIn(await client.create(MUG))
  tell('held', first)
  tell('download', await download(first.video_url))
  tell('extend', videoIn(await client.create({ ...MUG, action: 'extend', video_id: first.video_id })))

  const task = acceptedIn(await client.create({ ...MUG, async: true }))
  const { wasPending, response } = await settled(client, task.task_id)
  if (!('video_url' in response)) throw new Error('the task failed')
  tell('poll', { wasPending, ...videoIn(response) })

  const failing = acceptedIn(await client.create({ ...MUG, async: true }, { outcome: 'fail forbidden' }))
  const failed = await settled(client, failing.task_id)
  if (!('error' in failed.response)) throw new Error('the task succeeded')
  tell('poll a failure', { wasPending: failed.wasPending, task_id: failing.task_id, code: failed.response.error.code })

  tell('refused: 400', refusalIn(await client.create({ ...MUG, duration: 7 })))
  tell('refused: 401', refusalIn(await client.create(MUG, { token: 'any.mockling-invalid_token' })))
  tell('refused: 429', refusalIn(await client.create(MUG, { outcome: 'refuse too_many_requests' })))
  tell('held failure: 500', refusalIn(await client.create(MUG, { outcome: 'fail api_error' })))
  tell(
    'callback',
    acceptedIn(
      await client.create({
        action: 'image2video',
        model: 'kling-v1-6',
        mode: 'pro',
        start_image_url: 'https://example.com/start.png',
        callback_url: given('MOCKLING_CALLBACK_URL'),
      }),
    ),
  )
}

export function drive(client: Client): void {
  perform(play(client))
}

/** Ends the program with 1 if a scenario came to nothing. */
export function perform(played: Promise<void>): void {
  played.catch((reason: unknown) => {
    console.error(reason)
    process.exitCode = 1
  })
}
