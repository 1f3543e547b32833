import { kind } from '../kind.ts'

export const noSuccess = kind({
  name: 'no-success',
  summary: 'The result lacks the field success.',
  operations: ['create'],
  needs: ['end'],
  options: () => ({}),
  result: ({ success: _, ...result }) => result,
})
