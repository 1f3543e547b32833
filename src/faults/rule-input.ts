import { z } from 'zod'
import type { Effect } from '../simulation/task.ts'
import { parseIsoTime } from '../simulation/timebase.ts'
import { areForCallbacks } from './effects.ts'
import { type Outcome, outcomeFrom } from './outcomes.ts'
import type { Rule } from './rulebook.ts'
import { BadEffect, effectFrom, effectsOf } from './text.ts'

const EFFECTS = 'effects as text, such as "refuse too_many_requests, answer-late 5", or a list of { "name", … }'

/** Effects as people write them, or as data. */
export const Effects = z.union(
  [
    z.string().min(1).max(5000),
    z
      .array(z.looseObject({ name: z.string() }))
      .min(1)
      .max(50),
  ],
  `must be ${EFFECTS}`,
)

const instant = z
  .union([z.number(), z.string().transform(text => parseIsoTime(text) ?? Number.NaN)])
  .pipe(z.number('must be Unix milliseconds or an ISO 8601 time with its zone').min(0, 'must not be before 1970'))

/** Seconds, or text with a unit: `250ms`, `30s`, `2m`, `1.5h`. */
const LENGTH = 'must be seconds, or text such as 250ms, 30s, 2m or 1.5h'
const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const
const lengthMs = z
  .union(
    [
      z
        .number(LENGTH)
        .min(0, LENGTH)
        .transform(seconds => Math.round(seconds * 1000)),
      z.string().transform(millisecondsOf),
    ],
    LENGTH,
  )
  .pipe(z.number(LENGTH))

function millisecondsOf(text: string): number {
  const [, number, unit] = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h)$/.exec(text.trim()) ?? []
  return number === undefined ? Number.NaN : Math.round(Number(number) * UNITS_MS[unit as keyof typeof UNITS_MS])
}

/** When a rule fires, beside its operation and time. */
const Limits = {
  operation: z.enum(['create', 'tasks', 'download']).default('create').describe('What it is about.'),
  when: z
    .strictObject({
      model: z.string().optional(),
      mode: z.string().optional(),
      action: z.string().optional(),
      prompt: z.string().min(1).optional().describe('A part of the prompt.'),
      taskId: z.string().optional(),
      callback: z.boolean().optional().describe('Whether the create has a callback_url.'),
    })
    .default({})
    .describe('What must hold of the request.'),
  next: z.int().min(1).max(1_000_000_000).optional().describe('Fires so often at most, for each token.'),
  every: z.int().min(1).max(1_000_000_000).optional().describe('Fires at each so manieth match.'),
  probability: z.number().gt(0).max(1).optional().describe('Fires with this chance, drawn from the seed.'),
}

const ruleId = z.string().regex(/^[\w.:-]{1,80}$/, 'must be 1 to 80 letters, digits, _ . : or -')

/** A rule or fault as it is given. `from`/`until` are instants; `in`/`for` count from now. */
export const RuleInput = z.strictObject({
  id: ruleId.optional().describe('Made up if absent; one that is there already is replaced.'),
  effects: Effects.describe(EFFECTS),
  ...Limits,
  from: instant.optional(),
  until: instant.optional(),
  in: lengthMs.optional(),
  for: lengthMs.optional(),
})

/** One change of an incident. */
const Event = z.strictObject({
  at: lengthMs.describe('After the start of the timeline.'),
  for: lengthMs.optional().describe('How long; without it, from then on.'),
  outcome: Effects.optional().describe('Chosen for creates.'),
  fault: Effects.optional().describe('Added to whatever was chosen.'),
  ...Limits,
})

/** An incident: dated changes, counted from the instant the timeline is started. */
export const TimelineInput = z.strictObject({
  name: ruleId.describe('Names its rules too: name/1, name/2 …'),
  events: z.array(Event).min(1).max(1000),
})

export type RuleInput = z.infer<typeof RuleInput>
export type TimelineInput = z.infer<typeof TimelineInput>

/** A rule that can't be: the reason, as one sentence. */
export class BadRule extends Error {}

/** Where rules are put. */
export interface Site {
  readonly namespace?: string
  /** The namespace's present. */
  readonly now: number
  readonly clips: ReadonlySet<string>
}

/**
 * The rule that an input stands for.
 * @throws BadEffect, BadRule
 */
export function ruleFrom(input: RuleInput, role: Rule['role'], id: string, site: Site): Rule {
  if (input.from !== undefined && input.in !== undefined) throw new BadRule('give from or in, not both')
  if (input.until !== undefined && input.for !== undefined) throw new BadRule('give until or for, not both')
  const from = input.in === undefined ? input.from : site.now + input.in
  const until = input.for === undefined ? input.until : (from ?? site.now) + input.for
  return made({ ...input, from, until }, effectsFrom(input.effects, site), role, id, site)
}

/**
 * The rules of a timeline that starts at `site.now`.
 * @throws BadEffect, BadRule naming the event
 */
export function rulesOf({ name, events }: TimelineInput, site: Site): Rule[] {
  return events.map((event, index) => {
    try {
      return { ...ruleOf(event, `${name}/${index + 1}`, site), timeline: name }
    } catch (error) {
      if (error instanceof BadEffect || error instanceof BadRule) throw new BadRule(`events.${index}: ${error.message}`)
      throw error
    }
  })
}

function ruleOf({ outcome, fault, at, for: lengthMs, ...limits }: z.infer<typeof Event>, id: string, site: Site): Rule {
  const given = outcome ?? fault
  if (given === undefined || (outcome !== undefined && fault !== undefined)) {
    throw new BadRule('give an outcome or a fault, one of the two')
  }
  const from = site.now + at
  const until = lengthMs === undefined ? undefined : from + lengthMs
  const role = outcome === undefined ? 'fault' : 'outcome'
  return made({ ...limits, from, until }, effectsFrom(given, site), role, id, site)
}

function effectsFrom(given: z.infer<typeof Effects>, { clips }: Site): Outcome {
  const effects: Effect[] = typeof given === 'string' ? effectsOf(given) : given.map(effectFrom)
  return outcomeFrom(effects, clips)
}

type Made = Omit<RuleInput, 'id' | 'effects' | 'in' | 'for' | 'from' | 'until'> & {
  readonly from: number | undefined
  readonly until: number | undefined
}

function made(limits: Made, { text, effects }: Outcome, role: Rule['role'], id: string, { namespace }: Site): Rule {
  const { operation, when, next, every, probability, from, until } = limits
  // What is about callbacks only would be used up by a create that has none, and nobody would see it.
  const meant = areForCallbacks(effects) ? { ...when, callback: when.callback ?? true } : when
  const given = Object.fromEntries(Object.entries(meant).filter(([, value]) => value !== undefined))
  return {
    id,
    role,
    operation,
    effects,
    text,
    when: given,
    ...(namespace !== undefined && { namespace }),
    ...(next !== undefined && { next }),
    ...(every !== undefined && { every }),
    ...(probability !== undefined && { probability }),
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
  }
}
