import { ConfigError } from '../config.ts'

/** @throws ConfigError if `secret` is none of Standard Webhooks: `whsec_` and 24 to 64 bytes in Base64. */
export function checkedSecret(secret: string): string {
  const { length } = Buffer.from(secret.slice('whsec_'.length), 'base64')
  if (/^whsec_[\w+/-]+={0,2}$/.test(secret) && length >= 24 && length <= 64) return secret
  throw new ConfigError('--secret: not allowed; it must be whsec_ and 24 to 64 bytes in Base64')
}
