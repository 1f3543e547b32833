import { z } from 'zod'
import { ENDPOINTS, TASK_TYPES } from '../contract/endpoints.ts'
import { type Explanation, explained } from '../contract/explaining.ts'
import { type Capabilities, capabilities } from '../contract/matrix.ts'
import { REVISIONS } from '../contract/revisions.ts'
import { STRICTNESSES } from '../contract/rules/objection.ts'
import { type Command, command } from './command.ts'
import type { Control } from './control.ts'
import { Refused } from './refused.ts'
import { of } from './shapes.ts'

const tag = 'contract'

const CapabilitiesView = of<Capabilities>(
  z
    .strictObject({
      defaultRevision: z.enum(REVISIONS),
      revisions: z.record(z.enum(REVISIONS), z.looseObject({ title: z.string() })).describe('By name.'),
    })
    .meta({ id: 'Capabilities', description: 'What each revision’s models offer, as in mockling/capabilities.json.' }),
)

const ExplanationView = of<Explanation>(
  z
    .strictObject({
      revision: z.enum(REVISIONS),
      accepted: z.boolean(),
      objections: z
        .array(z.looseObject({ rule: z.string(), field: z.string(), message: z.string() }))
        .describe('Every reason, with rule, source, grade and the nearest change; the first one answers.'),
      ignored: z
        .array(z.strictObject({ field: z.string(), knownIn: z.array(z.enum(REVISIONS)) }))
        .describe('Fields given and not used, and the revisions that would.'),
      citations: z.looseObject({}).optional().describe('What the prompt cites of its references, where that counts.'),
      price: z.looseObject({ credits: z.number() }).optional().describe('An estimate; absent if it is refused.'),
    })
    .meta({ id: 'Explanation', description: 'What a revision makes of a body.' }),
)

/** What the contract says, and what it makes of a body. Nothing is sent, made or billed. */
export function contractCommands({ settings }: Control): Command[] {
  return [
    command({
      method: 'GET',
      url: '/v1/capabilities',
      tag,
      summary: 'Show what the models of each revision offer, with sources and grades',
      response: CapabilitiesView,
      run: () => capabilities(),
    }),
    command({
      method: 'POST',
      url: '/v1/explain',
      tag,
      summary: 'Say what a revision makes of a body, with every reason',
      description: 'As mockling explain does. Nothing is sent, made or billed.',
      body: z.strictObject({
        body: z.record(z.string(), z.unknown()).describe('The create’s body.'),
        endpoint: z.enum(TASK_TYPES).default('videos').describe('Default videos.'),
        revision: z.enum(REVISIONS).optional().describe('Default: the server’s.'),
        strictness: z.enum(STRICTNESSES).optional().describe('Default: the server’s.'),
      }),
      response: ExplanationView,
      run: ({ body: { body, endpoint, revision = settings.revisionOf(''), strictness } }) => {
        const { path, revisions } = ENDPOINTS[endpoint]
        if (!revisions.includes(revision)) {
          throw new Refused(`revision ${revision} has no ${path}; ${revisions.join(', ')} have`)
        }
        return explained(endpoint, body, revision, strictness ?? settings.config.strictness)
      },
    }),
  ]
}
