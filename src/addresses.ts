import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { type AddressPolicy, addressPolicy } from './callbacks/address-policy.ts'
import { type Config, ConfigError } from './config.ts'

/** Where inboxes are, behind scheme and host. */
const INBOX_PATH = '/_mockling/inbox/'

export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(host)
}

/** Scheme, host and port under which the server is reached from this machine. */
export function addressOf(app: FastifyInstance, host: string): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${portOf(app)}`
}

/** The same address under TLS. */
export function securedOf(address: string): string {
  return address.replace(/^http:/, 'https:')
}

/** Whether any setting is about TLS: for nobody else anything of it is loaded. */
export function namesTls({ tls, tlsHost, tlsCert, tlsKey, tlsCaOut }: Config): boolean {
  return tls !== 'off' || tlsHost.length > 0 || [tlsCert, tlsKey, tlsCaOut].some(given => given !== undefined)
}

/** What to tell a person whose client hung up on the certificate. `ca` is what it should trust, if we made that. */
export function distrustText(ca: string | undefined, address: string): string {
  const trusted =
    ca === undefined ? 'whoever issued that of --tls-cert' : `what GET ${address}/_mockling/ca.pem answers`
  return `a client does not trust the certificate: have it trust ${trusted}`
}

/** Where our own inboxes are, by every name that means this server: URLs that begin so may always be called. */
export function inboxAddresses(app: FastifyInstance, { host, publicUrl }: Config): string[] {
  const port = portOf(app)
  const local = ['127.0.0.1', 'localhost', '[::1]'].map(name => `http://${name}:${port}`)
  const plain = [...local, addressOf(app, host)]
  const secured = plain.map(securedOf)
  return [...plain, ...secured, ...(publicUrl === undefined ? [] : [publicUrl])].map(origin => origin + INBOX_PATH)
}

function portOf(app: FastifyInstance): number {
  return (app.server.address() as AddressInfo | null)?.port ?? 0
}

/**
 * Where callbacks may go.
 * @throws ConfigError naming the setting whose pattern can't be read.
 */
export function policyOf(config: Config, ownOrigins: () => readonly string[]): AddressPolicy {
  const { callbackPrivate, callbackAllow: allow, callbackDeny: deny } = config
  const loopback = isLoopback(config.host) ? 'allow' : 'deny'
  const options = { private: callbackPrivate, loopback, ownOrigins } as const
  for (const [name, lists] of [
    ['callbackAllow', { allow, deny: [] }],
    ['callbackDeny', { allow: [], deny }],
  ] as const) {
    try {
      addressPolicy({ ...options, ...lists })
    } catch (cause) {
      throw new ConfigError(`${name}: ${(cause as Error).message}`, { cause })
    }
  }
  return addressPolicy({ ...options, allow, deny })
}
