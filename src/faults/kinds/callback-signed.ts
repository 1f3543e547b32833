import { kind } from '../kind.ts'
import { optional, secret } from '../options.ts'
import { signed, TEST_SECRET } from '../signature.ts'

export const callbackSigned = kind({
  name: 'callback-signed',
  summary: 'The callback carries a Standard Webhooks signature that is right, its timestamp on the virtual clock.',
  operations: ['create'],
  needs: ['callback'],
  decides: () => 'the signature',
  argument: 'secret',
  options: () => ({ secret: optional(secret(), `${TEST_SECRET}, which everybody knows`) }),
  post: (post, options, context) => signed(post, options.secret, context),
})
