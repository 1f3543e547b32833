import { kind } from '../kind.ts'

export const noSuccess = kind({
  name: 'no-success',
  summary: 'The result lacks the field success.',
  operations: ['create'],
  options: {},
  result: ({ success: _, ...result }) => result,
})
