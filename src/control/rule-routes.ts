import { z } from 'zod'
import { outcomeLines } from '../faults/outcomes.ts'
import { RuleInput, TimelineInput } from '../faults/rule-input.ts'
import type { Rule } from '../faults/rulebook.ts'
import { type Command, command } from './command.ts'
import type { Control } from './control.ts'
import type { RuleDesk, RuleView } from './rules.ts'
import { Scope, ScopeQuery } from './scope.ts'
import { of } from './shapes.ts'

const NewRule = z.strictObject({ ...Scope, ...RuleInput.shape })
const NewTimeline = z.strictObject({ ...Scope, ...TimelineInput.shape })

const ShownRule = of<RuleView>(
  z
    .looseObject({
      id: z.string(),
      role: z.enum(['outcome', 'fault']),
      namespace: z.string().nullable().describe('First eight digits of it; null: for all tokens.'),
    })
    .meta({ id: 'Rule', description: 'A rule or fault, and how often it matched and fired.' }),
)

const ShownTimeline = z
  .strictObject({ name: z.string(), rules: z.array(ShownRule) })
  .meta({ id: 'Timeline', description: 'A timeline that was started, as the dated rules it became.' })

/** Outcomes, rules, faults and timelines. */
export function ruleCommands(control: Control, desk: RuleDesk): Command[] {
  return [
    command({
      method: 'GET',
      url: '/v1/outcomes',
      tag: 'outcomes',
      summary: 'List everything that can be chosen to happen',
      response: z.strictObject({ items: z.array(z.looseObject({ name: z.string() })) }),
      run: () => ({ items: outcomeLines().map(line => ({ ...line })) }),
    }),
    ...listCommands(control, desk, 'rules', 'outcome'),
    ...listCommands(control, desk, 'faults', 'fault'),
    ...timelineCommands(control, desk),
  ]
}

function timelineCommands(control: Control, desk: RuleDesk): Command[] {
  const tag = 'timelines'
  return [
    command({
      method: 'GET',
      url: '/v1/timelines',
      tag,
      summary: 'List the timelines that were started',
      query: ScopeQuery,
      response: z.strictObject({ items: z.array(ShownTimeline) }),
      run: ({ query }) => ({ items: desk.timelines(control.scopeOf(query)) }),
    }),
    command({
      method: 'POST',
      url: '/v1/timelines',
      isTaped: true,
      isShared: true,
      tag,
      summary: 'Start a timeline: its changes, dated from now',
      body: NewTimeline,
      response: ShownTimeline,
      status: 201,
      refusals: { 409: 'It is running already, or there are too many rules.' },
      run: ({ body: { token, namespace, scope, ...timeline } }) =>
        desk.start(control.scopeOf({ token, namespace, scope }), timeline, token),
    }),
    command({
      method: 'DELETE',
      url: '/v1/timelines/:name',
      isTaped: true,
      isShared: true,
      tag,
      summary: 'End a timeline',
      params: z.strictObject({ name: z.string().min(1) }),
      query: ScopeQuery,
      response: null,
      refusals: { 404: 'There is no such timeline.' },
      run: ({ params, query }) => {
        desk.stop(params.name, control.scopeOf(query))
        return undefined
      },
    }),
  ]
}

/** Add, list, remove one, remove all: the same for rules that choose outcomes and for faults. */
function listCommands(control: Control, desk: RuleDesk, name: string, role: Rule['role']): Command[] {
  const tag = name
  return [
    command({
      method: 'GET',
      url: `/v1/${name}`,
      tag,
      summary: `List the ${name}`,
      query: ScopeQuery,
      response: z.strictObject({ items: z.array(ShownRule) }),
      run: ({ query }) => ({ items: desk.list({ role, scope: control.scopeOf(query) }) }),
    }),
    command({
      method: 'POST',
      url: `/v1/${name}`,
      isTaped: true,
      isShared: true,
      tag,
      summary: `Put one behind the ${name} there are`,
      body: NewRule,
      response: ShownRule,
      status: 201,
      refusals: { 409: 'There are too many.' },
      run: ({ body: { token, namespace, scope, ...input } }) =>
        desk.add(role, control.scopeOf({ token, namespace, scope }), input, token),
    }),
    command({
      method: 'DELETE',
      url: `/v1/${name}`,
      isTaped: true,
      isShared: true,
      tag,
      summary: `Remove all ${name}: of one namespace, or of all`,
      query: ScopeQuery,
      response: z.strictObject({ removed: z.int() }),
      run: ({ query }) => ({ removed: desk.clear(role, control.scopeOf(query)) }),
    }),
    command({
      method: 'DELETE',
      url: `/v1/${name}/*`,
      isTaped: true,
      isShared: true,
      tag,
      summary: `Remove one of the ${name}`,
      params: z.strictObject({ '*': z.string().min(1).describe('Its id. That of a timeline’s part holds a slash.') }),
      query: ScopeQuery,
      response: null,
      refusals: { 404: 'There is none of that id.' },
      run: ({ params, query }) => {
        desk.remove(role, params['*'], control.scopeOf(query))
        return undefined
      },
    }),
  ]
}
