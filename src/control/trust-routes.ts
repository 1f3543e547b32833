import { type Command, command } from './command.ts'
import { Refused } from './refused.ts'

/** What a client has to trust before it can speak TLS with this. Nobody's secret, and needed before anything else. */
export function trustCommands(ca: string | undefined): Command[] {
  return [
    command({
      method: 'GET',
      url: '/ca.pem',
      tag: 'self',
      summary: 'Get the certificate that clients have to trust, of tls self-signed',
      description: 'Needs no key, and is there at the same port without TLS.',
      response: { type: 'application/x-pem-file', description: 'The authority of the certificate made at the start.' },
      refusals: { 404: 'There is no TLS, or its certificate is the user’s own.' },
      isOpen: true,
      run: async ({ reply }) => {
        if (ca === undefined) throw new Refused('no certificate was made: that is done by --tls self-signed', 404)
        return reply.type('application/x-pem-file').send(ca)
      },
    }),
  ]
}
