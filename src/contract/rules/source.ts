import { CHOSEN } from '../evidence.ts'
import { durationText, extended, type Format, LONGEST_CLIP_SECONDS } from '../formats.ts'
import { REVISIONS } from '../revisions.ts'
import { EXAMPLE_VIDEO_ID, Objection, quoted, type Rule, setting } from './objection.ts'

/** R45: known only to who keeps the videos, so it takes the look-up's result. */
export const SOURCE_RULE: Omit<Rule, 'check'> = {
  id: 'R45',
  says: 'video_id is a succeeded video of the same token, at most 30 days old',
  source: 'kling §5',
  grade: 'kling',
  revisions: REVISIONS,
}

/** R46: an extended clip has an end. */
export const LENGTH_RULE: Omit<Rule, 'check'> = {
  id: 'R46',
  says: `an extended video lasts at most ${LONGEST_CLIP_SECONDS} s`,
  source: 'kling §5',
  grade: 'kling',
  revisions: REVISIONS,
}

/** The objection to a `video_id` that can't be extended. */
export function sourceIsThere(videoId: string): Objection {
  return new Objection(SOURCE_RULE, {
    field: 'video_id',
    message: `video_id '${quoted(videoId)}' is no finished video of this token, or is older than 30 days`,
    text: CHOSEN,
    nearest: () => setting('video_id', EXAMPLE_VIDEO_ID),
  })
}

/** The objection to extending `source` once more, if there is one. */
export function extensionFits(source: Format): Objection | undefined {
  const longer = extended(source)
  if (longer.frames / longer.fps <= LONGEST_CLIP_SECONDS) return undefined
  return new Objection(LENGTH_RULE, {
    field: 'video_id',
    message: `the extended video would last ${durationText(longer)} s; at most ${LONGEST_CLIP_SECONDS} s are allowed`,
    text: CHOSEN,
    nearest: () => setting('video_id', EXAMPLE_VIDEO_ID),
  })
}
