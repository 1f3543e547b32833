import { MODEL_INVALID } from '../../contract/rules/values.ts'
import { kind } from '../kind.ts'

export const retiredModel = kind({
  name: 'retired-model',
  summary: 'The model is refused as unknown, as on the day it is switched off.',
  operations: ['create'],
  removes: ['task', 'end', 'video', 'file', 'bytes', 'callback'],
  decides: () => 'the refusal',
  options: () => ({}),
  refuse: () => ({ code: 'bad_request', status: 400, message: MODEL_INVALID }),
})
