import { kind } from '../kind.ts'
import { optional, secret } from '../options.ts'
import { forged, signed, TEST_SECRET } from '../signature.ts'

export const callbackForged = kind({
  name: 'callback-forged',
  summary: 'The callback carries a Standard Webhooks signature that is wrong: somebody does not know the secret.',
  operations: ['create'],
  needs: ['callback'],
  decides: () => 'the signature',
  argument: 'secret',
  options: () => ({ secret: optional(secret(), `${TEST_SECRET}, which everybody knows`) }),
  post(post, options, context) {
    const { headers, ...rest } = signed(post, options.secret, context)
    return { ...rest, headers: forged(headers) }
  },
})
