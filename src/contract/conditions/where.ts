import type { Action } from '../bodies.ts'
import { CAPABILITIES, type Capability, type Material, modelsOf, rowsOf, takes } from '../capabilities.ts'
import { readCreateVideo } from '../request.ts'
import { REVISION_FACTS, type Revision } from '../revisions.ts'
import { absent, among, given, implies, type JsonSchema, merge } from './schema.ts'

/** The bodies that a condition is about. */
export interface Where {
  readonly revision: Revision
  readonly action: Action
}

/** What a rule says of the bodies of one action; nothing where it can't be broken. */
export type Condition = (where: Where) => readonly JsonSchema[]

/** Whether a field means anything: what is ignored has to have its JSON type, no more. */
export function isUsed({ revision, action }: Where, field: string): boolean {
  const { fields, ignoredByAction } = REVISION_FACTS[revision]
  return fields.has(field) && !ignoredByAction[action]?.includes(field)
}

/** What one field may hold, where it is used. */
export function field(where: Where, name: string, schema: JsonSchema): readonly JsonSchema[] {
  return isUsed(where, name) ? [{ properties: { [name]: schema } }] : []
}

export function isMaking({ action }: Where): boolean {
  return action !== 'extend'
}

/** The model is one of these. */
export function modelAmong(revision: Revision, models: readonly string[]): JsonSchema {
  return among('model', models, readCreateVideo({}, revision).model)
}

/** The mode is one of these. */
export function modeAmong(revision: Revision, modes: readonly string[]): JsonSchema {
  return among('mode', modes, readCreateVideo({}, revision).mode)
}

/** The duration is one of these. */
export function durationAmong(revision: Revision, seconds: readonly number[]): JsonSchema {
  return among('duration', seconds, readCreateVideo({}, revision).seconds)
}

/** The models that may be asked for an action, in the matrix's order. */
export function modelsFor({ revision, action }: Where): string[] {
  return modelsOf(revision).filter(model => rowsOf(revision, model)?.get('std')?.actions.includes(action))
}

/** The rows of the matrix for an action. */
function rowsFor({ revision, action }: Where): Capability[] {
  return CAPABILITIES.filter(row => row.revisions.includes(revision) && row.actions.includes(action))
}

/** Who asks for a feature is in a cell of the matrix that has it; where no cell has it, nobody asks. */
export function offered(
  where: Where,
  asked: JsonSchema,
  unasked: JsonSchema,
  secondsWith: (row: Capability) => readonly number[],
): JsonSchema {
  const cells = cellsWith(where, secondsWith)
  const [cell] = cells
  if (!cell) return unasked
  return implies(asked, cells.length === 1 ? cell : { anyOf: cells })
}

/**
 * The cells of the matrix that have a feature: `secondsWith` says at which durations a row has it. Models that have it
 * in the same modes at the same durations share a schema.
 */
function cellsWith(where: Where, secondsWith: (row: Capability) => readonly number[]): JsonSchema[] {
  const cells = new Map<string, { models: string[]; modes: string[]; seconds: readonly number[] }>()
  for (const model of modelsOf(where.revision)) {
    for (const { modes, seconds } of offersOf(where, model, secondsWith)) {
      const key = JSON.stringify([modes, seconds])
      cells.set(key, { models: [...(cells.get(key)?.models ?? []), model], modes, seconds })
    }
  }
  const { revision } = where
  return [...cells.values()].map(({ models, modes, seconds }) =>
    [modeAmong(revision, modes), durationAmong(revision, seconds)].reduce(merge, modelAmong(revision, models)),
  )
}

/** In which modes one model has a feature, and at which durations. */
function offersOf(where: Where, model: string, secondsWith: (row: Capability) => readonly number[]) {
  const offers = new Map<string, { modes: string[]; seconds: readonly number[] }>()
  for (const row of rowsFor(where).filter(row => row.model === model && secondsWith(row).length > 0)) {
    const seconds = secondsWith(row)
    const modes = [...(offers.get(seconds.join())?.modes ?? []), ...row.modes]
    offers.set(seconds.join(), { modes, seconds })
  }
  return offers.values()
}

/** Who brings a material asks for a model that takes it, in whatever mode; where none does, nobody brings it. */
export function taken(
  where: Where,
  material: Material,
  asked: JsonSchema = given(material, 'array'),
  unasked: JsonSchema = absent(material),
): JsonSchema {
  const { revision } = where
  const models = modelsFor(where).filter(model => takes(revision, model, material))
  return models.length === 0 ? unasked : implies(asked, modelAmong(revision, models))
}

/** The models of which something is true, as a schema; nothing if there are none. */
export function forModels(
  where: Where,
  isMeant: (row: Capability, model: string) => boolean | undefined,
  consequence: JsonSchema,
): readonly JsonSchema[] {
  const { revision } = where
  const models = modelsFor(where).filter(model => {
    const row = rowsOf(revision, model)?.get('std')
    return row && isMeant(row, model)
  })
  return models.length === 0 ? [] : [implies(modelAmong(revision, models), consequence)]
}
