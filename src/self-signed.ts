// What @peculiar/x509 needs to be there before it is.
import 'reflect-metadata'
import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'
import { dateOf } from './simulation/timebase.ts'

const KEYS = { name: 'ECDSA', namedCurve: 'P-256' } as const
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const
const DAY_MS = 86_400_000

/** Clocks of containers and of phones are not always right. */
const EARLIER_MS = DAY_MS

/** The longest that Apple's systems take (support.apple.com/103769). */
const VALID_MS = 824 * DAY_MS

/** All in PEM. */
export interface SelfSigned {
  readonly cert: string
  readonly key: string
  /** What has to be trusted for `cert` to be. */
  readonly ca: string
}

/**
 * A certificate for the names, and the authority that signed it: one made for this and whose key nobody keeps, so that
 * whoever trusts it trusts this certificate alone.
 */
export async function selfSigned(names: readonly string[], now: number): Promise<SelfSigned> {
  const dates = { notBefore: dateOf(now - EARLIER_MS), notAfter: dateOf(now + VALID_MS) }
  const authority = await crypto.subtle.generateKey(KEYS, false, ['sign', 'verify'])
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    // Named apart: trust stores show them side by side, and find issuers by name.
    name: [{ O: ['mockling'] }, { CN: [`mockling ${randomBytes(4).toString('hex')}`] }],
    ...dates,
    signingAlgorithm: SIGNING,
    keys: authority,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  })
  const own = await crypto.subtle.generateKey(KEYS, true, ['sign', 'verify'])
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: [{ O: ['mockling'] }, { CN: [names[0] ?? 'localhost'] }],
    issuer: ca.subject,
    ...dates,
    signingAlgorithm: SIGNING,
    publicKey: own.publicKey,
    signingKey: authority.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names.map(value => ({ type: isIP(value) ? 'ip' : 'dns', value }))),
      await x509.SubjectKeyIdentifierExtension.create(own.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  })
  const key = await crypto.subtle.exportKey('pkcs8', own.privateKey)
  return { cert: pemOf(cert), key: x509.PemConverter.encode(key, 'PRIVATE KEY'), ca: pemOf(ca) }
}

function pemOf(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`
}

/** Positive, and no two alike (RFC 5280 §4.1.2.2). */
function serial(): string {
  return `01${randomBytes(15).toString('hex')}`
}
