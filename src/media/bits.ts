/**
 * Writes a payload bit by bit, most significant bit first: raw byte sequence payloads (H.264 §7.2) and AAC frames.
 *
 * The methods are named like the descriptors in the standard's syntax tables: `u(n)`, `ue(v)`, `se(v)`.
 */
export class BitWriter {
  #bytes = new Uint8Array(256)
  /** Whole bytes written. */
  #length = 0
  /** The last bits that do not fill a byte yet, right-aligned; anything above `#pendingBits` is stale. */
  #pending = 0
  /** 0..7 between calls. */
  #pendingBits = 0

  /** Bits written so far; a position for `rewind`. */
  get position(): number {
    return this.#length * 8 + this.#pendingBits
  }

  /** Unsigned integer of `n` bits, `n` = 0..24: with 7 bits pending that still fits the 32 bits of an integer. */
  u(n: number, value: number): void {
    const pending = (this.#pending << n) | value
    let bits = this.#pendingBits + n
    while (bits >= 8) {
      bits -= 8
      if (this.#length === this.#bytes.length) this.#grow()
      this.#bytes[this.#length++] = pending >>> bits
    }
    this.#pending = pending
    this.#pendingBits = bits
  }

  /** Unsigned Exp-Golomb code (§9.1), below 2^23. */
  ue(value: number): void {
    const code = value + 1
    const bits = 32 - Math.clz32(code)
    if (bits <= 12) this.u(2 * bits - 1, code)
    else {
      this.u(bits - 1, 0)
      this.u(bits, code)
    }
  }

  /** Signed Exp-Golomb code (§9.1.1). */
  se(value: number): void {
    this.ue(value > 0 ? 2 * value - 1 : -2 * value)
  }

  /** Forgets everything written after `position`, which must not lie ahead. */
  rewind(position: number): void {
    const length = position >>> 3
    const pendingBits = position & 7
    // A byte that was full has to be split again; the last, unfinished one is in #pending only.
    this.#pending =
      length < this.#length
        ? (this.#bytes[length] as number) >>> (8 - pendingBits)
        : this.#pending >>> (this.#pendingBits - pendingBits)
    this.#length = length
    this.#pendingBits = pendingBits
  }

  /** A copy of the payload closed by rbsp_trailing_bits() (§7.3.2.11). The writer itself stays open. */
  rbsp(): Uint8Array {
    const stopBit = 1 << (7 - this.#pendingBits)
    const rbsp = new Uint8Array(this.#length + 1)
    rbsp.set(this.#bytes.subarray(0, this.#length))
    rbsp[this.#length] = ((this.#pending << (8 - this.#pendingBits)) & 0xff) | stopBit
    return rbsp
  }

  /** A copy of what is written, the last byte filled up with zeros. */
  zeroPadded(): Uint8Array {
    const bytes = this.rbsp()
    const last = bytes.length - 1
    bytes[last] = (bytes[last] as number) & ~(1 << (7 - this.#pendingBits))
    return this.#pendingBits === 0 ? bytes.subarray(0, last) : bytes
  }

  #grow(): void {
    const grown = new Uint8Array(this.#bytes.length * 2)
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}

/** Network abstraction layer unit (H.264 §7.3.1): header byte, then the payload with emulation prevention bytes. */
export function nalUnit(nalRefIdc: number, nalUnitType: number, rbsp: Uint8Array): Uint8Array {
  const escapes = emulationPreventionBytes(rbsp)
  const unit = new Uint8Array(1 + rbsp.length + escapes.length)
  unit[0] = (nalRefIdc << 5) | nalUnitType // forbidden_zero_bit is 0
  let from = 0
  let to = 1
  for (const at of escapes) {
    unit.set(rbsp.subarray(from, at), to)
    to += at - from
    unit[to++] = 3 // emulation_prevention_three_byte
    from = at
  }
  unit.set(rbsp.subarray(from), to)
  return unit
}

/** Where a 3 has to be put before a byte, so that no 000000, 000001, 000002 or 000003 appears in a unit (§7.4.1). */
function emulationPreventionBytes(rbsp: Uint8Array): number[] {
  const before: number[] = []
  for (let i = 2; i < rbsp.length; ) {
    const byte = rbsp[i] as number
    if (byte > 3)
      i += 3 // nor can it be one of the two zeros before another byte
    else if (rbsp[i - 1] === 0 && rbsp[i - 2] === 0) {
      before.push(i)
      i += 2 // the 3 has parted this byte from the zeros before it
    } else i++
  }
  return before
}
