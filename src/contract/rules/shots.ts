import { modelsTaking, takes } from '../capabilities.ts'
import { CHOSEN } from '../evidence.ts'
import type { Shot } from '../materials.ts'
import type { CreateVideo } from '../request.ts'
import { since } from '../revisions.ts'
import { type Change, type Finding, type Rule, setting, without } from './objection.ts'
import { cut, ENUM_FORM, invalid, longerThan } from './values.ts'

export const SHOT_TYPES = ['customize', 'intelligence'] as const
export const MOST_SHOTS = 6
export const LONGEST_SHOT_PROMPT = 512
export const LONGEST_SHOT_SECONDS = 15

function rule(says: string, check: Rule['check']): Rule {
  return {
    id: 'R38',
    says,
    source: 'gateway §3.2 R38 (G-v2, CZ, KD-c)',
    grade: 'vendor',
    revisions: since('2026-10'),
    check,
  }
}

/** With the other enums. */
export const shotTypeIsKnown: Rule = rule(`shot_type is ${SHOT_TYPES.join(' or ')}`, ({ shotType }) =>
  shotType === undefined || SHOT_TYPES.some(known => known === shotType)
    ? undefined
    : {
        field: 'shot_type',
        message: invalid('shot_type', shotType),
        text: ENUM_FORM,
        nearest: () => setting('shot_type', 'intelligence'),
      },
)

/** The one thing about shots that no JSON Schema can say. */
export const shotsSumToDuration: Rule = rule('the durations of multi_prompt sum to duration', request => {
  const { shots = [], seconds } = request
  const sum = shots.reduce((total, { duration = 0 }) => total + duration, 0)
  if (shots.length === 0 || !shots.every(({ duration }) => isLength(duration)) || sum === seconds) return
  return finding(`the durations of multi_prompt must sum to duration: ${sum} is not ${seconds}`, request)
})

/** R38: what several shots ask for. */
export const shotsAreSound: readonly Rule[] = [
  rule('multi_shot is for kling-v3 and kling-v3-omni', ({ isMultiShot, revision, model }) => {
    if (!isMultiShot || takes(revision, model, 'multi_shot')) return
    return {
      field: 'multi_shot',
      message: `multi_shot requires ${modelsTaking(revision, 'multi_shot').join(' or ')}`,
      text: CHOSEN,
      nearest: () => without('multi_shot'),
    }
  }),
  rule('multi_shot goes with shot_type', ({ isMultiShot, shotType, mistyped }) => {
    if (!isMultiShot || shotType !== undefined || mistyped.includes('shot_type')) return
    return {
      field: 'shot_type',
      message: 'shot_type is required with multi_shot',
      text: CHOSEN,
      nearest: () => setting('shot_type', 'intelligence'),
    }
  }),
  rule('shot_type customize goes with multi_prompt', request => {
    const { isMultiShot, shotType, shots, mistyped } = request
    if (!isMultiShot || shotType !== 'customize' || shots !== undefined || mistyped.includes('multi_prompt')) return
    return finding('multi_prompt is required for shot_type customize', request)
  }),
  rule(`multi_prompt holds 1 to ${MOST_SHOTS} shots`, request => {
    const { shots } = request
    if (shots === undefined || (shots.length >= 1 && shots.length <= MOST_SHOTS)) return
    return finding(`multi_prompt must contain 1 to ${MOST_SHOTS} shots`, request)
  }),
  rule('multi_prompt[].index counts from 1', request => {
    const wrong = request.shots?.findIndex(({ index }, at) => index !== at + 1) ?? -1
    return wrong < 0 ? undefined : finding(`multi_prompt[${wrong}].index must be ${wrong + 1}`, request)
  }),
  rule(`multi_prompt[].prompt has 1 to ${LONGEST_SHOT_PROMPT} characters`, request => {
    const wrong = request.shots?.findIndex(shot => !isSaid(shot)) ?? -1
    if (wrong < 0) return
    return finding(`multi_prompt[${wrong}].prompt: size must be between 1 and ${LONGEST_SHOT_PROMPT}`, request)
  }),
  rule(`multi_prompt[].duration is a whole number from 1 to ${LONGEST_SHOT_SECONDS}`, request => {
    const wrong = request.shots?.findIndex(({ duration }) => !isLength(duration)) ?? -1
    if (wrong < 0) return
    const allowed = `a whole number from 1 to ${LONGEST_SHOT_SECONDS}`
    return finding(`multi_prompt[${wrong}].duration must be ${allowed}`, request)
  }),
  shotsSumToDuration,
]

function isSaid({ prompt }: Shot): boolean {
  return prompt !== undefined && prompt.trim() !== '' && !longerThan(prompt, LONGEST_SHOT_PROMPT)
}

function isLength(seconds: number | undefined): boolean {
  return seconds !== undefined && Number.isInteger(seconds) && seconds >= 1 && seconds <= LONGEST_SHOT_SECONDS
}

function finding(message: string, request: CreateVideo): Finding {
  return { field: 'multi_prompt', message, text: CHOSEN, nearest: () => mended(request) }
}

/** As many of the shots as there is time for, that time shared out among them. */
function mended({ shots = [], seconds, prompt }: CreateVideo): Change {
  const whole = Math.max(1, Math.min(LONGEST_SHOT_SECONDS, Math.round(seconds) || 1))
  const kept = shots.length === 0 ? [{ prompt }] : shots.slice(0, Math.min(MOST_SHOTS, whole))
  const share = Math.floor(whole / kept.length)
  const list = kept.map((shot, at) => ({
    index: at + 1,
    prompt: cut(shot.prompt?.trim() || 'a white mug', LONGEST_SHOT_PROMPT),
    duration: share + Number(at < whole % kept.length),
  }))
  return setting('multi_prompt', list)
}
