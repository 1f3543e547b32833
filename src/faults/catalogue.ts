import type { AnyKind } from './kind.ts'
import { answerDropped } from './kinds/answer-dropped.ts'
import { answerError } from './kinds/answer-error.ts'
import { answerHtml } from './kinds/answer-html.ts'
import { answerLate } from './kinds/answer-late.ts'
import { answerMalformed } from './kinds/answer-malformed.ts'
import { answerReset } from './kinds/answer-reset.ts'
import { answerSlow } from './kinds/answer-slow.ts'
import { answerTruncated } from './kinds/answer-truncated.ts'
import { answerType } from './kinds/answer-type.ts'
import { callbackContradicted } from './kinds/callback-contradicted.ts'
import { callbackDoubled } from './kinds/callback-doubled.ts'
import { callbackEarly } from './kinds/callback-early.ts'
import { callbackForged } from './kinds/callback-forged.ts'
import { callbackLate } from './kinds/callback-late.ts'
import { callbackLost } from './kinds/callback-lost.ts'
import { callbackMalformed } from './kinds/callback-malformed.ts'
import { callbackOversized } from './kinds/callback-oversized.ts'
import { callbackReordered } from './kinds/callback-reordered.ts'
import { callbackSigned } from './kinds/callback-signed.ts'
import { callbackStranger } from './kinds/callback-stranger.ts'
import { callbackUnseen } from './kinds/callback-unseen.ts'
import { extraFields } from './kinds/extra-fields.ts'
import { fail } from './kinds/fail.ts'
import { mediaCut } from './kinds/media-cut.ts'
import { mediaEmpty } from './kinds/media-empty.ts'
import { mediaExpired } from './kinds/media-expired.ts'
import { mediaMissing } from './kinds/media-missing.ts'
import { mediaNoRange } from './kinds/media-no-range.ts'
import { mediaSlow } from './kinds/media-slow.ts'
import { mediaTruncated } from './kinds/media-truncated.ts'
import { mediaType } from './kinds/media-type.ts'
import { noSuccess } from './kinds/no-success.ts'
import { noVideoUrl } from './kinds/no-video-url.ts'
import { numericDuration } from './kinds/numeric-duration.ts'
import { outlast } from './kinds/outlast.ts'
import { progress } from './kinds/progress.ts'
import { refuse } from './kinds/refuse.ts'
import { retiredModel } from './kinds/retired-model.ts'
import { stall } from './kinds/stall.ts'
import { succeed } from './kinds/succeed.ts'
import { takes } from './kinds/takes.ts'
import { unknownState } from './kinds/unknown-state.ts'
import { recorded } from './recorded.ts'

/** All there are. Several effects on one exchange are applied in this order, whatever order they were named in. */
export const KINDS: readonly AnyKind[] = [
  succeed,
  fail,
  refuse,
  retiredModel,
  stall,
  takes,
  outlast,
  progress,
  noVideoUrl,
  unknownState,
  noSuccess,
  numericDuration,
  extraFields,
  answerError,
  answerHtml,
  answerMalformed,
  answerTruncated,
  answerType,
  answerLate,
  answerSlow,
  answerReset,
  answerDropped,
  callbackEarly,
  callbackUnseen,
  callbackLost,
  callbackLate,
  callbackReordered,
  callbackContradicted,
  callbackDoubled,
  callbackStranger,
  callbackOversized,
  callbackMalformed,
  callbackSigned,
  callbackForged,
  mediaExpired,
  mediaMissing,
  mediaType,
  mediaNoRange,
  mediaEmpty,
  mediaTruncated,
  mediaSlow,
  mediaCut,
]

const byName: ReadonlyMap<string, AnyKind> = new Map([recorded, ...KINDS].map(kind => [kind.name, kind]))

/** The kind of that name. */
export function catalogued(name: string): AnyKind | undefined {
  return byName.get(name)
}

const places: ReadonlyMap<string, number> = new Map(KINDS.map((kind, place) => [kind.name, place]))

/** Where a kind stands in the order of application. */
export function placeOf(name: string): number {
  return places.get(name) ?? 0
}
