import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { checkedSecret } from '../../src/cli/secret.ts'
import { forged, signatureHeaders } from '../../src/faults/signature.ts'

const secrets = fc
  .uint8Array({ minLength: 24, maxLength: 64 })
  .map(bytes => `whsec_${Buffer.from(bytes).toString('base64')}`)

describe('signatures', () => {
  it('are accepted by the library of Standard Webhooks, and only with the right secret', () => {
    fc.assert(
      fc.property(secrets, secrets, fc.json(), (secret, other, text) => {
        fc.pre(secret !== other)
        const headers = signatureHeaders(checkedSecret(secret), 'msg_1', Date.now(), text)
        expect(new Webhook(secret).verify(text, headers)).toEqual(JSON.parse(text))
        expect(() => new Webhook(other).verify(text, headers)).toThrow('signature')
        expect(() => new Webhook(secret).verify(text, forged(headers))).toThrow('signature')
      }),
    )
  })

  it.each(['', 'whsec_', 'whsec_c2hvcnQ=', 'secret', `whsec_${'A'.repeat(100)}`])(
    'refuse the secret %j without repeating it',
    secret => {
      expect(() => checkedSecret(secret)).toThrow(
        '--secret: not allowed; it must be whsec_ and 24 to 64 bytes in Base64',
      )
    },
  )
})
