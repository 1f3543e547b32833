import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BitWriter, nalUnit } from '../../src/media/bits.ts'

const text = (bytes: Uint8Array) => Array.from(bytes, byte => byte.toString(2).padStart(8, '0')).join('')

/** What was written, without the stop bit and the zeros after it. */
const written = (bits: BitWriter) => text(bits.rbsp()).replace(/10*$/, '')

describe('BitWriter', () => {
  it.each([
    [0, '1'],
    [1, '010'],
    [2, '011'],
    [7, '0001000'],
    [65_536, `${'0'.repeat(16)}1${'0'.repeat(15)}1`],
  ])('writes %i as the Exp-Golomb code of the standard', (value, code) => {
    const bits = new BitWriter()
    bits.ue(value)
    expect(written(bits)).toBe(code)
  })

  it('maps signed values to 0, 1, -1, 2, -2 in turn', () => {
    const codeOf = (write: (bits: BitWriter) => void) => {
      const bits = new BitWriter()
      write(bits)
      return written(bits)
    }
    for (const [signed, unsigned] of [0, 1, -1, 2, -2].entries()) {
      expect(codeOf(bits => bits.se(unsigned))).toBe(codeOf(bits => bits.ue(signed)))
    }
  })

  const fields = fc.array(
    fc.integer({ min: 1, max: 24 }).chain(n => fc.tuple(fc.constant(n), fc.nat(2 ** n - 1))),
    { maxLength: 200 },
  )
  const print = (all: readonly (readonly [number, number])[]) =>
    all.map(([n, value]) => value.toString(2).padStart(n, '0')).join('')

  it('writes fields of any width, most significant bit first', () => {
    fc.assert(
      fc.property(fields, all => {
        const bits = new BitWriter()
        for (const [n, value] of all) bits.u(n, value)
        expect(written(bits)).toBe(print(all))
        expect(bits.position).toBe(print(all).length)
      }),
    )
  })

  it('fills up the last byte with zeros where there is no stop bit', () => {
    fc.assert(
      fc.property(fields, all => {
        const bits = new BitWriter()
        for (const [n, value] of all) bits.u(n, value)
        const expected = print(all)
        expect(text(bits.zeroPadded())).toBe(expected.padEnd(Math.ceil(expected.length / 8) * 8, '0'))
      }),
    )
  })

  it('goes on from any earlier position as if nothing had followed it', () => {
    fc.assert(
      fc.property(fields, fields, fields, (kept, dropped, then) => {
        const bits = new BitWriter()
        for (const [n, value] of kept) bits.u(n, value)
        const position = bits.position
        for (const [n, value] of dropped) bits.u(n, value)
        bits.rewind(position)
        for (const [n, value] of then) bits.u(n, value)
        expect(written(bits)).toBe(print(kept) + print(then))
      }),
    )
  })
})

describe('nalUnit', () => {
  const mostlyZeros = fc.uint8Array({ max: 4, maxLength: 60 })

  it('never contains a start code or what could be mistaken for an escape', () => {
    fc.assert(
      fc.property(mostlyZeros, rbsp => {
        const unit = Buffer.from(nalUnit(3, 5, rbsp))
          .toString('hex')
          .match(/../g)
          ?.join(' ')
        expect(unit).not.toMatch(/00 00 0[012]/)
        expect(unit?.replaceAll(/00 00 03(?! 0[0123]|$)/g, '!')).not.toContain('!')
      }),
    )
  })

  it('gives back its payload when the escapes are taken out', () => {
    fc.assert(
      fc.property(mostlyZeros, rbsp => {
        const [header, ...escaped] = nalUnit(3, 5, rbsp)
        const payload = escaped.filter((byte, i) => !(byte === 3 && endsInEscape(escaped, i)))
        expect(header).toBe(0x65)
        expect(payload).toEqual([...rbsp])
      }),
    )
  })

  /** Whether the 3 at `index` follows two zeros that no earlier escape has used up. */
  function endsInEscape(bytes: readonly number[], index: number): boolean {
    let zeros = 0
    for (let i = index - 1; i >= 0 && bytes[i] === 0; i--) zeros++
    return zeros === 2
  }
})
