import type { Create } from './create.ts'
import { LIP_SYNC, lipSyncClip } from './creates/lip-sync.ts'
import { MOTION, motionFormat, motionLook } from './creates/motion.ts'
import { TALKING_PHOTO, talkingPhotoLook } from './creates/talking-photo.ts'
import type { TaskType } from './endpoints.ts'
import { examination, type Subject } from './examination.ts'
import { extended, type Format, formatOf } from './formats.ts'
import { LIP_SYNC_PRICE, motionPrice, type Price, priceOf, talkingPhotoPrice } from './pricing.ts'
import type { Fields } from './reading.ts'
import type { CreateVideo } from './request.ts'
import type { Revision } from './revisions.ts'
import type { Objection, Strictness } from './rules/objection.ts'
import { extensionFits } from './rules/source.ts'
import { VIDEOS } from './rules.ts'

/** A body of one of the endpoints, looked at. */
export interface Examined {
  readonly request: Create
  /** In the upstream's order: the first is the answer. Empty when the body is accepted. */
  readonly objections: readonly Objection[]
  /** The video of the same token that it works on. */
  readonly sourceId: string | undefined
  /** Its result says how many seconds were billed. */
  readonly isMetered: boolean
  /** The clip it yields, or what speaks against it. `source` is that of `sourceId`. */
  clip(source?: Format): Format | Objection
  /** What it costs if it succeeds. */
  price(): Price
}

/** What an endpoint makes of a request of its own. */
interface Making<R extends Create> {
  readonly subject: Subject<R>
  readonly sourceId?: (request: R) => string | undefined
  readonly isMetered?: (request: R) => boolean
  readonly clip: (request: R, source: Format | undefined) => Format | Objection
  readonly price: (request: R) => Price
}

type Examine = (body: Fields, revision: Revision, strictness: Strictness) => Examined

function examiner<R extends Create>({ subject, sourceId, isMetered, clip, price }: Making<R>): Examine {
  return (body, revision, strictness) => {
    const { request, objections } = examination(subject, body, revision, strictness)
    return {
      request,
      objections,
      sourceId: sourceId?.(request),
      isMetered: isMetered?.(request) === true,
      clip: source => clip(request, source),
      price: () => price(request),
    }
  }
}

const EXAMINERS: Readonly<Record<TaskType, Examine>> = {
  videos: examiner({
    subject: VIDEOS,
    sourceId: ({ action, videoId }: CreateVideo) => (action === 'extend' ? videoId : undefined),
    isMetered: ({ voices }) => voices !== undefined,
    clip: (request, source) => (source ? (extensionFits(source) ?? extended(source)) : formatOf(request)),
    price: priceOf,
  }),
  motion: examiner({
    subject: MOTION,
    clip: motionFormat,
    price: request => motionPrice(motionLook(request), motionFormat(request)),
  }),
  'lip-sync': examiner({
    subject: LIP_SYNC,
    sourceId: ({ videoId }) => videoId,
    clip: (_, source) => lipSyncClip(source),
    price: () => LIP_SYNC_PRICE,
  }),
  'talking-photo': examiner({
    subject: TALKING_PHOTO,
    clip: request => formatOf(talkingPhotoLook(request)),
    price: request => talkingPhotoPrice(talkingPhotoLook(request)),
  }),
}

/** Reads a body of an endpoint and finds every objection to it. Pure; never throws. */
export function examineFor(type: TaskType, body: Fields, revision: Revision, strictness: Strictness): Examined {
  return EXAMINERS[type](body, revision, strictness)
}
