import { modelsOf, rowsOf } from '../contract/capabilities.ts'
import type { Revision } from '../contract/revisions.ts'
import { catalogued } from './catalogue.ts'
import type { Rule } from './rulebook.ts'

/** What a rule is judged against. */
export interface Surroundings {
  readonly revision: Revision
  readonly rules: readonly Rule[]
  /** The present of the rule's namespace, or the server's. */
  readonly now: number
  /** Whether requests with that namespace's token are let in. */
  readonly isAdmitted: (namespace: string) => boolean
}

/** Why a rule could never fire, as one sentence; `undefined` if it could. */
export function neverFires(rule: Rule, around: Surroundings): string | undefined {
  return outOfPlace(rule) ?? outOfTime(rule, around) ?? outOfReach(rule, around) ?? overshadowed(rule, around)
}

function outOfPlace({ effects, operation, role, when }: Rule): string | undefined {
  if (effects.length === 0 && role === 'fault') return 'a fault needs an effect beside success'
  if (role === 'outcome' && operation !== 'create')
    return `outcomes are chosen for creates, not for ${operation}; add a fault`
  const misplaced = effects.find(({ name }) => !catalogued(name)?.operations.includes(operation))
  if (misplaced) {
    const allowed = catalogued(misplaced.name)?.operations.join(', ')
    return `${misplaced.name} never happens to ${operation}; it may happen to ${allowed}`
  }
  const aimless = Object.keys(when).find(name => operation === 'tasks' && name !== 'taskId')
  return aimless && `a query of tasks has no ${aimless} that could match`
}

function outOfTime({ from, until }: Rule, { now }: Surroundings): string | undefined {
  if (until === undefined) return undefined
  if (from !== undefined && until <= from) return `until (${until}) is not after from (${from})`
  return until <= now ? `until (${until}) is past: it is ${now}` : undefined
}

function outOfReach({ when, namespace }: Rule, { revision, isAdmitted }: Surroundings): string | undefined {
  if (namespace !== undefined && !isAdmitted(namespace)) return 'no request with that token is let in (--tokens)'
  if (when.model === undefined) return undefined
  const rows = rowsOf(revision, when.model)
  if (!rows) return `revision ${revision} has no model '${when.model}'; it has ${modelsOf(revision).join(', ')}`
  if (when.mode !== undefined && !rows.has(when.mode)) {
    return `${when.model} has no mode '${when.mode}'; it has ${[...rows.keys()].join(', ')}`
  }
  const actions = new Set([...rows.values()].flatMap(row => row.actions))
  if (when.action !== undefined && !actions.has(when.action)) {
    return `${when.model} has no action '${when.action}'; it has ${[...actions].join(', ')}`
  }
  return undefined
}

/** Only the first outcome rule that fires counts: one that always does leaves nothing for those behind it. */
function overshadowed(rule: Rule, { rules }: Surroundings): string | undefined {
  if (rule.role !== 'outcome') return undefined
  const before = rules.slice(0, rules.findIndex(({ id }) => id === rule.id) >>> 0)
  const shadow = before.find(other => other.role === 'outcome' && isEndless(other) && covers(other, rule))
  return shadow && `rule '${shadow.id}' comes first and always fires; remove it, or limit it by next, every or until`
}

function isEndless({ next, every, probability, from, until }: Rule): boolean {
  const always = every === undefined || every === 1
  return next === undefined && always && (probability ?? 1) === 1 && from === undefined && until === undefined
}

/** Whether whatever matches `narrow` matches `wide` too. */
function covers(wide: Rule, narrow: Rule): boolean {
  const names = ['model', 'mode', 'action', 'taskId'] as const
  const { prompt } = wide.when
  return (
    wide.operation === narrow.operation &&
    (wide.namespace === undefined || wide.namespace === narrow.namespace) &&
    names.every(name => wide.when[name] === undefined || wide.when[name] === narrow.when[name]) &&
    (prompt === undefined || (narrow.when.prompt ?? '').includes(prompt))
  )
}
