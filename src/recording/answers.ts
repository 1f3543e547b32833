import { ENDPOINTS } from '../contract/endpoints.ts'
import { isObject } from '../contract/reading.ts'
import { type Answered, type Recording, TASKS_PATH } from './exchange.ts'
import { expanded } from './expanding.ts'
import { placeholderIn } from './placeholder.ts'
import { Taking } from './taking.ts'

/** A request that may have been recorded. */
export interface Wanted {
  /** Whose it is: each goes through the recordings of a request on its own. */
  readonly namespace: string
  readonly method: string
  readonly path: string
  readonly authorization: Recording['request']['authorization']
  /** Absent: whatever the body was. */
  readonly body?: unknown
}

/** What was answered to it. */
export interface Found {
  /** Name of the recording. */
  readonly name: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** With made-up values in place of placeholders, but for the trace's: that is the caller's. */
  text(traceId: string): string
  /** Of a create that was accepted: what is to become of its task. */
  readonly task?: RecordedTask
}

/** What recordings know of a task. Bodies have placeholders. */
export interface RecordedTask {
  /** The answer that handed out its id at once, if it did. */
  readonly accepted?: Readonly<Record<string, unknown>>
  /** How it ended, if that was recorded. */
  readonly result?: Readonly<Record<string, unknown>>
  /** The status with which a held answer told that. */
  readonly status?: number
  /** SHA-256 of its video, if that was kept. */
  readonly video?: string
}

/** Refusals that go by the token, of which recordings know nothing. */
const BY_TOKEN = new Set([
  'invalid_token',
  'token_expired',
  'token_mismatched',
  'disabled',
  'used_up',
  'too_many_requests',
])

const CREATES: ReadonlySet<string> = new Set(Object.values(ENDPOINTS).map(({ path }) => path))

/** Finds what was answered to a request: in the order in which it was recorded, the last again and again. */
export class Answers {
  readonly #byKey = new Map<string, Recording[]>()
  readonly #asked = new Map<string, number>()
  readonly #all: readonly Recording[]

  constructor(recordings: readonly Recording[]) {
    this.#all = recordings
    for (const recording of recordings) {
      if (recording.kind === 'callback' || !recording.answer || !this.#isAnswerable(recording)) continue
      const { request } = recording
      for (const key of [keyOf(request, request.body), keyOf(request)]) {
        this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), recording])
      }
    }
  }

  find(wanted: Wanted): Found | undefined {
    const key = 'body' in wanted ? keyOf(wanted, taken(wanted.body)) : keyOf(wanted)
    const known = this.#byKey.get(key)
    if (!known) return undefined
    const counter = `${wanted.namespace} ${key}`
    const count = this.#asked.get(counter) ?? 0
    this.#asked.set(counter, count + 1)
    const { name, answer, request } = known[Math.min(count, known.length - 1)] as Recording
    const { status, headers } = answer as Answered
    const { 'content-type': type, 'retry-after': retry } = headers
    return {
      name,
      status,
      headers: { ...(type && { 'content-type': type }), ...(retry && { 'retry-after': retry }) },
      text: traceId => textOf(answer as Answered, traceId),
      ...(CREATES.has(request.path) && this.#taskOf(answer as Answered)),
    }
  }

  /** Kept videos, by their SHA-256. */
  get videos(): string[] {
    return [...new Set(this.#all.flatMap(({ answer }) => (answer?.file?.isKept ? [answer.file.sha256] : [])))]
  }

  /** Not what is about a token, or about a task: of that, the fake has its own. */
  #isAnswerable({ request, answer }: Recording): boolean {
    const code = errorCodeOf(answer?.body)
    if (request.authorization === 'bearer' && code !== undefined && BY_TOKEN.has(code)) return false
    if (placeholderIn(request.path)) return false
    if (request.path !== TASKS_PATH || !isObject(request.body)) return true
    const asked = new Set([request.body['id'], request.body['ids']].flat())
    return !this.#all.some(one => isObject(one.answer?.body) && asked.has(one.answer.body['task_id']))
  }

  #taskOf({ body, status }: Answered): { task?: RecordedTask } {
    const id = isObject(body) ? body['task_id'] : undefined
    if (!isObject(body) || id === undefined) return {}
    const isAccepted = status === 200 && typeof body['success'] !== 'boolean'
    const result = typeof body['success'] === 'boolean' ? body : this.#resultOf(id)
    // Refused by a rule: there was never anything to wait for.
    if (status >= 400 && errorCodeOf(body) === 'bad_request') return {}
    const video = this.#videoOf(result?.['video_url'])
    return {
      task: {
        ...(isAccepted && { accepted: body }),
        ...(result && { result }),
        ...(status >= 400 && { status }),
        ...(video !== undefined && { video }),
      },
    }
  }

  #resultOf(task: unknown): Readonly<Record<string, unknown>> | undefined {
    for (const { kind, request, answer } of this.#all) {
      const said = kind === 'callback' ? request.body : answer?.body
      if (!isObject(said)) continue
      if (kind === 'callback' && said['task_id'] === task) return said
      const response = said['id'] === task ? said['response'] : undefined
      if (isObject(response) && typeof response['success'] === 'boolean') return response
    }
    return undefined
  }

  #videoOf(url: unknown): string | undefined {
    const download = this.#all.find(({ request, answer }) => request.path === url && answer?.file?.isKept)
    return download?.answer?.file?.sha256
  }
}

function errorCodeOf(body: unknown): string | undefined {
  const error = isObject(body) ? body['error'] : undefined
  return isObject(error) ? String(error['code']) : undefined
}

/** A body as a recording would have it. */
function taken(body: unknown): unknown {
  const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body))
  return new Taking(0).request({ method: 'POST', target: '/', headers: {}, body: bytes }, 1).body
}

type Asking = Pick<Wanted, 'method' | 'path' | 'authorization'>

/** The same for requests that ask for the same: whatever the words, ids and addresses are, and the order of fields. */
function keyOf({ method, path, authorization }: Asking, ...body: [unknown?]): string {
  const head = `${method} ${path} ${authorization}`
  return body.length === 0 ? head : `${head} ${JSON.stringify(plain(body[0])) ?? ''}`
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (isObject(value)) {
    const given = Object.entries(value).filter(([, part]) => part !== null)
    return Object.fromEntries(given.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, part]) => [name, plain(part)]))
  }
  const kind = placeholderIn(value)?.kind
  if (kind === undefined) return value
  return kind === 'url' || kind === 'file' ? '{{url}}' : kind === 'text' ? '{{text}}' : '{{id}}'
}

function textOf({ body, text }: Answered, traceId: string): string {
  const filled = expanded(body ?? text ?? '', (_, { kind }) => (kind === 'trace' ? traceId : undefined))
  return body === undefined ? String(filled) : JSON.stringify(filled)
}

/** A recorded body with the values that the fake has in the same places. Others are made up to look like it. */
export function filledIn(
  recorded: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const known = new Map(Object.keys(recorded).map(name => [recorded[name], own[name]]))
  const byKind: Readonly<Record<string, unknown>> = {
    task: own['task_id'],
    video: own['video_id'],
    trace: own['trace_id'],
    file: own['video_url'],
  }
  return expanded(recorded, (text, { kind }) => known.get(text) ?? byKind[kind]) as Readonly<Record<string, unknown>>
}
