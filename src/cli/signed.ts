import { createHmac } from 'node:crypto'
import { ConfigError } from '../config.ts'

/** Headers of Standard Webhooks for `text`; `at` in Unix milliseconds. */
export function signatureHeaders(secret: string, id: string, at: number, text: string): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000))
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${text}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}

/** The same headers as somebody would send them who does not know the secret. */
export function forged(headers: Readonly<Record<string, string>>): Record<string, string> {
  const signature = headers['webhook-signature'] ?? ''
  // Its first character: the last may carry padding bits, which decoders ignore.
  const wrong = signature.replace(/^v1,(.)/, (_, first) => `v1,${first === 'A' ? 'B' : 'A'}`)
  return { ...headers, 'webhook-signature': wrong }
}

/** @throws ConfigError if `secret` is none of Standard Webhooks: `whsec_` and 24 to 64 bytes in Base64. */
export function checkedSecret(secret: string): string {
  const { length } = keyOf(secret)
  if (/^whsec_[\w+/-]+={0,2}$/.test(secret) && length >= 24 && length <= 64) return secret
  throw new ConfigError('--secret: not allowed; it must be whsec_ and 24 to 64 bytes in Base64')
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice('whsec_'.length), 'base64')
}
