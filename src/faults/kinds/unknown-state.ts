import { kind } from '../kind.ts'
import { text } from '../options.ts'

export const unknownState = kind({
  name: 'unknown-state',
  summary: 'The result’s state is a word that no document knows.',
  operations: ['create'],
  needs: ['video'],
  argument: 'state',
  options: () => ({ state: text(40).default('archived') }),
  result: (result, { state }) => ('state' in result ? { ...result, state } : result),
})
