import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import type { ServedTls } from '../running.ts'

/**
 * Variables that name a file of certificates to trust: read by Node, by OpenSSL and Go (and so by most of Python, Ruby, PHP
 * and Rust), by Python's requests, and by curl. All but the first put theirs in the place of the system's.
 */
const VARIABLES = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'] as const

export interface Trust extends Disposable {
  /** What to add to a command's environment. */
  readonly variables: Readonly<Record<string, string>>
}

/** Has a command trust a certificate that was made for it, beside all that it trusts already, until this is disposed of. */
export function trusting(tls: ServedTls | undefined, environment: Readonly<Record<string, string | undefined>>): Trust {
  if (tls === undefined) return { variables: {}, [Symbol.dispose]: () => {} }
  const url = { MOCKLING_TLS_URL: tls.url }
  if (tls.ca === undefined) return { variables: url, [Symbol.dispose]: () => {} }
  const folder = mkdtempSync(join(tmpdir(), 'mockling-tls-'))
  const file = join(folder, 'trusted.pem')
  writeFileSync(file, [...rootCertificates, ...alreadyTrusted(environment), tls.ca].join('\n'))
  return {
    variables: { ...url, ...Object.fromEntries(VARIABLES.map(name => [name, file])) },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** What the files hold that those variables name by now. One that can't be read is the command's own affair. */
function alreadyTrusted(environment: Readonly<Record<string, string | undefined>>): string[] {
  const files = new Set(VARIABLES.map(name => environment[name]).filter(file => file !== undefined && file !== ''))
  return [...files].flatMap(file => {
    try {
      return [readFileSync(file as string, 'utf8')]
    } catch {
      return []
    }
  })
}
