import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { ConfigError, type ConfigInput } from '../src/config.ts'
import { selfSigned } from '../src/self-signed.ts'
import { createSimulator } from '../src/simulator.ts'
import { without } from './support/tools.ts'

const DAY_MS = 86_400_000
const folder = mkdtempSync(join(tmpdir(), 'mockling-certificate-'))
const at = (name: string) => join(folder, name)

beforeAll(async () => {
  for (const [name, when] of [
    ['good', Date.now()],
    ['other', Date.now()],
    ['old', Date.now() - 2000 * DAY_MS],
    ['early', Date.now() + 30 * DAY_MS],
    // Certificates of this maker begin a day before.
    ['just-made', Date.now() + DAY_MS + 30_000],
  ] as const) {
    const { cert, key, ca } = await selfSigned(['localhost', '127.0.0.1'], when)
    writeFileSync(at(`${name}.crt`), cert + ca)
    writeFileSync(at(`${name}.key`), key)
    writeFileSync(at(`${name}.ca`), ca)
  }
  writeFileSync(at('empty'), '')
  writeFileSync(at('locked.key'), '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n')
})

const pair = (name: string, key = name): ConfigInput => ({ tlsCert: at(`${name}.crt`), tlsKey: at(`${key}.key`) })

describe('a certificate of one’s own', () => {
  it('is shown with its chain', async () => {
    await using simulator = await createSimulator(pair('good'))
    const { port } = new URL(simulator.url)
    const sent = request({ host: '127.0.0.1', port, path: '/health', ca: readFileSync(at('good.ca')) })
    sent.end()
    const [response] = await once(sent, 'response')
    expect(response.statusCode).toBe(200)
    response.destroy()
    expect(simulator.tls).toEqual({ url: simulator.url.replace('http', 'https'), ca: undefined })
  })

  const missing = without(['openssl', 'version'])
  it.skipIf(missing)(`may be one that openssl made${missing}`, async () => {
    const files = ['-keyout', at('rsa.key'), '-out', at('rsa.crt')]
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', ...files], {
      stdio: 'ignore',
    })
    await using simulator = await createSimulator(pair('rsa'))
    expect(simulator.tls?.url).toMatch(/^https:/)
  })

  it('may be made by a machine whose clock is a little ahead', async () => {
    await using simulator = await createSimulator(pair('just-made'))
    expect(simulator.tls?.url).toMatch(/^https:/)
  })

  it.each<[settings: () => ConfigInput, text: () => string]>([
    [() => ({ tlsCert: at('good.crt') }), () => `tlsCert: "${at('good.crt')}" needs its key, in tlsKey`],
    [() => ({ tlsKey: at('good.key') }), () => `tlsKey: "${at('good.key')}" needs its certificate, in tlsCert`],
    [() => ({ ...pair('good'), tls: 'self-signed' }), () => `tls: "self-signed" can't be beside tlsCert`],
    [() => pair('none'), () => `tlsCert: "${at('none.crt')}" can't be read: ENOENT`],
    [() => pair('good', 'none'), () => `tlsKey: "${at('none.key')}" can't be read: ENOENT`],
    [() => ({ ...pair('good'), tlsCert: folder }), () => `tlsCert: "${folder}" can't be read: EISDIR`],
    [() => ({ ...pair('good'), tlsCert: at('empty') }), () => `tlsCert: "${at('empty')}" holds no certificate`],
    [() => ({ ...pair('good'), tlsKey: at('empty') }), () => `tlsKey: "${at('empty')}" holds no private key`],
    [() => pair('good', 'locked'), () => `tlsKey: "${at('locked.key')}" holds a key that asks for a passphrase`],
    [() => pair('good', 'other'), () => `tlsKey: "${at('other.key')}" is not the key of the certificate in`],
    [() => pair('old'), () => `tlsCert: "${at('old.crt')}" holds a certificate that expired at 20`],
    [() => pair('early'), () => `tlsCert: "${at('early.crt')}" holds a certificate that is not valid before 20`],
    [() => ({ tlsHost: 'kling.test' }), () => 'tlsHost: "kling.test" is for a certificate that is made'],
    [() => ({ ...pair('good'), tlsHost: 'a.test' }), () => 'tlsHost: "a.test" is for a certificate that is made'],
    [() => ({ tlsCaOut: at('ca') }), () => `tlsCaOut: "${at('ca')}" is for a certificate that is made`],
    [
      () => ({ tls: 'self-signed', tlsCaOut: at('no/ca') }),
      () => `tlsCaOut: "${at('no/ca')}" can't be written: ENOENT`,
    ],
    [
      () => ({ tls: 'on' }) as unknown as ConfigInput,
      () => 'tls: "on" is not allowed; it must be one of off, self-signed',
    ],
    [
      () => ({ tls: 'self-signed', tlsHost: 'https://kling.test' }),
      () => 'tlsHost: "https://kling.test" is not allowed; it must be host names and addresses, such as',
    ],
  ])('is refused where it can’t be used: %#', async (settings, text) => {
    const refused = createSimulator(settings())
    await expect(refused).rejects.toBeInstanceOf(ConfigError)
    await expect(refused).rejects.toThrow(text())
  })

  it('leaves the file of a server that has the port as it is', async () => {
    const settings = { tls: 'self-signed', tlsCaOut: at('kept.pem') } as const
    await using simulator = await createSimulator(settings)
    const port = Number(new URL(simulator.url).port)
    await expect(createSimulator({ ...settings, port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    expect(readFileSync(at('kept.pem'), 'utf8')).toBe(simulator.tls?.ca)
  })

  it('is written for clients where they look for it', async () => {
    await using simulator = await createSimulator({ tls: 'self-signed', tlsCaOut: at('out.pem') })
    expect(readFileSync(at('out.pem'), 'utf8')).toBe(simulator.tls?.ca)
  })
})
