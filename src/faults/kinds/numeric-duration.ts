import { kind } from '../kind.ts'

export const numericDuration = kind({
  name: 'numeric-duration',
  summary: 'duration comes as a number, where it is documented as text.',
  operations: ['create'],
  needs: ['video'],
  options: () => ({}),
  result: result => ('duration' in result ? { ...result, duration: Number(result['duration']) } : result),
})
