import { z } from 'zod'
import { type Command, command } from './command.ts'
import { type Control, RESET_PARTS } from './control.ts'
import { Refused } from './refused.ts'
import { Scope } from './scope.ts'

const tag = 'settings'

const Settings = z
  .strictObject({
    settings: z.record(z.string(), z.unknown()).describe('By name; null where there is none.'),
    changeable: z.array(z.string()).describe('Names of those that can be changed while it runs.'),
  })
  .meta({ id: 'Settings', description: 'How this was set up.' })

/** Shows and changes settings, and starts over without touching them. */
export function settingsCommands(control: Control): Command[] {
  const { settings } = control
  const show = () => ({ settings: { ...settings.shown }, changeable: Object.keys(settings.Changes.shape) })
  const change = command({
    method: 'PATCH',
    url: '/v1/settings',
    isTaped: true,
    tag,
    summary: 'Change settings, for all tokens, from the next request on',
    description: 'Whatever is left out stays; null takes a limit away. Tasks there are keep their plans.',
    body: settings.Changes,
    response: Settings,
    run: ({ body }) => {
      settings.change(body)
      return show()
    },
  })
  return [
    command({
      method: 'GET',
      url: '/v1/settings',
      tag,
      summary: 'Show the settings, secrets masked',
      response: Settings,
      run: show,
    }),
    {
      ...change,
      handle: async (request, reply) => {
        // Of a setting, "there is no such field" would be half of the truth.
        const reason = settings.elsewhere(Object.keys(request.body ?? {}))
        if (reason !== undefined) throw new Refused(reason)
        return change.handle(request, reply)
      },
    },
    command({
      method: 'POST',
      url: '/v1/reset',
      isTaped: true,
      tag,
      summary: 'Start over: one namespace or all, the whole or a part',
      description:
        'What was configured stays: settings, rules, faults, how inboxes answer. `tasks` are also money, rate windows and streams of ids. A clock is set back only together with the tasks, which are dated by it; without them it just runs as the server’s again.',
      body: z.strictObject({
        ...Scope,
        what: z
          .array(z.enum(RESET_PARTS))
          .min(1)
          .optional()
          .describe(`Any of ${RESET_PARTS.join(', ')}. Default all.`),
      }),
      response: z.strictObject({ reset: z.literal(true) }),
      run: async ({ body }) => {
        await control.reset(control.scopeOf(body), body.what)
        return { reset: true as const }
      },
    }),
  ]
}
