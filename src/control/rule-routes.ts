import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { outcomeLines } from '../faults/outcomes.ts'
import { RuleInput, TimelineInput } from '../faults/rule-input.ts'
import type { Rule } from '../faults/rulebook.ts'
import type { Control } from './control.ts'
import type { RuleDesk } from './rules.ts'
import { Scope, ScopeQuery } from './scope.ts'

const NewRule = z.strictObject({ ...Scope, ...RuleInput.shape })
const NewTimeline = z.strictObject({ ...Scope, ...TimelineInput.shape })

/** Outcomes, rules, faults and timelines. */
export function ruleRoutes(app: FastifyInstance, control: Control, desk: RuleDesk): void {
  app.get('/v1/outcomes', async () => ({ items: outcomeLines() }))
  listRoutes(app, control, desk, 'rules', 'outcome')
  listRoutes(app, control, desk, 'faults', 'fault')

  app.get('/v1/timelines', async request => ({
    items: desk.timelines(control.scopeOf(ScopeQuery.parse(request.query))),
  }))
  app.post('/v1/timelines', async (request, reply) => {
    const { token, namespace, scope: _, ...timeline } = NewTimeline.parse(request.body)
    const started = desk.start(control.scopeOf({ token, namespace }), timeline, token)
    return reply.code(201).send(started)
  })
  app.delete<{ Params: { name: string } }>('/v1/timelines/:name', async (request, reply) => {
    desk.stop(request.params.name, control.scopeOf(ScopeQuery.parse(request.query)))
    return reply.code(204).send()
  })
}

/** Add, list, remove one, remove all: the same for rules that choose outcomes and for faults. */
function listRoutes(app: FastifyInstance, control: Control, desk: RuleDesk, name: string, role: Rule['role']): void {
  app.get(`/v1/${name}`, async request => {
    const scope = control.scopeOf(ScopeQuery.parse(request.query))
    return { items: desk.list({ role, scope }) }
  })
  app.post(`/v1/${name}`, async (request, reply) => {
    const { token, namespace, scope: _, ...input } = NewRule.parse(request.body)
    return reply.code(201).send(desk.add(role, control.scopeOf({ token, namespace }), input, token))
  })
  app.delete(`/v1/${name}`, async request => {
    const scope = control.scopeOf(ScopeQuery.parse(request.query))
    return { removed: desk.clear(role, scope) }
  })
  app.delete<{ Params: { '*': string } }>(`/v1/${name}/*`, async (request, reply) => {
    desk.remove(role, request.params['*'], control.scopeOf(ScopeQuery.parse(request.query)))
    return reply.code(204).send()
  })
}
