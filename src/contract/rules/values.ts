import { closest, distance } from 'fastest-levenshtein'
import { modelsOf, revisionsWithModel, rowsOf } from '../capabilities.ts'
import type { Create } from '../create.ts'
import { CHOSEN, type Evidence } from '../evidence.ts'
import type { CreateVideo } from '../request.ts'
import { REVISION_FACTS, REVISIONS, type Revision, since } from '../revisions.ts'
import { type Change, type Finding, quoted, type Rule, setting } from './objection.ts'

export const ACTIONS = ['text2video', 'image2video', 'extend'] as const
export type Action = (typeof ACTIONS)[number]

export const ASPECT_RATIOS = ['16:9', '9:16', '1:1'] as const
export const CAMERA_TYPES = ['simple', 'down_back', 'forward_up', 'left_turn_forward', 'right_turn_forward'] as const
export const LONGEST_NEGATIVE_PROMPT = 200
export const LONGEST_PROMPT = 2500
export const LONGEST_TIMEOUT_SECONDS = 3600

/** `mode value '<v>' is invalid` was seen. */
export const MODE_TEXT: Evidence = { source: 'kling §4.3', grade: 'kling' }

/** The same form for other fields was not. */
export const ENUM_FORM: Evidence = { source: 'kling §4.2, form', grade: 'inferred' }

/** The objection's text for a value outside an enum. */
export function invalid(field: string, value: unknown): string {
  return `${field} value '${quoted(value)}' is invalid`
}

/** Counts Unicode code points, as far as `most + 1`. */
export function longerThan(text: string, most: number): boolean {
  if (text.length <= most) return false
  let count = 0
  for (const _ of text) if (++count > most) return true
  return false
}

export function cut(text: string, most: number): string {
  return [...text].slice(0, most).join('')
}

export const actionIsKnown: Rule = {
  id: 'R1',
  says: 'action is text2video, image2video or extend',
  source: 'guide A, Basic Usage',
  grade: 'guide',
  revisions: REVISIONS,
  check(request) {
    const { action } = request
    if (action === undefined ? request.mistyped.includes('action') : ACTIONS.some(known => known === action)) return
    return {
      field: 'action',
      message: 'action must be text2video, image2video, or extend',
      text: { source: 'gateway §3.2 R1 (SDK)', grade: 'vendor' },
      nearest: () => setting('action', nearestAction(action ?? '')),
    }
  },
}

/** The action meant by a slip of the pen; what is nothing like any of them becomes text2video, which needs least. */
function nearestAction(action: string): string {
  const likest = closest(action, ACTIONS)
  return distance(action, likest) <= likest.length / 2 ? likest : 'text2video'
}

/** What the gateway says of a model it does not offer (gateway §9 D3). */
export const MODEL_INVALID = 'model is invalid.'

export const modelIsKnown: Rule = {
  id: 'R2',
  says: 'model is one of the revision’s; kling-v1-5, where there is one, only extends',
  source: 'guide A and B, model; gateway §9 D3',
  grade: 'guide',
  revisions: REVISIONS,
  check(request) {
    const { model, action, revision } = request
    const rows = rowsOf(revision, model)
    if (rows && !(isMaking(action) && onlyExtends(revision, model))) return
    const knownIn = revisionsWithModel(model)
    return {
      field: 'model',
      message: MODEL_INVALID,
      text: { source: 'gateway §4.1', grade: 'vendor' },
      ...(rows || knownIn.length === 0 ? {} : { knownIn }),
      nearest: () => nearestModel(request),
    }
  },
}

function isMaking(action: string | undefined): boolean {
  return action === 'text2video' || action === 'image2video'
}

function onlyExtends(revision: Revision, model: string): boolean {
  return rowsOf(revision, model)?.get('std')?.actions.includes('text2video') === false
}

/** The likest name among the models that offer the action. */
function nearestModel({ revision, action, model }: CreateVideo): Change {
  const models = modelsOf(revision)
  const apt = models.filter(name =>
    rowsOf(revision, name)
      ?.get('std')
      ?.actions.includes(action ?? ''),
  )
  return setting('model', closest(model, apt.length > 0 ? apt : models))
}

export const modeIsKnown: Rule = {
  id: 'R41',
  says: 'mode is one of the revision’s',
  source: 'guide A and B, mode',
  grade: 'guide',
  revisions: REVISIONS,
  check({ mode, revision }) {
    const { modes } = REVISION_FACTS[revision]
    if (modes.includes(mode)) return
    const knownIn = REVISIONS.filter(other => REVISION_FACTS[other].modes.includes(mode))
    return {
      field: 'mode',
      message: invalid('mode', mode),
      text: MODE_TEXT,
      ...(knownIn.length > 0 && { knownIn }),
      nearest: () => setting('mode', mode === '4k' ? 'pro' : closest(mode, modes)),
    }
  },
}

export const durationIsOffered: Rule = {
  id: 'R14',
  says: 'duration is one the model offers',
  source: 'guide A, duration; guide B, duration; gateway §3.1',
  grade: 'guide',
  revisions: REVISIONS,
  check({ model, seconds, revision }) {
    const rows = rowsOf(revision, model)
    // Without a known model only what no model offers can be judged.
    const offered = rows ? (rows.get('std')?.seconds ?? []) : modelsOf(revision).flatMap(secondsOf(revision))
    if (offered.includes(seconds)) return
    return {
      field: 'duration',
      message: invalid('duration', seconds),
      text: ENUM_FORM,
      nearest: () => setting('duration', nearestNumber(seconds, offered)),
    }
  },
}

/** Never the answer: R14 says the same and comes first. Kept, since the sources list it apart. */
export const o1LastsFive: Rule = {
  id: 'R15',
  says: 'kling-o1 makes 5 s',
  source: 'gateway §3.2 R15 (SDK)',
  grade: 'vendor',
  revisions: since('2026-08'),
  check({ model, seconds }) {
    if (model !== 'kling-o1' || seconds === 5) return
    return {
      field: 'duration',
      message: 'kling-o1 supports only 5-second generation',
      nearest: () => setting('duration', 5),
    }
  },
}

function secondsOf(revision: Revision): (model: string) => readonly number[] {
  return model => rowsOf(revision, model)?.get('std')?.seconds ?? []
}

/** The one of `offered` that is nearest to `wanted`. */
export function nearestNumber(wanted: number, offered: readonly number[]): number {
  return offered.reduce((best, next) => (Math.abs(next - wanted) < Math.abs(best - wanted) ? next : best))
}

export const aspectRatioIsKnown: Rule = {
  id: 'R25',
  says: 'aspect_ratio is 16:9, 9:16 or 1:1',
  source: 'guide A, aspect_ratio',
  grade: 'guide',
  revisions: REVISIONS,
  check({ aspectRatio }) {
    if (ASPECT_RATIOS.some(known => known === aspectRatio)) return
    return {
      field: 'aspect_ratio',
      message: invalid('aspect_ratio', aspectRatio),
      text: ENUM_FORM,
      nearest: () => setting('aspect_ratio', closest(aspectRatio, ASPECT_RATIOS)),
    }
  },
}

export const cfgScaleIsInRange: Rule = {
  id: 'R23',
  says: 'cfg_scale is from 0 to 1',
  source: 'guide A, cfg_scale',
  grade: 'guide',
  revisions: REVISIONS,
  check({ cfgScale }) {
    if (cfgScale === undefined || (cfgScale >= 0 && cfgScale <= 1)) return
    const bound = cfgScale > 1 ? 1 : 0
    return {
      field: 'cfg_scale',
      message: `cfgScale: must be ${bound ? 'less' : 'greater'} than or equal to ${bound}`,
      // The lower bound's text is the validator's own form, not seen itself.
      text: bound ? { source: 'kling §4.3', grade: 'kling' } : { source: 'kling §4.2', grade: 'inferred' },
      nearest: () => setting('cfg_scale', bound),
    }
  },
}

export const negativePromptFits: Rule = {
  id: 'R24',
  says: `negative_prompt has at most ${LONGEST_NEGATIVE_PROMPT} characters`,
  source: 'guide A, negative_prompt',
  grade: 'guide',
  revisions: REVISIONS,
  check: ({ negativePrompt }) => tooLong('negative_prompt', negativePrompt, LONGEST_NEGATIVE_PROMPT, CHOSEN),
}

export const promptFits: Rule<Create> = {
  id: 'R42',
  says: `prompt has at most ${LONGEST_PROMPT} characters`,
  source: 'kling §1.4',
  grade: 'kling',
  revisions: REVISIONS,
  check: ({ prompt }) => tooLong('prompt', prompt, LONGEST_PROMPT, { source: 'kling §4.3', grade: 'kling' }),
}

export function tooLong(
  field: string,
  text: string | undefined,
  most: number,
  evidence: Evidence,
): Finding | undefined {
  if (text === undefined || !longerThan(text, most)) return
  return {
    field,
    message: `${field}: size must be between 0 and ${most}`,
    text: evidence,
    nearest: () => ({ says: `cut ${field} to ${most} characters`, set: { [field]: cut(text, most) } }),
  }
}

export const timeoutIsWhole: Rule<Create> = {
  id: 'R47',
  says: `timeout is a whole number of seconds from 0 to ${LONGEST_TIMEOUT_SECONDS}`,
  source: 'gateway §1.3 (SDK); range mockling',
  grade: 'chosen',
  revisions: REVISIONS,
  check({ timeout }) {
    if (timeout === undefined) return
    if (Number.isInteger(timeout) && timeout >= 0 && timeout <= LONGEST_TIMEOUT_SECONDS) return
    const nearest = Math.min(LONGEST_TIMEOUT_SECONDS, Math.max(0, Math.round(timeout)))
    return {
      field: 'timeout',
      message: `timeout must be a whole number of seconds between 0 and ${LONGEST_TIMEOUT_SECONDS}`,
      nearest: () => setting('timeout', nearest),
    }
  },
}
