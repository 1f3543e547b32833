import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ERRORS, NO_BODY_MESSAGE } from '../contract/errors.ts'
import { extended, type Format, formatOf } from '../contract/formats.ts'
import { creditsLeft, priceOf } from '../contract/pricing.ts'
import { type CreateVideo, isObject } from '../contract/request.ts'
import { type Objection, summaryOf } from '../contract/rules/objection.ts'
import { extensionFits, sourceIsThere } from '../contract/rules/source.ts'
import { examine } from '../contract/rules.ts'
import { planBy, refusalBy } from '../faults/effects.ts'
import type { Outcome } from '../faults/outcomes.ts'
import { type Accepting, accept } from '../simulation/accept.ts'
import { Interruption, type Namespace } from '../simulation/namespaces.ts'
import { isExtensible } from '../simulation/task.ts'
import type { Refusal } from '../store/store.ts'
import { answer, answerRefusal } from './answering.ts'
import { isDenied } from './auth.ts'
import { ignoredHeader, isTooDeep } from './body.ts'
import type { Call } from './call.ts'
import { announce, chosenOutcome, type Named, namedOutcome } from './choosing.ts'
import { type Door, originOf } from './door.ts'
import { answerInterrupted, refuse } from './error-reply.ts'
import { answerHeld } from './held.ts'
import { journalAcceptance } from './journaling.ts'

/** `POST /kling/videos`: parse, check, plan, keep, tell. Each check is one the caller may trip over, in §5's order. */
export function videoRoutes(app: FastifyInstance, door: Door): void {
  app.post(
    '/kling/videos',
    {
      onRequest: async (request, reply) => {
        if (isDenied(request, reply) || (await isOutOfCredit(door, request, reply))) return reply
        if (await isTooOften(door, request, reply)) return reply
      },
    },
    (request, reply) => create(door, request, reply),
  )
}

async function isOutOfCredit(door: Door, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
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

async function isTooOften(door: Door, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  const { credential, namespace } = request.call
  const { rate } = door.settings
  if (credential.magic !== 'too_many_requests') {
    if (rate === undefined) return false
    if (await door.store.take(namespace.key, rate.perSecond, rate.burst, namespace.clock.now())) return false
  }
  refuse(request, reply, 'too_many_requests')
  return true
}

async function create(door: Door, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { call } = request
  const { body } = request
  if (body === undefined) return refuse(request, reply, 'bad_request', NO_BODY_MESSAGE)
  if (!isObject(body) || isTooDeep(body)) return refuse(request, reply, 'bad_request')

  const named = namedOutcome(door, request, body)
  if ('problem' in named) return refuse(request, reply, 'bad_request', named.problem)
  announce(request, reply, named.outcome)

  const { revision, strictness } = door.settings
  const { request: wanted, objections } = examine(body, revision, strictness)
  if (wanted.ignored.length > 0) {
    call.entry.ignored = wanted.ignored
    reply.header('x-mockling-ignored', ignoredHeader(wanted.ignored))
  }
  const clip = objections.length > 0 ? { objections } : await clipFor(door, request, wanted)
  if ('objections' in clip) return object(door, request, reply, clip.objections)
  return acceptOrRefuse(door, request, reply, { body, wanted, named, format: clip.format })
}

function object(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  objections: readonly Objection[],
): FastifyReply {
  const code = door.settings.parameterErrorCode
  request.call.entry.objections = objections.map(summaryOf)
  return refuse(request, reply, code, objections[0]?.message, ERRORS[code].status)
}

/** The clip asked for, or what speaks against it: rules R45 and R46 need the video that is to be extended. */
async function clipFor(
  door: Door,
  request: FastifyRequest,
  wanted: CreateVideo,
): Promise<{ format: Format } | { objections: Objection[] }> {
  if (wanted.action !== 'extend') return { format: formatOf(wanted) }
  const { clock, key } = request.call.namespace
  const now = clock.now()
  const source = await door.store.taskOfVideo(key, wanted.videoId ?? '', now)
  const objection =
    source && isExtensible(source, now) ? extensionFits(source.video.format) : sourceIsThere(wanted.videoId ?? '')
  return objection ? { objections: [objection] } : { format: extended(source?.video.format ?? formatOf(wanted)) }
}

/** A create that no rule objects to. */
interface Sound {
  readonly body: Record<string, unknown>
  readonly wanted: CreateVideo
  readonly named: Named
  readonly format: Format
}

async function acceptOrRefuse(door: Door, request: FastifyRequest, reply: FastifyReply, sound: Sound) {
  const { wanted, named } = sound
  const { call } = request
  const { namespace } = call
  // A reset or stop while the body was on its way: nothing is made that nobody would hear of.
  const ended = endOf(namespace)
  if (ended) return answerInterrupted(request, reply, ended)
  const { credits } = priceOf(wanted)
  // Before the rules, of which a create that is not admitted uses up none.
  if (named.outcome.effects.length > 0 || door.rulebook.rules.length > 0) {
    const first = await door.store.refusal(namespace.key, credits, door.settings.limits, namespace.clock.now())
    if (first) return refuseAdmission(request, reply, first)
  }
  const outcome = chosenOutcome(door, request, named, wanted)
  announce(request, reply, outcome)
  call.effects = outcome.effects
  const refusal = refusalBy(outcome.effects)
  if (refusal) return answerRefusal(request, reply, refusal)
  const kept = await keep(door, request, sound, outcome, credits)
  if (typeof kept === 'string') return refuseAdmission(request, reply, kept)

  const { task, isEager } = kept
  journalAcceptance(call.entry, task)
  if (isEager) {
    await door.deliver(task)
    const endedMeanwhile = endOf(namespace)
    if (endedMeanwhile) return answerInterrupted(request, reply, endedMeanwhile, task.id)
  } else deliverAfter(call, () => void door.deliver(task))
  const isHeld = wanted.callbackUrl === undefined && !wanted.async
  if (isHeld) return answerHeld(door, request, reply, task, wanted.timeout)
  return answer(request, reply, 200, JSON.stringify({ task_id: task.id }))
}

/** Why the namespace is no more, if a reset or stop has ended it. */
function endOf({ clock: { closedFor } }: Namespace): 'reset' | 'shutdown' | undefined {
  return closedFor instanceof Interruption && closedFor.why !== 'hang-up' ? closedFor.why : undefined
}

/** Callbacks come after the answer, however soon they are due. One that an effect keeps back they don't wait for. */
function deliverAfter(call: Call, deliver: () => void): void {
  const takeBack = call.after(deliver)
  call.onKeptBack = () => {
    takeBack()
    deliver()
  }
}

/** Plans the task and keeps it. Tries again when another create of the namespace took the ordinal meanwhile. */
async function keep(
  door: Door,
  request: FastifyRequest,
  sound: Sound,
  outcome: Outcome,
  credits: number,
): Promise<Accepting | Refusal> {
  const { settings, store } = door
  const { namespace, traceId } = request.call
  namespace.isKept = true
  for (;;) {
    const now = namespace.clock.now()
    const accepting = accept({
      seed: settings.seed,
      namespace: namespace.key,
      ordinal: await store.nextOrdinal(namespace.key),
      revision: settings.revision,
      now,
      pace: settings.pace,
      outcome: outcome.text,
      effects: outcome.effects,
      change: draft => planBy(outcome.effects, draft),
      traceId,
      body: sound.body,
      request: sound.wanted,
      format: sound.format,
      origin: originOf(door, request),
      credits,
    })
    const answer = await store.create(accepting.task, settings.limits, now)
    if (answer === 'created') return accepting
    if (answer !== 'taken') return answer
  }
}

function refuseAdmission(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
  if (refusal !== 'overloaded') return refuse(request, reply, refusal)
  // Not the upstream's: the simulator itself is full, and says so outside the imitation.
  reply.header('x-mockling-overload', 'pending').header('retry-after', '1')
  return refuse(request, reply, 'api_error', 'mockling holds as many pending tasks as it can', 503)
}
