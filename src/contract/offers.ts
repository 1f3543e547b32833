import { CAPABILITIES, type Capability, modelsOf } from './capabilities.ts'
import { REVISION_FACTS, type Revision } from './revisions.ts'
import { rulesOf } from './rules.ts'

/* The capability matrix in words, for the descriptions of fields. */

/** `kling-v1 (5 s)`, `kling-v1-6 (pro)`, …: the models with a feature, which a row has at some durations, and where. */
export function offers(revision: Revision, secondsWith: (row: Capability) => readonly number[]): string[] {
  return modelsOf(revision).flatMap(model => {
    const rows = rowsIn(revision).filter(row => row.model === model)
    const able = rows.filter(row => secondsWith(row).length > 0)
    const [first] = able
    if (!first) return []
    const limits = [
      ...(able.length < rows.length ? [able.flatMap(row => row.modes).join(', ')] : []),
      ...(secondsWith(first).length < first.seconds.length ? [`${spanOf(secondsWith(first))} s`] : []),
    ]
    return [limits.length > 0 ? `${model} (${limits.join(', ')})` : model]
  })
}

function rowsIn(revision: Revision): Capability[] {
  return CAPABILITIES.filter(row => row.revisions.includes(revision))
}

/** Who extends, and who does nothing else. */
export function actionsText(revision: Revision): string {
  const makes = (row: Capability) => row.actions.includes('text2video')
  const onlyExtend = rowsIn(revision).filter(row => !makes(row))
  const both = rowsIn(revision).filter(row => makes(row) && row.actions.includes('extend'))
  const others = onlyExtend.length > 0 ? ` and, as its only action, by ${listed(named(onlyExtend))}` : ''
  return `extend is offered by ${listed(named(both))}${others}.`
}

/** Who has 4k, and for whom std and pro are one. */
export function modesText(revision: Revision): string {
  const rows = rowsIn(revision)
  const fourK = named(rows.filter(row => row.modes.includes('4k')))
  const oneMode = named(rows.filter(row => row.oneMode))
  return `${sentence('4k is offered by', fourK)} ${sentence('std and pro mean the same to', oneMode)}`
}

/** Which durations, in seconds, for whom. */
export function durationsText(revision: Revision): string {
  const rows = rowsIn(revision)
  const spans = [...new Set(rows.map(row => spanOf(row.seconds)))]
  if (spans.length === 1) return `${spans[0]} for every model.`
  return spans.map(span => `${span} for ${listed(named(rows.filter(row => spanOf(row.seconds) === span)))}.`).join(' ')
}

/** For which actions a field is read and then ignored. */
export function ignoredText(revision: Revision, field: string): string {
  const table = Object.entries(REVISION_FACTS[revision].ignoredByAction)
  return sentence(
    'Ignored for',
    table.filter(([, fields]) => fields.includes(field)).map(([action]) => action),
  )
}

/** `Refused by kling-v1 (extend) and kling-o1.`: for whom `negative_prompt` and `cfg_scale` are not. */
export function untunedText(revision: Revision): string {
  const models = rowsIn(revision)
    .filter(row => row.untunedActions !== undefined)
    .map(({ model, actions, untunedActions = [] }) =>
      untunedActions.length < actions.length ? `${model} (${listed(untunedActions)})` : model,
    )
  return sentence('Refused by', [...new Set(models)])
}

/** `Refused with extend.`: where a field does not go, by the rule that says so, if that is in force. */
export function refused(revision: Revision, places: Readonly<Record<string, string>>): string {
  const ids = new Set(rulesOf(revision, 'documented').map(({ id }) => id))
  const wheres = Object.entries(places).filter(([id]) => ids.has(id))
  return sentence(
    'Refused',
    wheres.map(([, where]) => where),
  )
}

function named(rows: readonly Capability[]): string[] {
  return [...new Set(rows.map(row => row.model))]
}

/** `5 or 10`, `3 to 15`. */
export function spanOf(seconds: readonly number[]): string {
  return seconds.length > 2 ? `${seconds[0]} to ${seconds.at(-1)}` : seconds.join(' or ')
}

/** `a, b and c`. */
function listed(items: readonly string[]): string {
  return items.length > 1 ? `${items.slice(0, -1).join(', ')} and ${items.at(-1)}` : items.join('')
}

/** `Offered by a and b.`; nothing about nobody. */
export function sentence(start: string, items: readonly string[]): string {
  return items.length > 0 ? `${start} ${listed(items)}.` : ''
}
