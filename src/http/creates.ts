import { type Examined, examineFor } from '../contract/creates.ts'
import { ENDPOINTS, type Endpoint } from '../contract/endpoints.ts'
import { ERRORS, NO_BODY_MESSAGE } from '../contract/errors.ts'
import type { Format } from '../contract/formats.ts'
import { creditsLeft } from '../contract/pricing.ts'
import { isObject } from '../contract/reading.ts'
import { REVISION_FACTS } from '../contract/revisions.ts'
import { Objection, summaryOf } from '../contract/rules/objection.ts'
import { sourceIsThere } from '../contract/rules/source.ts'
import { planBy, refusalBy } from '../faults/effects.ts'
import { type Outcome, SUCCEED } from '../faults/outcomes.ts'
import type { Found } from '../recording/answers.ts'
import { type Accepting, accept, refusedTask } from '../simulation/accept.ts'
import { Interruption, type Namespace } from '../simulation/namespaces.ts'
import { isExtensible } from '../simulation/task.ts'
import type { Refusal } from '../store/store.ts'
import { answer, answerRefusal } from './answering.ts'
import type { ApiReply, ApiRequest } from './api.ts'
import { isDenied } from './auth.ts'
import { ignoredHeader, isTooDeep } from './body.ts'
import type { Call } from './call.ts'
import { announce, chosenOutcome, type Named, namedOutcome } from './choosing.ts'
import { type Door, originOf } from './door.ts'
import { answerInterrupted, refuse, refuseBody, refuseByRule } from './error-reply.ts'
import { answerHeld } from './held.ts'
import { journalAcceptance } from './journaling.ts'
import { answerOverload } from './overload.ts'
import { answerRecorded, recordedFor, recordedOutcome } from './recorded.ts'
import type { Route } from './route.ts'

/**
 * The calls that make tasks: parse, check, plan, keep, tell. Each check is one the caller may trip over, in §5's order.
 * An endpoint that the caller's revision does not have answers as any path that is not there.
 */
export function createRoutes(door: Door): Route[] {
  return Object.values(ENDPOINTS).map(endpoint => ({
    path: endpoint.path,
    bodyBytes: door.limits.bodyBytes + base64Length(endpoint.largestFile ?? 0),
    admit: (request, reply) => admit(door, endpoint, request, reply),
    handle: (request, reply) => create(door, endpoint, request, reply),
  }))
}

function admit(door: Door, endpoint: Endpoint, request: ApiRequest, reply: ApiReply): boolean | Promise<boolean> {
  if (!endpoint.revisions.includes(request.call.revision)) refuse(request, reply, 'api_not_implemented')
  else if (isDenied(request, reply)) return false
  else return isAdmittedAnyway(door, request) || isTurnedDown(door, request, reply).then(isIt => !isIt)
  return false
}

/** Characters that so many bytes take in Base64. */
function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4
}

/** Whether nobody has to be asked: no balance is kept for it, and no rate. */
function isAdmittedAnyway({ settings: { limits, rate } }: Door, { call: { credential } }: ApiRequest): boolean {
  return limits.balance === undefined && rate === undefined && credential.magic === undefined
}

async function isTurnedDown(door: Door, request: ApiRequest, reply: ApiReply): Promise<boolean> {
  return (await isOutOfCredit(door, request, reply)) || (await isTooOften(door, request, reply))
}

async function isOutOfCredit(door: Door, request: ApiRequest, reply: ApiReply): Promise<boolean> {
  const { credential, namespace } = request.call
  const { balance } = door.settings.limits
  if (credential.magic !== 'used_up') {
    if (balance === undefined) return false
    const account = await door.store.account(namespace.key, namespace.clock.now())
    if (creditsLeft(balance, account) > 0) return false
  }
  refuse(request, reply, 'used_up')
  return true
}

async function isTooOften(door: Door, request: ApiRequest, reply: ApiReply): Promise<boolean> {
  const { credential, namespace } = request.call
  const { rate } = door.settings
  if (credential.magic !== 'too_many_requests') {
    if (rate === undefined) return false
    if (await door.store.take(namespace.key, rate.perSecond, rate.burst, namespace.clock.now())) return false
  }
  refuse(request, reply, 'too_many_requests')
  return true
}

async function create(door: Door, endpoint: Endpoint, request: ApiRequest, reply: ApiReply): Promise<void> {
  const { call } = request
  const { body } = request
  if (body === undefined) return refuseBody(request, reply, NO_BODY_MESSAGE)
  if (!isObject(body) || isTooDeep(body)) return refuseBody(request, reply)

  const named = namedOutcome(door, request, body, endpoint)
  if ('problem' in named) return refuseByRule(request, reply, 'bad_request', named.problem)
  const examined = examineFor(endpoint.type, body, call.revision, door.settings.strictness)
  const { request: wanted, objections } = examined
  // What the caller chooses by name goes before what was recorded.
  const recorded = named.outcome === SUCCEED ? recordedFor(door, request, reply, body) : undefined
  if (recorded) {
    if (!recorded.task) return answerRecorded(request, reply, recorded)
    const format = await formatThere(door, request, examined)
    return acceptOrRefuse(door, request, reply, { body, examined, named: asRecorded(recorded), format })
  }
  announce(request, reply, named.outcome)
  if (wanted.ignored.length > 0) {
    call.entry.ignored = wanted.ignored
    reply.header('x-mockling-ignored', ignoredHeader(wanted.ignored))
  }
  const told = objections.length > 0 ? { objections } : clipFor(door, request, examined)
  const clip = told instanceof Promise ? await told : told
  if ('objections' in clip) return object(door, request, reply, { body, examined, named }, clip.objections)
  return acceptOrRefuse(door, request, reply, { body, examined, named, format: clip.format })
}

/** No rule overrules it: what was recorded is what came of it. */
function asRecorded(recorded: Found): Named {
  return { outcome: recordedOutcome(recorded), isByHeader: true }
}

/** The clip of a create that was accepted elsewhere, though here something may speak against it. */
async function formatThere(door: Door, request: ApiRequest, examined: Examined): Promise<Format> {
  const clip = await clipFor(door, request, examined)
  return 'format' in clip ? clip.format : SOME_FORMAT
}

/** Of a clip that nobody here could say more about. */
const SOME_FORMAT: Format = { width: 1280, height: 720, fps: 30, frames: 153, audio: false }

/** A create whose body could be read. */
interface Read {
  readonly body: Record<string, unknown>
  readonly examined: Examined
  readonly named: Named
}

/** Refuses by the first objection. In some revisions that leaves a failed task, whose id the error carries. */
async function object(
  door: Door,
  request: ApiRequest,
  reply: ApiReply,
  { body, examined, named }: Read,
  objections: readonly Objection[],
): Promise<void> {
  const { namespace, entry, revision, traceId } = request.call
  const { parameterErrorCode: code, seed } = door.settings
  const [first, ...others] = objections.map(summaryOf)
  const seen = first && door.settings.seenWords?.of(first)
  const answer = first && seen ? { ...first, message: seen.message, text: seen.text } : first
  entry.objections = answer ? [answer, ...others] : []
  const message = answer?.message ?? ERRORS[code].message
  const status = seen?.status
  if (!REVISION_FACTS[revision].refusalsLeaveTasks)
    return refuseByRule(request, reply, code, message, undefined, status)
  const now = namespace.clock.now()
  const asked = { seed, namespace: namespace.key, revision, now, outcome: named.outcome.text, traceId, body }
  const task = refusedTask({ ...asked, request: examined.request }, code, message)
  await door.store.keepRefused(task)
  entry.taskId = task.id
  return refuseByRule(request, reply, code, message, task.id, status)
}

type Clip = { readonly format: Format } | { readonly objections: readonly Objection[] }

/** The clip asked for, or what speaks against it: some rules need the video that is worked on. */
function clipFor(door: Door, request: ApiRequest, { sourceId, clip }: Examined): Clip | Promise<Clip> {
  return sourceId === undefined ? judged(clip(undefined)) : clipFrom(door, request, sourceId, clip)
}

async function clipFrom(door: Door, request: ApiRequest, sourceId: string, clip: Examined['clip']): Promise<Clip> {
  const { clock, key } = request.call.namespace
  const now = clock.now()
  const task = await door.store.taskOfVideo(key, sourceId, now)
  if (!task || !isExtensible(task, now)) return { objections: [sourceIsThere(sourceId)] }
  return judged(clip(task.video.format))
}

function judged(made: Format | Objection): Clip {
  return made instanceof Objection ? { objections: [made] } : { format: made }
}

/** A create that no rule objects to. */
interface Sound extends Read {
  readonly format: Format
}

async function acceptOrRefuse(door: Door, request: ApiRequest, reply: ApiReply, sound: Sound) {
  const { examined, named } = sound
  const { request: wanted } = examined
  const { call } = request
  const { namespace } = call
  // A reset or stop while the body was on its way: nothing is made that nobody would hear of.
  const ended = endOf(namespace)
  if (ended) return answerInterrupted(request, reply, ended)
  const isHeld = wanted.callbackUrl === undefined && !wanted.async
  const full = isHeld ? door.load.objection('held') : undefined
  if (full) return answerOverload(reply, full)
  const { credits: price } = examined.price()
  // A recorded create may be of a model that nobody here knows.
  const credits = Number.isFinite(price) ? price : 0
  // Before the rules, of which a create that is not admitted uses up none.
  if (named.outcome.effects.length > 0 || door.rulebook.rules.length > 0) {
    const first = await door.store.refusal(namespace.key, credits, door.settings.limits, namespace.clock.now())
    if (first) return refuseAdmission(door, request, reply, first)
  }
  const chosen = chosenOutcome(door, request, named, wanted)
  const outcome = chosen instanceof Promise ? await chosen : chosen
  announce(request, reply, outcome)
  call.effects = outcome.effects
  const refusal = refusalBy(outcome.effects)
  if (refusal) return answerRefusal(request, reply, refusal)
  const kept = await keep(door, request, sound, outcome, credits)
  if (typeof kept === 'string') return refuseAdmission(door, request, reply, kept)

  const { task, isEager } = kept
  journalAcceptance(call.entry, task)
  if (isEager) {
    await door.deliver(task, true)
    const endedMeanwhile = endOf(namespace)
    if (endedMeanwhile) return answerInterrupted(request, reply, endedMeanwhile, task.id)
  } else deliverAfter(call, () => void door.deliver(task, false))
  if (isHeld) return answerHeld(door, request, reply, task, wanted.timeout)
  return answer(request, reply, 200, JSON.stringify({ task_id: task.id }))
}

/** Why the namespace is no more, if a reset or stop has ended it. */
function endOf({ clock: { closedFor } }: Namespace): Exclude<Interruption['why'], 'hang-up'> | undefined {
  return closedFor instanceof Interruption && closedFor.why !== 'hang-up' ? closedFor.why : undefined
}

/** Callbacks come after the answer, however soon they are due. One that an effect keeps back they don't wait for. */
function deliverAfter(call: Call, deliver: () => void): void {
  call.after(deliver)
  call.onKeptBack = () => {
    call.notAfter(deliver)
    deliver()
  }
}

/** Plans the task and keeps it: anew with the next ordinal when another create of the namespace took this one. */
function keep(
  door: Door,
  request: ApiRequest,
  sound: Sound,
  outcome: Outcome,
  credits: number,
): Promise<Accepting | Refusal> {
  const { settings, store } = door
  const { limits } = settings
  const { namespace, traceId, revision } = request.call
  const { request: wanted, sourceId, isMetered } = sound.examined
  door.namespaces.keep(namespace)
  return store.byOrdinal<Accepting | Refusal>(namespace.key, limits, async ordinal => {
    const now = namespace.clock.now()
    const accepting = accept({
      seed: settings.seed,
      namespace: namespace.key,
      ordinal,
      revision,
      now,
      pace: settings.pace,
      outcome: outcome.text,
      effects: outcome.effects,
      change: draft => planBy(outcome.effects, draft),
      traceId,
      body: sound.body,
      request: wanted,
      sourceId,
      format: sound.format,
      isMetered,
      origin: originOf(door, request),
      credits,
    })
    const answer = await store.create(accepting.task, limits, now)
    return answer === 'created' ? accepting : answer
  })
}

function refuseAdmission(door: Door, request: ApiRequest, reply: ApiReply, refusal: Refusal): void {
  if (refusal === 'overloaded') answerOverload(reply, door.load.overload('pending'))
  else refuse(request, reply, refusal)
}
