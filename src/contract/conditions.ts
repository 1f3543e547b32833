import type { Action } from './bodies.ts'
import * as features from './conditions/features.ts'
import * as materials from './conditions/materials.ts'
import * as references from './conditions/references.ts'
import { type JsonSchema, merge } from './conditions/schema.ts'
import { shotsAreSound } from './conditions/shots.ts'
import * as values from './conditions/values.ts'
import * as voices from './conditions/voices.ts'
import type { Condition } from './conditions/where.ts'
import type { Revision } from './revisions.ts'
import type { Rule } from './rules/objection.ts'
import { rulesOf, TYPE_RULE } from './rules.ts'

/*
 * What the rules say, as JSON Schema: nobody is refused by it, it is for documents. Apart from the rules, so that a start
 * that shows no document loads none of it. A test holds it to the rules, body by body.
 */

/** By the rule's id; the rules that share one id share a condition. */
const CONDITIONS: Readonly<Record<string, Condition>> = {
  R1: values.actionIsKnown,
  R2: values.modelIsKnown,
  R3: materials.promptIsGivenToMake,
  R4: materials.promptIsGivenToExtend,
  R5: materials.startFrameIsGiven,
  R6: materials.videoIdIsGiven,
  R7: materials.modelExtends,
  R8: materials.extendsPlainly,
  R9: materials.extendTakesNoReferences,
  R10: features.endFrameGoesWithStart,
  R11: materials.textTakesNoFrame,
  R12: features.endFrameIsOffered,
  R13: features.endFrameIsFiveSeconds,
  R14: values.durationIsOffered,
  R15: values.o1LastsFive,
  R16: features.fourKIsOffered,
  R17: features.fourKExcludesCamera,
  R18: features.o1IsStdOrPro,
  R19: features.audioIsOffered,
  R20: features.cameraIsOffered,
  R21: features.cameraLeavesFramesAlone,
  R22: features.cameraIsSound,
  R23: values.cfgScaleIsInRange,
  R24: values.negativePromptFits,
  R25: values.aspectRatioIsKnown,
  R26: references.referencesAreForO1,
  R27: references.referencesAreOffered,
  R28: references.referencesAreSound,
  R29: references.baseVideoExcludesFrames,
  R30: references.referenceVideoIsSilent,
  R31: references.referencesGoUntuned,
  R32: references.referencesAreNot4k,
  R33: references.referencesAreFew,
  R34: references.framesAreSingle,
  R35: references.elementsAreClosed,
  R36: voices.elementsAreOffered,
  R37: voices.voicesAreOffered,
  R38: shotsAreSound,
  R39: voices.turboIsPlain,
  R40: values.urlsAreHttp,
  R41: values.modeIsKnown,
  R42: values.promptFits,
  R43: features.cameraConfigGoesWithSimple,
  R44: values.typesAreRight,
  R47: values.timeoutIsWhole,
}

/**
 * A body of `POST /kling/videos` for one action as a JSON Schema that accepts what `validate` does, as far as JSON Schema
 * can say it. What fields may hold is said of them, what goes together in `allOf`, each with its rule.
 */
export function strictBody(revision: Revision, action: Action): JsonSchema {
  let whole: JsonSchema = {}
  for (const [id, rules] of inForce(revision)) {
    const description = `${id}: ${[...new Set(rules.map(saying))].join(' ')}`
    for (const schema of conditionOf(id)({ revision, action })) {
      const isPlain = schema.if === undefined && schema.anyOf === undefined
      whole = merge(whole, isPlain ? schema : { allOf: [{ description, ...schema }] })
    }
  }
  return { ...whole, properties: Object.fromEntries(Object.entries(whole.properties ?? {}).map(settled)) }
}

/** Of a field that has to be absent there is nothing else to say. */
function settled([name, schema]: readonly [string, JsonSchema]): readonly [string, JsonSchema] {
  return [name, schema.type === 'null' ? { type: 'null' } : schema]
}

type Named = Omit<Rule, 'check'>

/** The rules in force, by id. */
function inForce(revision: Revision): ReadonlyMap<string, Named[]> {
  const rules = new Map<string, Named[]>()
  for (const rule of [TYPE_RULE, ...rulesOf(revision, 'documented')]) {
    rules.set(rule.id, [...(rules.get(rule.id) ?? []), rule])
  }
  return rules
}

function saying({ says, source, grade }: Named): string {
  return `${says}. Source: ${source} (${grade}).`
}

function conditionOf(id: string): Condition {
  const condition = CONDITIONS[id]
  if (!condition) throw new Error(`conditions.ts does not say what ${id} means for a document`)
  return condition
}
