import { buffer } from 'node:stream/consumers'
import { type Dispatcher, request as send } from 'undici'
import { examineFor } from '../contract/creates.ts'
import { ENDPOINTS, type TaskType } from '../contract/endpoints.ts'
import { isObject } from '../contract/reading.ts'
import type { Revision } from '../contract/revisions.ts'
import { EXAMPLE_VIDEO_ID } from '../contract/rules/objection.ts'
import { numberOf } from './directory.ts'
import { type Answered, type Recording, TASKS_PATH } from './exchange.ts'
import { expanded } from './expanding.ts'
import { isText, unpacked } from './passing.ts'
import { type Placeholder, placeholderIn } from './placeholder.ts'
import { fileOf, Taking } from './taking.ts'

/** Whose requests they are on the fake. */
export const TOKEN = 'drift'

/** The fake, as recordings are played on it. Its clock stands unless told otherwise. */
export interface Stage {
  readonly url: string
  readonly revision: Revision
  /** Has its clock leap over all waiting while `act` is done. */
  leaping<T>(act: () => Promise<T>): Promise<T>
  /** Moves its clock to where the task settles. */
  settle(taskId: string): Promise<void>
  /** An address that takes callbacks. */
  callbackUrl(name: string): string
  /** What was posted there first; `undefined` if nothing came. */
  posted(name: string): Promise<{ headers: Readonly<Record<string, string>>; body: string } | undefined>
}

/** A recording and what the fake answered. */
export interface Played {
  readonly recording: Recording
  /** The body as it was sent. */
  readonly sent: unknown
  /** Of a create. */
  readonly type: TaskType | undefined
  /** As a recording would keep it; of callbacks only the body counts. `undefined`: what it refers to is not there. */
  readonly answer: Answered | undefined
  readonly strangers: readonly Stranger[]
}

/** A place where an id or address is another than before in one of the two, and not in the other. */
export interface Stranger {
  readonly at: string
  readonly isRecorded: boolean
}

/** Sends the requests of recordings, one after the other. */
export async function played(recordings: readonly Recording[], stage: Stage): Promise<Played[]> {
  const player = new Player(recordings, stage)
  const all: Played[] = []
  for (const recording of recordings) if (recording.answer) all.push(await player.play(recording))
  return all
}

export function typeOf({ kind, request: { method, path } }: Recording): TaskType | undefined {
  if (kind === 'callback' || method !== 'POST') return undefined
  return Object.values(ENDPOINTS).find(endpoint => endpoint.path === path)?.type
}

const CREDENTIAL_CODES = new Set(['no_token', 'invalid_token', 'token_expired', 'token_mismatched', 'disabled'])
const REFUSALS = new Set(['used_up', 'too_many_requests'])
const FAILURES = new Set(['api_error', 'forbidden', 'timeout'])

class Player {
  readonly #stage: Stage
  readonly #recordings: readonly Recording[]
  /** Values of this run by their placeholders. */
  readonly #bound = new Map<string, unknown>()
  readonly #values = new Set<unknown>()
  readonly #settled = new Set<unknown>()
  readonly #taking = new Taking(0)

  constructor(recordings: readonly Recording[], stage: Stage) {
    this.#recordings = recordings
    this.#stage = stage
  }

  async play(recording: Recording): Promise<Played> {
    const { request, kind } = recording
    const type = typeOf(recording)
    const sent = expanded(request.body, (text, placeholder) => this.#valueOf(recording, text, placeholder))
    const nothing = { recording, sent, type, answer: undefined, strangers: [] }
    const target = kind === 'callback' ? '' : this.#targetOf(recording)
    if (target === undefined || !this.#isThere(recording, type)) return nothing
    if (kind === 'callback') return (await this.#callback(recording)) ?? nothing
    if (request.path === TASKS_PATH && isSettled(recording.answer?.body)) await this.#settleAll(sent)
    const raw = await (isHeld(type, sent)
      ? this.#stage.leaping(() => this.#send(recording, target, sent))
      : this.#send(recording, target, sent))
    const number = numberOf(recording.name)
    this.#taking.request(
      { method: request.method, target: new URL(target).pathname, headers: {}, body: bytesOf(sent) },
      number,
    )
    return {
      recording,
      sent,
      type,
      answer: this.#taking.answer(raw.answer, number),
      strangers: this.#bind('body', recording.answer?.body, raw.json),
    }
  }

  async #callback(recording: Recording): Promise<Played | undefined> {
    const { body, path } = recording.request
    const taskId = this.#bound.get(String(isObject(body) ? body['task_id'] : ''))
    if (taskId === undefined) return undefined
    await this.#settle(taskId)
    const came = await this.#stage.posted(nameOf(path))
    const raw = { status: 200, headers: came?.headers ?? {}, body: Buffer.from(came?.body ?? '') }
    const answer = this.#taking.answer(raw, numberOf(recording.name))
    return {
      recording,
      sent: undefined,
      type: undefined,
      answer,
      strangers: this.#bind('body', body, parsed(came?.body ?? '')),
    }
  }

  async #send({ request, answer }: Recording, target: string, sent: unknown) {
    const code = isObject(answer?.body) && isObject(answer.body['error']) ? String(answer.body['error']['code']) : ''
    const outcome = this.#outcomeOf(request.body, sent, answer ?? undefined)
    const denied = answer?.status === 401 && !CREDENTIAL_CODES.has(code) ? 'invalid_token' : code
    const isMismatch = code === 'token_mismatched' && !this.#isSound(request.path, sent)
    const token = CREDENTIAL_CODES.has(denied) && !isMismatch ? `${TOKEN}.mockling-${denied}` : TOKEN
    const authorization = { bearer: `Bearer ${token}`, other: 'Basic bW9ja2xpbmc6bW9ja2xpbmc=', none: undefined }[
      request.authorization
    ]
    const response = await send(target, {
      method: request.method as Dispatcher.HttpMethod,
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...request.headers,
        ...(outcome !== undefined && ENDPOINT_PATHS.has(request.path) && { 'x-mockling-outcome': outcome }),
      },
      ...(sent !== undefined && { body: JSON.stringify(sent) }),
      // No JSON, and as long.
      ...(request.text !== undefined && { body: '{'.padEnd(Number(/\d+/.exec(request.text)?.[0] ?? 1), 'x') }),
      headersTimeout: 60_000,
      bodyTimeout: 60_000,
    })
    const head = { status: response.statusCode, headers: response.headers }
    if (!isText(request.method, response)) {
      const bytes = await buffer(response.body)
      return { answer: { ...head, ...(request.method !== 'HEAD' && { file: fileOf(bytes) }) }, json: undefined }
    }
    const body = await unpacked(response)
    return { answer: { ...head, body }, json: parsed(body.toString('utf8')) }
  }

  /** What has to be had happen, since the fake has no reason of its own to let it. */
  #outcomeOf(body: unknown, sent: unknown, answer: Answered | undefined): string | undefined {
    const told = [answer?.body, ...this.#laterOf(answer?.body)]
    const code = told.map(errorCodeOf).find(found => found !== undefined)
    if (code !== undefined && REFUSALS.has(code)) return `refuse ${code}`
    // Without a task, nothing was begun.
    const isBegun = told.some(said => isObject(said) && said['task_id'] !== undefined)
    if (code !== undefined && FAILURES.has(code)) return `${isBegun ? 'fail' : 'refuse'} ${code}`
    const timeout = isObject(sent) ? sent['timeout'] : undefined
    const isCutOff = isObject(body) && isHeld('videos', sent) && answer?.status === 200 && !isSettled(answer.body)
    return isCutOff && typeof timeout === 'number' ? `takes ${timeout + 60}` : undefined
  }

  /** What recordings say later about the task of an answer. */
  #laterOf(body: unknown): unknown[] {
    const task = isObject(body) ? body['task_id'] : undefined
    if (task === undefined) return []
    return this.#recordings.flatMap(({ kind, request, answer }) => {
      const said = kind === 'callback' ? request.body : answer?.body
      if (!isObject(said)) return []
      if (kind === 'callback') return said['task_id'] === task ? [said] : []
      return said['id'] === task ? [said['response']] : []
    })
  }

  #isSound(path: string, sent: unknown): boolean {
    const endpoint = Object.values(ENDPOINTS).find(one => one.path === path)
    return (
      !endpoint ||
      (isObject(sent) && examineFor(endpoint.type, sent, this.#stage.revision, 'documented').objections.length === 0)
    )
  }

  /** Whether a poll's task is there; else there is nothing to be asked about. */
  #isThere({ request: { path, body } }: Recording, type: TaskType | undefined): boolean {
    if (type !== undefined || path !== TASKS_PATH || !isObject(body)) return true
    const asked = [body['id'], body['ids']].flat().filter(id => placeholderIn(id)?.kind === 'task')
    return asked.every(id => this.#bound.has(String(id)) || !this.#wasMade(String(id)))
  }

  /** Whether a recording says that there was such a task. */
  #wasMade(task: string): boolean {
    return this.#recordings.some(({ answer }) => isObject(answer?.body) && answer.body['task_id'] === task)
  }

  #targetOf({ request: { path, query = [] } }: Recording): string | undefined {
    const search = query.length === 0 ? '' : `?${query.map(name => `${encodeURIComponent(name)}=x`).join('&')}`
    const file = placeholderIn(path)
    if (file?.kind === 'file') return this.#bound.get(path) as string | undefined
    const plain = expanded(path, (text, placeholder) =>
      encodeURIComponent(String(this.#bound.get(text) ?? placeholder.form)),
    )
    return `${this.#stage.url}${plain}${search}`
  }

  #valueOf({ answer, request }: Recording, text: string, placeholder: Placeholder): unknown {
    const bound = this.#bound.get(text)
    if (bound !== undefined) return bound
    const { kind } = placeholder
    if (kind === 'url' && isObject(request.body) && request.body['callback_url'] === text)
      return this.#stage.callbackUrl(nameOf(text))
    // One made before the recording began: guide A's stands in for it.
    return kind === 'video' && (answer?.status ?? 500) < 400 ? EXAMPLE_VIDEO_ID : undefined
  }

  async #settleAll(sent: unknown): Promise<void> {
    if (!isObject(sent)) return
    for (const id of [sent['id'], sent['ids']].flat()) if (this.#values.has(id)) await this.#settle(id)
  }

  async #settle(taskId: unknown): Promise<void> {
    if (this.#settled.has(taskId)) return
    this.#settled.add(taskId)
    await this.#stage.settle(String(taskId))
  }

  /** Learns what placeholders stand for this time. Answers where one stands for something else than before. */
  #bind(at: string, recorded: unknown, played: unknown): Stranger[] {
    if (isObject(recorded) && isObject(played)) {
      return Object.keys(recorded).flatMap(name => this.#bind(`${at}/${name}`, recorded[name], played[name]))
    }
    if (Array.isArray(recorded) && Array.isArray(played)) {
      return recorded.flatMap((item, index) => this.#bind(`${at}/*`, item, played[index]))
    }
    const kind = placeholderIn(recorded)?.kind
    if (kind === undefined || !/^(?:task|video|trace|job|id|file)$/.test(kind)) return []
    if (typeof played !== 'string' && typeof played !== 'number') return []
    const name = String(recorded)
    const isNew = !this.#bound.has(name)
    // Not one that stands for something else already, either.
    const isOthers = isNew && this.#values.has(played)
    if (isNew) this.#bound.set(name, played)
    this.#values.add(played)
    return isOthers || this.#bound.get(name) !== played ? [{ at, isRecorded: isOthers }] : []
  }
}

const ENDPOINT_PATHS: ReadonlySet<string> = new Set(Object.values(ENDPOINTS).map(({ path }) => path))

function isHeld(type: TaskType | undefined, sent: unknown): boolean {
  return (
    type !== undefined && isObject(sent) && (sent['callback_url'] ?? undefined) === undefined && sent['async'] !== true
  )
}

/** Whether it tells a result, or a record that has one. */
function isSettled(body: unknown): boolean {
  if (!isObject(body)) return false
  if (Array.isArray(body['items'])) return body['items'].some(isSettled)
  return typeof body['success'] === 'boolean' || isSettled(body['response'])
}

function errorCodeOf(body: unknown): string | undefined {
  const error = isObject(body) ? body['error'] : undefined
  return isObject(error) && typeof error['code'] === 'string' ? error['code'] : undefined
}

function nameOf(placeholder: string): string {
  return placeholder.replaceAll(/[^\w-]/g, '')
}

function bytesOf(sent: unknown): Buffer {
  return Buffer.from(sent === undefined ? '' : JSON.stringify(sent))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
