import { formatOf } from '../../src/contract/formats.ts'
import { priceOf } from '../../src/contract/pricing.ts'
import { readCreateVideo } from '../../src/contract/request.ts'
import { type Accepted, accept } from '../../src/simulation/accept.ts'
import { sha256 } from '../../src/simulation/random.ts'
import type { Step, Task } from '../../src/simulation/task.ts'
import type { Draft } from '../../src/simulation/timeline.ts'
import { START } from './fake-timebase.ts'

/** How a task ends. */
export type Ending = { readonly state: 'succeed' } | Omit<Extract<Step, { state: 'failed' }>, 'at'>

export interface Sample extends Partial<Omit<Accepted, 'request' | 'format'>> {
  readonly body?: Record<string, unknown>
  readonly ending?: Ending
}

export const ALICE = sha256('alice')
export const BOB = sha256('bob')

/** What an accepted create comes with: a plain text2video of kling-v1, unless told otherwise. */
export function accepted({ body, ending = { state: 'succeed' }, ...rest }: Sample = {}): Accepted {
  const sent = { action: 'text2video', prompt: 'a white mug', ...body }
  const request = readCreateVideo(sent, rest.revision ?? '2026-05')
  return {
    seed: 1,
    namespace: ALICE,
    ordinal: 1,
    revision: '2026-05',
    now: START,
    pace: 2,
    outcome: 'succeed',
    effects: [],
    change: draft => endedAs(draft, ending),
    traceId: '7b1f3c52-90de-4a3b-8d6e-1f2a9c0b5e41',
    origin: 'http://127.0.0.1:4180',
    credits: priceOf(request).credits,
    ...rest,
    body: sent,
    request,
    format: formatOf(request),
  }
}

function endedAs(draft: Draft, ending: Ending): Draft {
  const [accepted, ...rest] = draft.steps
  const last = rest.at(-1) ?? accepted
  return { ...draft, steps: [accepted, ...rest.slice(0, -1), { at: last.at, ...ending }] }
}

/** An accepted task: a plain text2video of kling-v1 that takes two seconds, unless told otherwise. */
export function task(sample: Sample = {}): Task {
  return accept(accepted(sample)).task
}

/** The ending of a task that fails. */
export const FAILED = { state: 'failed', code: 'api_error', message: 'fetch failed' } as const
