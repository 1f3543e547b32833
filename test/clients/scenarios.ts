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

/**
 * What every generated client goes through, in this order, and what it must have seen. Each is a small program that
 * tells one scenario a line: `{"scenario":"…","saw":{…}}`, read through the types that its generator made.
 */
export const SCENARIOS = [
  { scenario: 'held', saw: video('text2video', '5.1') },
  {
    scenario: 'download',
    saw: { status: 200, type: 'video/mp4', bytes: expect.any(Number), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  },
  { scenario: 'extend', saw: video('extendVideo', '9.6') },
  { scenario: 'poll', saw: { wasPending: true, ...video('text2video', '5.1') } },
  { scenario: 'poll a failure', saw: { wasPending: true, task_id: UUID, code: 'forbidden' } },
  refusal('refused: 400', 400, 'bad_request', "duration value '7' is invalid"),
  refusal('refused: 401', 401, 'invalid_token', 'The specified token is invalid or wrong.'),
  refusal('refused: 429', 429, 'too_many_requests', 'You have exceeded the rate limit.'),
  refusal('held failure: 500', 500, 'api_error', 'fetch failed'),
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
