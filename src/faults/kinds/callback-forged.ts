import { kind } from '../kind.ts'
import { secret } from '../options.ts'
import { forged, signed } from '../signature.ts'

export const callbackForged = kind({
  name: 'callback-forged',
  summary: 'The callback carries a Standard Webhooks signature of somebody who does not know the secret.',
  operations: ['create'],
  argument: 'secret',
  options: { secret: secret.optional() },
  post(post, options, context) {
    const { headers, ...rest } = signed(post, options.secret, context)
    return { ...rest, headers: forged(headers) }
  },
})
