import { z } from 'zod'
import { CLOCK_MODES } from '../simulation/clock-setting.ts'
import { type Command, command } from './command.ts'
import type { Control } from './control.ts'
import { Instant } from './fields.ts'
import { Refused } from './refused.ts'
import { Scope, ScopeQuery } from './scope.ts'
import { ClockLogPage, ClockState } from './shapes.ts'

const tag = 'clock'

const Change = z.strictObject({
  ...Scope,
  mode: z.enum(CLOCK_MODES),
  rate: z.number().positive().max(1_000_000).optional().describe('Only with mode scaled.'),
  at: Instant.optional().describe('Where to move it first; not before now.'),
})

const Advance = z.strictObject({
  ...Scope,
  ms: z.number().min(0).optional().describe('One of ms, seconds and to.'),
  seconds: z.number().min(0).optional(),
  to: Instant.optional(),
})

const Until = z.strictObject({ task: z.string().min(1).describe('Id of the task.') })

const FORWARD = 'The instant lies before now or beyond the calendar.'

/** Reads a clock and moves it. */
export function clockCommands(control: Control): Command[] {
  return [
    command({
      method: 'GET',
      url: '/v1/clock',
      tag,
      summary: 'Show a clock',
      query: ScopeQuery,
      response: ClockState,
      run: ({ query }) => control.clockEverywhere(control.scopeOf(query)),
    }),
    command({
      method: 'PUT',
      url: '/v1/clock',
      tag,
      summary: 'Change how a clock runs',
      body: Change,
      response: ClockState,
      refusals: { 409: FORWARD },
      run: ({ body }) => {
        if (body.rate !== undefined && body.mode !== 'scaled') throw new Refused('rate goes with mode scaled only')
        return control.setClock(control.scopeOf(body), body)
      },
    }),
    command({
      method: 'POST',
      url: '/v1/clock/advance',
      tag,
      summary: 'Move a clock forward',
      description:
        'All who wait wake in order of their instants, and see the clock there. Answers when everything that was due is done: held requests are answered, callbacks posted and, if they failed, tried again at their own dates.',
      body: Advance,
      response: ClockState,
      refusals: { 409: FORWARD },
      run: ({ body }) => control.advance(control.scopeOf(body), stretchOf(body)),
    }),
    command({
      method: 'POST',
      url: '/v1/clock/next-event',
      tag,
      summary: 'Move a clock to the next instant that somebody waits for',
      description:
        'A held request, a due callback, or three seconds (--skip-per-poll) after a poll that showed a pending task.',
      body: z.strictObject(Scope),
      response: ClockState,
      refusals: { 409: 'Nobody waits.' },
      run: ({ body }) => control.toNextEvent(control.scopeOf(body)),
    }),
    command({
      method: 'POST',
      url: '/v1/clock/until-settled',
      tag,
      summary: 'Move the clock of a task to the instant it settles',
      body: Until,
      response: ClockState,
      refusals: { 404: 'There is no such task.', 409: 'The task never settles.' },
      run: ({ body }) => control.untilSettled(body.task),
    }),
    command({
      method: 'GET',
      url: '/v1/clock/log',
      tag,
      summary: 'List the commands given to clocks',
      response: ClockLogPage,
      run: () => ({
        items: control.clockLog.entries.map(entry => ({
          ...entry,
          scope: entry.scope === 'server' ? 'server' : entry.scope.namespace.slice(0, 8),
        })),
        dropped: control.clockLog.dropped,
      }),
    }),
  ]
}

function stretchOf({ ms, seconds, to }: z.infer<typeof Advance>): { ms: number } | { to: number } {
  const given = [ms, seconds, to].filter(value => value !== undefined)
  if (given.length !== 1) throw new Refused('give exactly one of ms, seconds and to')
  return to === undefined ? { ms: ms ?? (seconds ?? 0) * 1000 } : { to }
}
