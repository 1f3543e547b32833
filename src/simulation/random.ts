import { hash } from 'node:crypto'
import { inOnePiece } from './sharing.ts'

/**
 * Bytes that follow from text alone: the same parts give the same 64 bytes on every machine (SHA-512).
 * Streams differ by their first part, so that drawing from one never moves another.
 */
export function bytesOf(...parts: readonly (string | number)[]): Buffer {
  // As text: a buffer that Node makes of its own costs twice the digest.
  return Buffer.from(hash('sha512', parts.join('\n'), 'binary'), 'latin1')
}

/** SHA-256 in hexadecimal: the key of a bearer token's namespace. */
export function sha256(text: string): string {
  return hash('sha256', text, 'hex')
}

/** `uuidFrom(bytesOf(…), 0)`, at half the price: each request has one. */
export function uuidOf(...parts: readonly (string | number)[]): string {
  return uuidOfHex(hash('sha512', parts.join('\n'), 'hex'))
}

/** A UUID of version 4 from 16 bytes at `offset`. */
export function uuidFrom(bytes: Buffer, offset: number): string {
  return uuidOfHex(bytes.toString('hex', offset, offset + 16))
}

function uuidOfHex(hex: string): string {
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
  return inOnePiece(
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
  )
}

/** `count` decimal digits that don't begin with 0, from 6 bytes at `offset`. At most 14. */
export function digitsFrom(bytes: Buffer, offset: number, count: number): string {
  const least = 10 ** (count - 1)
  return String(least + (bytes.readUIntBE(offset, 6) % (9 * least)))
}

/** 18 decimal digits that don't begin with 0, from 8 bytes at `offset`: the form of the model vendor's ids. */
export function snowflakeFrom(bytes: Buffer, offset: number): string {
  const least = 10n ** 17n
  return String(least + (bytes.readBigUInt64BE(offset) % (9n * least)))
}

/** A number from 0 up to 1 from 4 bytes at `offset`. */
export function fractionFrom(bytes: Buffer, offset: number): number {
  return bytes.readUInt32BE(offset) / 2 ** 32
}
