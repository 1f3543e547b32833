import { MOST_ELEMENTS, MOST_VOICES } from '../rules/voices.ts'
import { TUNING } from './materials.ts'
import { absent, given, implies, type JsonSchema, oneOf } from './schema.ts'
import { type Condition, forModels, isMaking, offered, taken } from './where.ts'

/* The rules of rules/voices.ts as JSON Schema. */

const voices = (more: JsonSchema = {}): JsonSchema => given('voice_list', 'array', more)

export const elementsAreOffered: Condition = where => [
  taken(where, 'element_list'),
  { properties: { element_list: { maxItems: MOST_ELEMENTS } } },
  ...(isMaking(where) ? [implies(voices(), absent('element_list'))] : []),
]

/** Of a mode, not of a model alone, and with sound; the prompt cites each. */
export const voicesAreOffered: Condition = where => {
  const rows = offered(where, voices(), absent('voice_list'), row =>
    row.takes?.includes('voice_list') ? row.seconds : [],
  )
  const few = { properties: { voice_list: { maxItems: MOST_VOICES } } }
  if (!isMaking(where)) return [rows, few]
  return [
    rows,
    few,
    implies(voices(), given('generate_audio', 'boolean', { enum: [true] })),
    ...Array.from({ length: MOST_VOICES }, (_, at) =>
      implies(voices({ minItems: at + 1 }), given('prompt', 'string', { pattern: citationOf(at + 1) })),
    ),
  ]
}

/** `<<<voice_1>>>`, also with zeros before it: a number of at most four digits. */
function citationOf(voice: number): string {
  return `<<<voice_0{0,${4 - String(voice).length}}${voice}>>>`
}

export const turboIsPlain: Condition = where => {
  if (!isMaking(where)) return []
  return [
    ...forModels(where, row => row.alwaysAudio && row.untunedActions?.includes(where.action), absent(...TUNING)),
    ...forModels(where, row => row.alwaysAudio, { properties: { generate_audio: oneOf([true]) } }),
  ]
}
