import { sha256 } from '../../src/simulation/random.ts'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { until } from './until.ts'

export { until } from './until.ts'

/** The bearer token of requests that don't name another. */
export const TOKEN = 'tester'

/** A create that no revision objects to. */
export const SOUND = { action: 'text2video', model: 'kling-v1', prompt: 'a white mug' } as const

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

export const DAY_MS = 24 * 60 * 60 * 1000

/** Where frozen clocks start unless told otherwise: 2026-06-01T00:00:00Z. */
export const EPOCH = Date.UTC(2026, 5, 1)

export type Settings = Parameters<typeof createSimulator>[0]

/** A simulator whose time moves by `advance` alone and whose tasks take ten seconds. */
export function frozenSimulator(settings: Settings = {}): Promise<Simulator> {
  return createSimulator({ clock: 'frozen', pace: 10, ...settings })
}

interface Given {
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Posts JSON without a socket; text goes as it is. The request is under way when this returns. */
export async function post({ app }: Simulator, path: string, body: unknown, { token = TOKEN, headers }: Given = {}) {
  const payload = typeof body === 'string' ? body : JSON.stringify(body)
  return await app.inject({
    method: 'POST',
    url: path,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    payload,
  })
}

/** `POST /kling/videos`: a sound create with `change` made to it. */
export function create(simulator: Simulator, change: object = {}, given: Given = {}) {
  return post(simulator, '/kling/videos', { ...SOUND, ...change }, given)
}

/** Creates without being held; resolves to the id of the task. */
export async function createAsync(simulator: Simulator, change: object = {}, given: Given = {}): Promise<string> {
  const reply = await create(simulator, { async: true, ...change }, given)
  if (reply.statusCode !== 200) throw new Error(`the create was refused: ${reply.body}`)
  return reply.json().task_id
}

/** The record of one task as `/kling/tasks` gives it. */
export async function retrieve(simulator: Simulator, id: string, given: Given = {}) {
  const reply = await post(simulator, '/kling/tasks', { id, action: 'retrieve' }, given)
  return reply.json()
}

/** Control's name for a token's namespace. */
export function namespaceOf(token = TOKEN): { namespace: string } {
  return { namespace: sha256(token) }
}

/** Resolves once `count` held requests and due callbacks wait on the token's clock. */
export function whenWaiting({ control }: Simulator, count = 1, token = TOKEN): Promise<void> {
  return until(`${count} wait`, () => control.clock(namespaceOf(token)).waiting >= count)
}

/** The bytes of an error answer, which name the trace id that the header repeats. */
export function errorBytes(code: string, message: string, traceId: unknown, taskId?: string): string {
  const task = taskId === undefined ? '' : `,"task_id":"${taskId}"`
  return `{"success":false,"error":{"code":"${code}","message":${JSON.stringify(message)}},"trace_id":"${traceId}"${task}}`
}
