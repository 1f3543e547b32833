/** The parts, one behind the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Each value as four bytes, most significant first; so are all numbers in boxes. */
export function u32(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length)
  let at = 0
  for (const value of values) {
    bytes[at++] = value >>> 24
    bytes[at++] = value >>> 16
    bytes[at++] = value >>> 8
    bytes[at++] = value
  }
  return bytes
}

export function u16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value)
}

export function u8(value: number): Uint8Array {
  return Uint8Array.of(value)
}

export function zeros(count: number): Uint8Array {
  return new Uint8Array(count)
}

/** Four-letter codes and names; © is one byte, 0xa9. */
export function latin1(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}
