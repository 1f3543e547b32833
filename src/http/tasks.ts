import { LARGEST_PAGE, MOST_IDS, PAGE } from '../contract/bodies.ts'
import { NO_BODY_MESSAGE, NO_ID_MESSAGE } from '../contract/errors.ts'
import { isObject } from '../contract/request.ts'
import { refusalBy } from '../faults/effects.ts'
import type { Refusal } from '../faults/kind.ts'
import { textOf } from '../faults/text.ts'
import { type MadeUpAccount, madeUpAccount } from '../simulation/made-up.ts'
import { isTerminal, isVisible, newestFirst, stepAt, type Task } from '../simulation/task.ts'
import { answer, answerRefusal } from './answering.ts'
import type { ApiReply, ApiRequest } from './api.ts'
import { isDenied } from './auth.ts'
import { isTooDeep } from './body.ts'
import { announce, effectsOn, note } from './choosing.ts'
import { type Door, originOf } from './door.ts'
import { refuse, refuseBody } from './error-reply.ts'
import { answerRecorded, markRecorded, recordedFor } from './recorded.ts'
import type { Route } from './route.ts'

/** Fields that ask for a list by anything but ids. `user_id` and `application_id` are the token's own anyway. */
const FILTERS = ['type', 'limit', 'offset', 'created_at_min', 'created_at_max', 'user_id', 'application_id']

/** `POST /kling/tasks`: free of charge, not rate limited (contract.md §6). */
export function tasksRoute(door: Door): Route {
  return {
    path: '/kling/tasks',
    bodyBytes: door.limits.bodyBytes,
    admit: (request, reply) => !isDenied(request, reply),
    handle: (request, reply) => query(door, request, reply),
  }
}

function query(door: Door, request: ApiRequest, reply: ApiReply): void | Promise<void> {
  const { body } = request
  if (body === undefined) return refuseBody(request, reply, NO_BODY_MESSAGE)
  if (!isObject(body) || isTooDeep(body)) return refuseBody(request, reply)
  // Older schemas wrongly name `generate` as the default (gateway §9 D23).
  const action = body['action'] ?? 'retrieve'
  if (action === 'retrieve' || action === 'generate') return retrieve(door, request, reply, body['id'])
  if (action === 'retrieve_batch') return retrieveBatch(door, request, reply, body)
  return refuse(
    request,
    reply,
    'bad_request',
    `action ${shown(action)} is not supported; it may be retrieve or retrieve_batch`,
  )
}

async function retrieve(door: Door, request: ApiRequest, reply: ApiReply, id: unknown): Promise<void> {
  if (id === undefined || id === null || id === '') {
    const seen = door.settings.seenWords?.of({ message: NO_ID_MESSAGE })
    return refuse(request, reply, 'bad_request', seen?.message ?? NO_ID_MESSAGE)
  }
  if (typeof id !== 'string') return refuse(request, reply, 'bad_request', `id must be a string, not ${shown(id)}`)
  const { namespace, entry } = request.call
  // Not kept at any length: the journal outlives the request.
  entry.taskId = id.slice(0, 100)
  const task = await door.store.task(namespace.key, id, namespace.clock.now())
  const recorded = task ? undefined : recordedFor(door, request, reply, request.body)
  if (recorded) return answerRecorded(request, reply, recorded)
  return tell(door, request, reply, task ? [task] : [], [id], ([record]) => record ?? '{}')
}

async function retrieveBatch(
  door: Door,
  request: ApiRequest,
  reply: ApiReply,
  body: Record<string, unknown>,
): Promise<void> {
  const found = await findBatch(door, request, body)
  if ('refusal' in found) return refuse(request, reply, 'bad_request', found.refusal)
  const { ids } = body
  const asked = Array.isArray(ids) ? ids.filter(id => typeof id === 'string') : []
  return tell(door, request, reply, found.tasks, asked, records => {
    const count = found.total - (found.tasks.length - records.length)
    return `{"items":[${records.join()}],"count":${count}}`
  })
}

type Found = { readonly tasks: readonly Task[]; readonly total: number } | { readonly refusal: string }

async function findBatch(door: Door, request: ApiRequest, body: Record<string, unknown>): Promise<Found> {
  const { key, clock } = request.call.namespace
  const now = clock.now()
  const ids = body['ids'] ?? undefined
  if (ids === undefined) {
    if (!FILTERS.some(name => (body[name] ?? undefined) !== undefined)) return { refusal: 'ids is required' }
    const filter = readFilter(body)
    if (filter.refusal !== undefined) return { refusal: filter.refusal }
    return door.store.list(key, filter, now)
  }
  if (!Array.isArray(ids)) return { refusal: `ids must be an array, not ${shown(ids)}` }
  if (ids.length > MOST_IDS) return { refusal: `ids holds ${ids.length} ids; at most ${MOST_IDS} are allowed` }
  const wanted = new Set(ids.filter(id => typeof id === 'string'))
  const found = await Promise.all([...wanted].map(id => door.store.task(key, id, now)))
  const tasks = found.filter(task => task !== undefined).sort(newestFirst)
  return { tasks, total: tasks.length }
}

function readFilter(body: Record<string, unknown>) {
  const read = (name: string, least: number, most: number): number | undefined => {
    const value = body[name] ?? undefined
    if (value === undefined) return undefined
    const isGood = typeof value === 'number' && value >= least && value <= most
    if (!isGood) wrong.push(`${name} must be a number from ${least} to ${most}, not ${shown(value)}`)
    return isGood ? value : undefined
  }
  const wrong: string[] = []
  const limit = read('limit', 1, LARGEST_PAGE) ?? PAGE
  const offset = read('offset', 0, Number.MAX_SAFE_INTEGER) ?? 0
  const from = read('created_at_min', 0, Number.MAX_SAFE_INTEGER)
  const to = read('created_at_max', 0, Number.MAX_SAFE_INTEGER)
  const type = body['type'] ?? undefined
  if (type !== undefined && typeof type !== 'string') wrong.push(`type must be a string, not ${shown(type)}`)
  if (wrong[0] !== undefined) return { refusal: wrong[0] }
  return {
    limit: Math.floor(limit),
    offset: Math.floor(offset),
    ...(typeof type === 'string' && { type }),
    ...(from !== undefined && { from: from * 1000 }),
    ...(to !== undefined && { to: to * 1000 }),
  }
}

/** Puts records, each in JSON, together. */
type Shape = (records: readonly string[]) => string

/**
 * Sends the records of the tasks that may be seen by now, or what faults make of that. A pending one among the tasks, or
 * a hidden one, lets auto-skip go on as if its poller were waiting.
 */
function tell(
  door: Door,
  request: ApiRequest,
  reply: ApiReply,
  tasks: readonly Task[],
  asked: readonly string[],
  shape: Shape,
): void | Promise<void> {
  const { namespace } = request.call
  const now = namespace.clock.now()
  if (tasks.some(task => !isTerminal(stepAt(task, now)) || !isVisible(task, now)))
    namespace.clock.mark(now + door.settings.skipPerPollMs)
  if (door.rulebook.rules.length === 0) return tellNow(door, request, reply, tasks, now, shape)
  return refusalOf(door, request, reply, asked).then(refusal =>
    refusal ? answerRefusal(request, reply, refusal) : tellNow(door, request, reply, tasks, now, shape),
  )
}

function tellNow(
  door: Door,
  request: ApiRequest,
  reply: ApiReply,
  tasks: readonly Task[],
  now: number,
  shape: Shape,
): void | Promise<void> {
  markRecorded(reply, tasks)
  const origin = originOf(door, request)
  const tellOf = (account: MadeUpAccount) => {
    const told = { account, origin, pending: door.settings.pendingResponse }
    const records = tasks.filter(task => isVisible(task, now)).map(task => door.records.textOf(task, now, told))
    return answer(request, reply, 200, shape(records))
  }
  const account = madeUpAccount(door.settings.seed, request.call.namespace.key)
  return account instanceof Promise ? account.then(tellOf) : tellOf(account)
}

/** Has the faults fire that a query meets, once nothing else is wrong with it; answers why they refuse it, if they do. */
async function refusalOf(
  door: Door,
  request: ApiRequest,
  reply: ApiReply,
  taskId: readonly string[],
): Promise<Refusal | undefined> {
  const { effects, rules } = await effectsOn(door, request.call.namespace, { operation: 'tasks', taskId })
  if (effects.length === 0) return undefined
  note(request, rules)
  announce(request, reply, { text: textOf(effects), effects })
  request.call.effects = effects
  return refusalBy(effects)
}

/** A value as an error text shows it. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
