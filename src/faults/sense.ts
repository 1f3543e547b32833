import { CAPABILITIES, type Capability, modelsOf } from '../contract/capabilities.ts'
import { ENDPOINTS, endpointsOf } from '../contract/endpoints.ts'
import type { Revision } from '../contract/revisions.ts'
import { LONGEST_PROMPT } from '../contract/rules/values.ts'
import { LAST_INSTANT } from '../simulation/clock.ts'
import { isoTime } from '../simulation/timebase.ts'
import { catalogued } from './catalogue.ts'
import { areForCallbacks } from './effects.ts'
import type { Conditions, Rule } from './rulebook.ts'

/** What a rule is judged against. */
export interface Surroundings {
  /** Those that its requests may be judged by; at least one. */
  readonly revisions: readonly Revision[]
  /** All rules in their order, the one that is judged among them. */
  readonly rules: readonly Rule[]
  /** The earliest present of the namespaces that the rule is for. */
  readonly now: number
  /** Why no request of the rule's namespace gets as far as its operation, if that is so. */
  readonly denial?: string | undefined
}

/** Why a rule could never fire, as one sentence; `undefined` if it could. */
export function neverFires(rule: Rule, around: Surroundings): string | undefined {
  return outOfPlace(rule) ?? outOfTime(rule, around) ?? outOfReach(rule, around) ?? inTheShade(rule, around)
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
  if (operation === 'create' && when.taskId !== undefined) return 'a create has no taskId yet that could match'
  if (operation === 'download' && when.callback !== undefined) return 'a download has no callback that could match'
  if (when.callback === false && areForCallbacks(effects))
    return `${effects[0]?.name} is about callbacks, of which a create without callback_url has none`
  const aimless = Object.keys(when).find(name => operation === 'tasks' && name !== 'taskId')
  return aimless && `a query of tasks has no ${aimless} that could match`
}

function outOfTime({ from, until }: Rule, { now }: Surroundings): string | undefined {
  if (from !== undefined && from > LAST_INSTANT) return `from (${from}) is beyond the calendar`
  if (until === undefined) return undefined
  if (from !== undefined && until <= from) return `until (${isoTime(until)}) is not after from (${isoTime(from)})`
  return until <= now ? `until (${isoTime(until)}) is past: it is ${isoTime(now)}` : undefined
}

function outOfReach({ when }: Rule, { revisions, denial }: Surroundings): string | undefined {
  if (denial !== undefined) return denial
  if ([...(when.prompt ?? '')].length > LONGEST_PROMPT)
    return `no prompt may be longer than ${LONGEST_PROMPT} characters`
  const reasons = revisions.map(revision => outOfRevision(when, revision))
  return reasons.includes(undefined) ? undefined : reasons[0]
}

function outOfRevision(when: Conditions, revision: Revision): string | undefined {
  const other = Object.values(ENDPOINTS).find(({ type }) => type !== 'videos' && type === when.action)
  if (other) return other.revisions.includes(revision) ? undefined : `revision ${revision} has no ${other.path}`
  if (when.action === undefined && isOfOthers(when, revision)) return undefined
  const offered = CAPABILITIES.filter(row => row.revisions.includes(revision))
  if (when.model !== undefined && !modelsOf(revision).includes(when.model)) {
    return `revision ${revision} has no model '${when.model}'; it has ${modelsOf(revision).join(', ')}`
  }
  const ofModel = offered.filter(row => row.model === (when.model ?? row.model))
  const whose = when.model ?? `revision ${revision}`
  const modes = new Set(ofModel.flatMap(row => row.modes))
  if (when.mode !== undefined && !modes.has(when.mode)) return lacks(whose, 'mode', when.mode, modes)
  const ofMode = ofModel.filter(row => when.mode === undefined || row.modes.includes(when.mode))
  return outOfAction(ofMode, when, whose)
}

/** Whether another endpoint may have that model: what modes it has then is not looked at. */
function isOfOthers({ model }: Conditions, revision: Revision): boolean {
  return (
    model !== undefined &&
    endpointsOf(revision).some(({ type, models }) => type !== 'videos' && models(revision).includes(model))
  )
}

function outOfAction(rows: readonly Capability[], { mode, action }: Conditions, whose: string): string | undefined {
  const actions = new Set(rows.flatMap(row => row.actions))
  if (action === undefined || actions.has(action)) return undefined
  return lacks(mode === undefined ? whose : `${whose} in mode ${mode}`, 'action', action, actions)
}

function lacks(whose: string, what: string, given: string, offered: ReadonlySet<string>): string {
  return `${whose} has no ${what} '${given}'; it has ${[...offered].join(', ')}`
}

function inTheShade(rule: Rule, { rules, now }: Surroundings): string | undefined {
  const shadow = shadowOf(rule, rules, now)
  return shadow && `rule '${shadow.id}' comes first and always fires; remove it, or limit it by next, every or until`
}

/** Only the first outcome rule that fires counts: the one before this one that leaves nothing for it. */
export function shadowOf(rule: Rule, rules: readonly Rule[], now: number): Rule | undefined {
  if (rule.role !== 'outcome') return undefined
  const before = rules.slice(0, rules.indexOf(rule))
  return before.find(other => other.role === 'outcome' && isConstant(other) && covers(other, rule, now))
}

/** Whether it fires at each match. */
function isConstant({ next, every = 1, probability = 1 }: Rule): boolean {
  return next === undefined && every === 1 && probability === 1
}

/** Whether whatever matches `narrow` from now on matches `wide` too. */
function covers(wide: Rule, narrow: Rule, now: number): boolean {
  const names = ['model', 'mode', 'action', 'taskId', 'callback'] as const
  const { prompt } = wide.when
  return (
    wide.operation === narrow.operation &&
    (wide.namespace === undefined || wide.namespace === narrow.namespace) &&
    names.every(name => wide.when[name] === undefined || wide.when[name] === narrow.when[name]) &&
    (prompt === undefined || (narrow.when.prompt ?? '').includes(prompt)) &&
    (wide.from === undefined || wide.from <= Math.max(now, narrow.from ?? now)) &&
    (wide.until === undefined || (narrow.until !== undefined && narrow.until <= wide.until))
  )
}
