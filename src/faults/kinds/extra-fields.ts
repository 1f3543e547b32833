import { kind } from '../kind.ts'

export const extraFields = kind({
  name: 'extra-fields',
  summary: 'The result has fields that no document knows, one of them an object.',
  operations: ['create'],
  needs: ['end'],
  options: () => ({}),
  result: result => ({ ...result, x_mockling_note: 'unannounced', x_mockling_detail: { nested: [1, null, 'two'] } }),
})
