import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { type Config, ConfigError, type SettingName } from './config.ts'
import { isoTime, machineTime, parseCertificateTime } from './simulation/timebase.ts'

/** What the server shows under TLS, in PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
  /** What clients have to trust; `undefined` where the certificate is the user's own. */
  readonly ca: string | undefined
}

/**
 * Names that a certificate of ours is good for: this machine's, those under which containers see one another, and those
 * of the real service (gateway §10: clients that have its host built in).
 */
const NAMES = [
  ...['localhost', '127.0.0.1', '::1', 'host.docker.internal', 'mockling'],
  ...['api.acedata.cloud', '*.acedata.cloud'],
]

/**
 * The certificate that the settings ask for, made or read; `undefined` without TLS.
 * @throws ConfigError naming the setting that can't be used.
 */
export async function certificateOf(config: Config): Promise<Certificate | undefined> {
  refuseContradictions(config)
  if (config.tls === 'self-signed') {
    // A library that takes a tenth of a second to load.
    const { selfSigned } = await import('./self-signed.ts')
    const made = await selfSigned(namesOf(config), machineTime.now())
    if (config.tlsCaOut !== undefined) refuseUnwritable(config.tlsCaOut)
    return made
  }
  const { tlsCert, tlsKey } = config
  if (tlsCert === undefined || tlsKey === undefined) return undefined
  const cert = readPem('tlsCert', tlsCert)
  const key = readPem('tlsKey', tlsKey)
  const leaf = certificateIn(cert, tlsCert)
  refuseOutOfDate(leaf, tlsCert, machineTime.now())
  if (!leaf.checkPrivateKey(keyIn(key, tlsKey)))
    throw new ConfigError(`tlsKey: ${quoted(tlsKey)} is not the key of the certificate in ${quoted(tlsCert)}`)
  return { cert, key, ca: undefined }
}

function refuseContradictions({ tls, tlsCert, tlsKey, tlsHost, tlsCaOut }: Config): void {
  if (tlsCert !== undefined && tlsKey === undefined)
    throw new ConfigError(`tlsCert: ${quoted(tlsCert)} needs its key, in tlsKey`)
  if (tlsKey !== undefined && tlsCert === undefined)
    throw new ConfigError(`tlsKey: ${quoted(tlsKey)} needs its certificate, in tlsCert`)
  if (tls === 'self-signed') {
    if (tlsCert === undefined) return
    throw new ConfigError(`tls: "self-signed" can't be beside tlsCert: a certificate is made or is given`)
  }
  if (tlsHost.length > 0)
    throw new ConfigError(`tlsHost: ${quoted(tlsHost.join(','))} is for a certificate that is made: tls self-signed`)
  if (tlsCaOut !== undefined)
    throw new ConfigError(`tlsCaOut: ${quoted(tlsCaOut)} is for a certificate that is made: tls self-signed`)
}

/** Those that are always in it, those asked for, and those by which the settings say that we are known. */
function namesOf({ tlsHost, host, publicUrl }: Config): string[] {
  const listening = host === '0.0.0.0' || host === '::' ? [] : [host]
  const known = publicUrl === undefined ? [] : [new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')]
  return [...new Set([...NAMES, ...tlsHost, ...listening, ...known].map(name => name.toLowerCase()))]
}

/** What is in it stays: it may be that of a server which has the port, so that this one will not start. */
function refuseUnwritable(file: string): void {
  try {
    closeSync(openSync(file, 'a'))
  } catch (cause) {
    throw new ConfigError(`tlsCaOut: ${quoted(file)} can't be written: ${(cause as Error).message}`, { cause })
  }
}

function readPem(setting: SettingName, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfigError(`${setting}: ${quoted(file)} can't be read: ${(cause as Error).message}`, { cause })
  }
}

function certificateIn(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (cause) {
    throw new ConfigError(`tlsCert: ${quoted(file)} holds no certificate; it must be PEM, the server's own first`, {
      cause,
    })
  }
}

function keyIn(pem: string, file: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch (cause) {
    const isLocked = /\bENCRYPTED\b/.test(pem)
    const why = isLocked ? 'holds a key that asks for a passphrase' : 'holds no private key'
    throw new ConfigError(`tlsKey: ${quoted(file)} ${why}; it must be PEM, without a passphrase`, { cause })
  }
}

/** So far ahead may be the clock of who made a certificate just now. */
const AHEAD_MS = 60_000

function refuseOutOfDate({ validFrom, validTo }: X509Certificate, file: string, now: number): void {
  const [from, to] = [validFrom, validTo].map(parseCertificateTime) as [number, number]
  if (now > to) throw new ConfigError(`tlsCert: ${quoted(file)} holds a certificate that expired at ${isoTime(to)}`)
  if (now + AHEAD_MS < from)
    throw new ConfigError(`tlsCert: ${quoted(file)} holds a certificate that is not valid before ${isoTime(from)}`)
}

function quoted(text: string): string {
  return JSON.stringify(text)
}
