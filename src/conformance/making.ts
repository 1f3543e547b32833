import { type Examined, examineFor } from '../contract/creates.ts'
import { ENDPOINTS, type TaskType } from '../contract/endpoints.ts'
import { ERRORS } from '../contract/errors.ts'
import { durationText, type Format } from '../contract/formats.ts'
import type { Revision } from '../contract/revisions.ts'
import { changed, type Objection } from '../contract/rules/objection.ts'
import { type Body, worded } from './bodies.ts'
import type { Case, Production, Refused } from './case.ts'

/** A body with what the contract makes of it. */
export interface Tried {
  readonly type: TaskType
  readonly body: Body
  readonly examined: Examined
}

export function tried(type: TaskType, body: Body, revision: Revision): Tried {
  return { type, body, examined: examineFor(type, body, revision, 'documented') }
}

/** What refuses it first; `undefined` if nothing does. */
export function objectionTo({ examined }: Tried): Objection | undefined {
  return examined.objections[0]
}

/** The nearest body that nothing is said against; `undefined` if one edit does not lead there. */
export function neighbourOf({ type, body, examined }: Tried, revision: Revision): Tried | undefined {
  let at: Tried = { type, body, examined }
  for (let rounds = 0; rounds < 5; rounds++) {
    const objection = objectionTo(at)
    if (!objection) return at
    at = tried(type, changed(at.body, objection.nearest), revision)
  }
  return undefined
}

/** How a body is refused that an objection is made to. */
export function refusedFor({ rule, field, message, text }: Objection): Refused {
  const { status } = ERRORS.bad_request
  const ours = { rule, field, message }
  return { status, code: 'bad_request', ours, text, saysSuccess: true, ...(text.grade !== 'chosen' && { message }) }
}

/** What it would cost: its own price, or that of its nearest sound neighbour where it names what nobody sells. */
export function creditsOf(it: Tried, revision: Revision): number {
  const sound = neighbourOf(it, revision)
  const prices = [it, ...(sound ? [sound] : [])].map(({ examined }) => examined.price().credits)
  return Math.max(0, ...prices.filter(Number.isFinite))
}

/** A finished video that others are made from. */
export interface Source {
  readonly production: Production
  readonly format: Format
}

/** The cheapest video that can be extended or made to speak: 5 s of words. */
export function sourceVideo(revision: Revision): Source {
  const sound = tried('videos', { ...worded(), model: 'kling-v1' }, revision)
  return { production: produced(sound), format: formatMade(sound) }
}

/** A case about what a sound body comes to, but for its name. */
export function acceptedCase(sound: Tried, source: Source): Pick<Case, 'priceClass' | 'credits' | 'needs' | 'check'> {
  const isFromVideo = sound.examined.sourceId !== undefined
  const production = produced(sound, isFromVideo ? source.production : undefined)
  const expected = { duration: durationText(formatMade(sound, isFromVideo ? source.format : undefined)) }
  return {
    priceClass: 'paid',
    credits: production.credits,
    needs: namesFiles(sound.body) ? ['files'] : [],
    check: { kind: 'made', production, look: 'result', expected },
  }
}

/** The production that a sound body asks for, learnt by polls. */
export function produced({ type, body, examined }: Tried, of?: Production): Production {
  const { path } = ENDPOINTS[type]
  const { credits } = examined.price()
  return { id: keyOf(path, body), path, body, via: 'polls', credits, ...(of && { of }) }
}

/** The same video, its end learnt in another way. */
export function answered(production: Production, via: Production['via']): Production {
  return via === 'polls' ? production : { ...production, via, id: `${via} ${production.id}` }
}

/** The same for the same body, whatever the order of its fields. */
function keyOf(path: string, body: Body): string {
  const fields = Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${path} ${JSON.stringify(Object.fromEntries(fields))}`
}

/** The clip that a sound body yields. */
function formatMade({ examined }: Tried, source?: Format): Format {
  const format = examined.clip(source)
  if ('frames' in format) return format
  throw new Error(`a sound body was expected, but: ${format.message}`)
}

/** Whether a real API would have to fetch something. */
function namesFiles(body: Body): boolean {
  return /"(?:image|video|audio|start_image|end_image)_url":/.test(JSON.stringify(body))
}
