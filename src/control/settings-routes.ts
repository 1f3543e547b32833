import { z } from 'zod'
import { REVISIONS } from '../contract/revisions.ts'
import { type Command, command } from './command.ts'
import { type Control, RESET_PARTS, short } from './control.ts'
import { Refused } from './refused.ts'
import { Scope, ScopeQuery } from './scope.ts'

const tag = 'settings'

const Settings = z
  .strictObject({
    settings: z.record(z.string(), z.unknown()).describe('By name; null where there is none.'),
    changeable: z.array(z.string()).describe('Names of those that can be changed while it runs.'),
  })
  .meta({ id: 'Settings', description: 'How this was set up.' })

/** The settings that a token may have of its own. */
const TokenSettings = z
  .strictObject({
    namespace: z.string().describe('First eight digits of it.'),
    revision: z.enum(REVISIONS).describe('The dated reading of the contract that its requests are judged by.'),
    isOwn: z.boolean().describe('Whether that is the token’s own; else it is the server’s.'),
  })
  .meta({ id: 'TokenSettings', description: 'What one token is judged by.' })

/** Shows and changes settings, and starts over without touching them. */
export function settingsCommands(control: Control): Command[] {
  const { settings } = control
  const show = () => ({ settings: { ...settings.shown }, changeable: Object.keys(settings.Changes.shape) })
  const shown = (key: string) => ({
    namespace: short(key),
    revision: settings.revisionOf(key),
    isOwn: settings.ownRevisions.has(key),
  })
  const change = command({
    method: 'PATCH',
    url: '/v1/settings',
    isTaped: true,
    isShared: true,
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
      handle: async (request, reply, around) => {
        // Of a setting, "there is no such field" would be half of the truth.
        const reason = settings.elsewhere(Object.keys(request.body ?? {}))
        if (reason !== undefined) throw new Refused(reason)
        return change.handle(request, reply, around)
      },
    },
    command({
      method: 'GET',
      url: '/v1/token-settings',
      tag,
      summary: 'Show the settings that tokens have of their own: of the one named, or of all that have any',
      query: ScopeQuery,
      response: z.strictObject({ items: z.array(TokenSettings) }),
      refusals: { 404: 'No namespace goes by these digits, or several do.' },
      run: ({ query }) => {
        const scope = control.scopeOf(query)
        const keys = scope === 'server' ? [...settings.ownRevisions.keys()] : [scope.namespace]
        return { items: keys.map(shown) }
      },
    }),
    command({
      method: 'PATCH',
      url: '/v1/token-settings',
      isTaped: true,
      isShared: true,
      tag,
      summary: 'Change the settings of one token, from its next request on',
      description:
        'Before the token is known the server’s revision answers, then the token’s. Tasks keep the one they were made under. A reset leaves this as it is.',
      body: z.strictObject({
        token: Scope.token,
        namespace: Scope.namespace,
        revision: z.enum(REVISIONS).nullable().describe('null: the server’s again.'),
      }),
      response: TokenSettings,
      refusals: { 404: 'No namespace goes by these digits, or several do.' },
      run: ({ body }) => {
        const key = control.namespaceOf(body)
        settings.setRevision(key, body.revision)
        return shown(key)
      },
    }),
    command({
      method: 'POST',
      url: '/v1/reset',
      isTaped: true,
      isShared: true,
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
