import { hash } from 'node:crypto'

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

/** A UUID of version 4 from 16 bytes at `offset`. */
export function uuidFrom(bytes: Uint8Array, offset: number): string {
  // Byte by byte: texts put together would be kept as the chain of their parts.
  for (let index = 0; index < 16; index++) {
    const byte = bytes[offset + index] as number
    const place = PLACES[index] as number
    uuid[place] = DIGITS[byte >> 4] as number
    uuid[place + 1] = DIGITS[byte & 15] as number
  }
  uuid[14] = DIGITS[4] as number
  uuid[19] = DIGITS[8 | (((bytes[offset + 8] as number) >> 4) & 3)] as number
  return uuid.toString('latin1')
}

/** The first UUID of `bytesOf(…)`. */
export function uuidOf(...parts: readonly (string | number)[]): string {
  return uuidFrom(bytesOf(...parts), 0)
}

const uuid = Buffer.from('xxxxxxxx-xxxx-4xxx-Nxxx-xxxxxxxxxxxx')
const DIGITS = Buffer.from('0123456789abcdef')
/** Where each byte's digits stand. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]

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
