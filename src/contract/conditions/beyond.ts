import { REVISION_FACTS, REVISIONS, type Revision, since } from '../revisions.ts'
import { shotsSumToDuration } from '../rules/shots.ts'
import { LENGTH_RULE, SOURCE_RULE } from '../rules/source.ts'

/** Something about a body that a strict document can't say, or can't say whole. */
export interface Beyond {
  /** Where it is met. */
  readonly of: string
  /** What the document says instead: it accepts what the API may refuse, or refuses some of what the API takes. */
  readonly document: 'accepts more' | 'accepts less'
  readonly says: string
  readonly revisions: readonly Revision[]
}

const TAKING_STRINGS = REVISIONS.filter(revision => REVISION_FACTS[revision].takesStrings)

/** All of it: outside of this, a strict document accepts a body exactly if no rule objects to it. */
export const BEYOND_SCHEMA: readonly Beyond[] = [
  {
    of: 'camera_control',
    document: 'accepts less',
    says: 'The same object as a JSON string is taken too. What a string holds when it is parsed can’t be said.',
    revisions: TAKING_STRINGS,
  },
  {
    of: 'cfg_scale',
    document: 'accepts less',
    says: 'A string may also have a sign, an exponent or spaces around. Which of those are from 0 to 1 can’t be said.',
    revisions: TAKING_STRINGS,
  },
  ...[
    { of: 'callback_url, start_image_url, end_image_url, video_list[].video_url', revisions: REVISIONS },
    { of: 'image_list[].image_url', revisions: since('2026-08') },
  ].map(urls => ({
    ...urls,
    document: 'accepts less' as const,
    says: 'Whatever the URL Standard can parse is taken. The pattern leaves out user names, escaped or international host names, and unusual forms of addresses.',
  })),
  {
    of: `multi_prompt[].duration, rule ${shotsSumToDuration.id}`,
    document: 'accepts more',
    says: `${shotsSumToDuration.says}. JSON Schema doesn’t add up.`,
    revisions: shotsSumToDuration.revisions,
  },
  ...[SOURCE_RULE, LENGTH_RULE].map(({ id, says, revisions }) => ({
    of: `video_id, rule ${id}`,
    document: 'accepts more' as const,
    says: `${says}. Only the API knows its videos.`,
    revisions,
  })),
  {
    of: 'prompt',
    document: 'accepts more',
    says: 'In the simulator, magic words in a prompt choose an outcome, or are refused if they name none.',
    revisions: REVISIONS,
  },
]
