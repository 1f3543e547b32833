import { expect } from 'vitest'

const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)

function video(action: string, duration: string) {
  return {
    success: true,
    video_id: UUID,
    video_url: expect.stringMatching(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/bs2/.*/${action}/.*\\.mp4$`)),
    duration,
    state: 'succeed',
    task_id: UUID,
  }
}

const DOWNLOAD = {
  scenario: 'download',
  saw: { status: 200, type: 'video/mp4', bytes: expect.any(Number), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
}

/**
 * What every generated client goes through, in this order, and what it must have seen. Each is a small program that
 * tells one scenario a line: `{"scenario":"…","saw":{…}}`, read through the types that its generator made.
 */
export const SCENARIOS = [
  { scenario: 'held', saw: video('text2video', '5.1') },
  DOWNLOAD,
  { scenario: 'extend', saw: video('extendVideo', '9.6') },
  { scenario: 'poll', saw: { wasPending: true, ...video('text2video', '5.1') } },
  { scenario: 'poll a failure', saw: { wasPending: true, task_id: UUID, code: 'forbidden' } },
  refusal('refused: 400', 400, 'bad_request', "duration value '7' is invalid"),
  refusal('refused: 401', 401, 'invalid_token', 'The specified token is invalid or wrong.'),
  refusal('refused: 429', 429, 'too_many_requests', 'You have exceeded the rate limit.'),
  refusal('held failure: 500', 500, 'api_error', 'fetch failed'),
  { scenario: 'callback', saw: { task_id: UUID } },
]

const OCTOBERS_ID = expect.stringMatching(/^[1-9]\d{17}$/)

/** A result of October on; `more` is what it has beside. */
function laterVideo(duration: string | number, more: object = {}) {
  return {
    success: true,
    video_id: OCTOBERS_ID,
    video_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/kling\/[0-9a-f-]{36}\.mp4$/),
    duration,
    state: 'succeed',
    task_id: UUID,
    ...more,
  }
}

/** `cost` and `data[]`, told as their amounts and as what the client sees of the one item. */
function billed(model: string, duration: number, cost: number) {
  return { cost, data: { model, state: 'succeed', duration } }
}

/** The same for those that are generated from October's document: what that has beyond the default one's. */
export const OCTOBERS_SCENARIOS = [
  { scenario: 'turbo', saw: laterVideo('3.041', billed('kling-v3-turbo', 3.041, 3.065328)) },
  DOWNLOAD,
  { scenario: 'voices', saw: laterVideo('5.041', { ...billed('kling-v2-6', 5.041, 8.46888), usage: 5.041 }) },
  { scenario: 'storyboard', saw: laterVideo('5.041', billed('kling-v3', 5.041, 4.2)) },
  { scenario: 'lip-sync', saw: laterVideo('5.041') },
  {
    scenario: 'talking photo',
    saw: laterVideo(5.041, { source_video_url: expect.stringMatching(/^http:.*-source\.mp4$/) }),
  },
  {
    scenario: 'poll a motion',
    saw: { wasPending: true, type: 'motion', ...laterVideo('5.041', billed('kling-v3', 5.041, 4.23444)) },
  },
  {
    scenario: 'refused by a rule: 400',
    saw: {
      ...{ status: 400, success: false, code: 'bad_request', task_id: UUID },
      message: 'generate_audio cannot be false for kling-v3-turbo',
    },
  },
  {
    scenario: 'refused by the gateway: 401',
    saw: { status: 401, code: 'invalid_token', message: 'The specified token is invalid or wrong.' },
  },
  { scenario: 'callback', saw: { task_id: UUID } },
]

function refusal(scenario: string, status: number, code: string, message: string) {
  return { scenario, saw: { status, success: false, code, message } }
}

/** One printed line. */
export interface Seen {
  readonly scenario: string
  readonly saw: Readonly<Record<string, unknown>>
}

/** What a client saw in one of the scenarios. */
export function sawIn(seen: readonly Seen[], scenario: string): Seen['saw'] {
  const found = seen.find(line => line.scenario === scenario)
  if (!found) throw new Error(`the client tells nothing of ${scenario}`)
  return found.saw
}
