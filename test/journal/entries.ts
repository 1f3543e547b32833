import type { CallbackEntry, DownloadEntry, RequestEntry } from '../../src/journal/journal.ts'
import type { Step } from '../../src/simulation/task.ts'
import { START } from '../simulation/fake-timebase.ts'
import { ALICE } from '../simulation/sample.ts'

/** A request's entry: a create answered at once, unless told otherwise. */
export function request(part: Partial<RequestEntry> = {}): RequestEntry {
  const { at = START } = part
  return {
    kind: 'request',
    seq: 1,
    at,
    namespace: ALICE,
    traceId: 't',
    method: 'POST',
    path: '/kling/videos',
    rawHeaders: ['Host', '127.0.0.1:4180', 'content-type', 'application/json'],
    answeredAt: at,
    endedAt: at,
    ...part,
  }
}

export function download(part: Partial<DownloadEntry> = {}): DownloadEntry {
  const { at = START } = part
  return {
    kind: 'download',
    seq: 1,
    at,
    namespace: ALICE,
    method: 'GET',
    path: '/bs2/a.mp4',
    rawHeaders: ['Host', '127.0.0.1:4180'],
    bytes: 0,
    endedAt: at,
    ...part,
  }
}

export function callback(part: Partial<CallbackEntry> = {}): CallbackEntry {
  const { at = START } = part
  return {
    kind: 'callback',
    seq: 1,
    at,
    endedAt: at,
    namespace: ALICE,
    taskId: 'task',
    attempt: 1,
    url: 'http://127.0.0.1/hook',
    requestHeaders: {},
    requestBody: '{}',
    outcome: 'delivered',
    durationMs: 1,
    ...part,
  }
}

/** The plan of a task accepted at `at` that succeeds, or fails, `ms` later; `undefined`: it never settles. */
export function planned(at: number, ms: number | undefined, hasFailed = false): Step[] {
  const accepted: Step = { at, state: 'accepted' }
  if (ms === undefined) return [accepted]
  if (!hasFailed) return [accepted, { at: at + ms, state: 'succeed' }]
  return [accepted, { at: at + ms, state: 'failed', code: 'api_error', message: 'fetch failed' }]
}

/** An accepted create of ten seconds and 1.4 Credits, answered at once with the task's id. */
export function accepted(seq: number, part: Partial<RequestEntry> = {}, body: object = {}): RequestEntry {
  const at = part.at ?? START
  return request({
    seq,
    status: 200,
    taskId: `task-${seq}`,
    accepted: true,
    credits: 1.4,
    steps: planned(at, 10_000),
    requestBody: JSON.stringify({ action: 'text2video', model: 'kling-v1', prompt: 'a white mug', ...body }),
    ...part,
    at,
  })
}

/** A poll that was shown a record of each task: settled or not. */
export function poll(seq: number, at: number, shown: Readonly<Record<string, 'pending' | 'terminal'>>): RequestEntry {
  const ids = Object.keys(shown)
  const records = ids.map(id => ({
    id,
    ...(shown[id] === 'terminal' && { response: { success: true, state: 'succeed', task_id: id } }),
  }))
  const [id] = ids
  const isSingle = ids.length === 1 && id !== undefined
  return request({
    seq,
    at,
    path: '/kling/tasks',
    status: 200,
    ...(isSingle && { taskId: id }),
    requestBody: JSON.stringify(isSingle ? { id } : { ids, action: 'retrieve_batch' }),
    responseBody: JSON.stringify(isSingle ? records[0] : { items: records, count: records.length }),
  })
}
