import { LONGEST_SHOT_PROMPT, LONGEST_SHOT_SECONDS, MOST_SHOTS, SHOT_TYPES } from '../rules/shots.ts'
import { given, implies, type JsonSchema, merge, NOT_BLANK, oneOf } from './schema.ts'
import { type Condition, isMaking, isUsed, taken, type Where } from './where.ts'

/* The rules of rules/shots.ts as JSON Schema, and what shots do to the prompt. */

/** Several shots are asked for. Only then `shot_type` and `multi_prompt` are looked at. */
const SEVERAL = given('multi_shot', 'boolean', { enum: [true] })

/** They have words of their own. */
const CUSTOMIZED = merge(SEVERAL, given('shot_type', 'string', { enum: ['customize'] }))

const SAID_IN_SHOTS = merge(CUSTOMIZED, given('multi_prompt', 'array'))

/** What is asked of the prompt: nothing where shots have words of their own. */
export function unlessSaidInShots(where: Where, schema: JsonSchema): JsonSchema {
  return isUsed(where, 'multi_prompt') && isMaking(where) ? { anyOf: [schema, SAID_IN_SHOTS] } : schema
}

const SHOT: JsonSchema = {
  required: ['index', 'prompt', 'duration'],
  properties: {
    index: { type: 'integer' },
    prompt: { type: 'string', pattern: NOT_BLANK, maxLength: LONGEST_SHOT_PROMPT },
    duration: { type: 'integer', minimum: 1, maximum: LONGEST_SHOT_SECONDS },
  },
}

const COUNTED: readonly JsonSchema[] = Array.from({ length: MOST_SHOTS }, (_, at) => ({
  properties: { index: { enum: [at + 1] } },
}))

/** All of R38 but that durations sum to `duration`. */
export const shotsAreSound: Condition = where => {
  const offered = taken(where, 'multi_shot', SEVERAL, { properties: { multi_shot: oneOf([false]) } })
  if (!isMaking(where)) return [offered]
  const shots = { minItems: 1, maxItems: MOST_SHOTS, items: SHOT, allOf: [{ prefixItems: COUNTED }] }
  return [
    offered,
    implies(SEVERAL, given('shot_type', 'string', { enum: SHOT_TYPES })),
    implies(CUSTOMIZED, given('multi_prompt', 'array', shots)),
  ]
}
