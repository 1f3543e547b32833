import { kind } from '../kind.ts'
import { secret } from '../options.ts'
import { signed } from '../signature.ts'

export const callbackSigned = kind({
  name: 'callback-signed',
  summary: 'The callback carries a Standard Webhooks signature that is right.',
  operations: ['create'],
  needs: ['callback'],
  decides: () => 'the signature',
  argument: 'secret',
  options: { secret: secret.optional() },
  post: (post, options, context) => signed(post, options.secret, context),
})
