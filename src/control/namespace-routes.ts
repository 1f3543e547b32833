import { z } from 'zod'
import { REVISIONS } from '../contract/revisions.ts'
import { type Command, command } from './command.ts'
import type { Control } from './control.ts'
import { Page } from './fields.ts'
import { ClockState } from './shapes.ts'

const NamespaceView = z
  .strictObject({
    namespace: z.string().describe('First eight digits of it.'),
    tasks: z.int().describe('How many it holds.'),
    revision: z.enum(REVISIONS).describe('The dated reading of the contract that its requests are judged by.'),
    charged: z.number().describe('Credits billed for tasks that succeeded.'),
    reserved: z.number().describe('Prices of tasks that are not settled yet.'),
    clock: ClockState,
  })
  .meta({ id: 'Namespace', description: 'A bearer token that was seen, with its clock.' })

export type NamespaceView = z.infer<typeof NamespaceView>

/** The tokens that were seen. */
export function namespaceCommands(control: Control): Command[] {
  return [
    command({
      method: 'GET',
      url: '/v1/namespaces',
      tag: 'clock',
      summary: 'List the tokens that were seen, with their clocks, tasks and money',
      description: 'By their namespaces. Those that hold most tasks come first.',
      query: z.strictObject(Page),
      response: z.strictObject({ items: z.array(NamespaceView), total: z.int().describe('How many there are.') }),
      run: ({ query }) => control.namespaces(query),
    }),
  ]
}
