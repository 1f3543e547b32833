import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, digitsFrom, fractionFrom, sha256, snowflakeFrom, uuidFrom } from '../../src/simulation/random.ts'

const bytes64 = fc.uint8Array({ minLength: 64, maxLength: 64 }).map(array => Buffer.from(array))

describe('bytesOf', () => {
  it('gives the same 64 bytes for the same parts', () => {
    const bytes = bytesOf('task', 1, 'namespace', 7)
    expect(bytes).toHaveLength(64)
    expect(bytesOf('task', 1, 'namespace', 7)).toEqual(bytes)
    expect(bytes.toString('hex', 0, 8)).toMatchInlineSnapshot(`"b0bddb07b96a40a1"`)
  })

  it('gives others for other parts, also where the text runs together', () => {
    const all = [
      bytesOf('task', 1, 'a', 7),
      bytesOf('trace', 1, 'a', 7),
      bytesOf('task', 17, 'a'),
      bytesOf('task', 1, 'a7'),
      bytesOf('task', 11, 'a', 7),
      bytesOf('task', 1, 'a', 77),
    ]
    expect(new Set(all.map(bytes => bytes.toString('hex'))).size).toBe(all.length)
  })
})

it('hashes a token as everybody else does', () => {
  expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  expect(sha256('ü')).toBe(sha256('\u00fc'))
})

it('makes UUIDs of version 4 from any bytes, keeping the other 122 bits', () => {
  fc.assert(
    fc.property(bytes64, fc.integer({ min: 0, max: 48 }), (bytes, offset) => {
      const uuid = uuidFrom(bytes, offset)
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      const back = Buffer.from(uuid.replaceAll('-', ''), 'hex')
      const given = Buffer.from(bytes.subarray(offset, offset + 16))
      for (const [place, mask] of [
        [6, 0x0f],
        [8, 0x3f],
      ] as const) {
        back[place] = (back[place] ?? 0) & mask
        given[place] = (given[place] ?? 0) & mask
      }
      expect(back).toEqual(given)
    }),
  )
})

it('makes as many digits as asked for, the first no 0', () => {
  fc.assert(
    fc.property(bytes64, fc.integer({ min: 1, max: 14 }), (bytes, count) => {
      expect(digitsFrom(bytes, 48, count)).toMatch(new RegExp(`^[1-9]\\d{${count - 1}}$`))
    }),
  )
  expect(digitsFrom(Buffer.alloc(64, 0xff), 0, 14)).toHaveLength(14)
  expect(digitsFrom(Buffer.alloc(64), 0, 10)).toBe('1000000000')
})

it('makes fractions from 0 up to, but not, 1', () => {
  fc.assert(
    fc.property(bytes64, fc.integer({ min: 0, max: 60 }), (bytes, offset) => {
      const fraction = fractionFrom(bytes, offset)
      expect(fraction).toBeGreaterThanOrEqual(0)
      expect(fraction).toBeLessThan(1)
    }),
  )
  expect(fractionFrom(Buffer.alloc(4, 0xff), 0)).toBeLessThan(1)
  expect(fractionFrom(Buffer.alloc(4), 0)).toBe(0)
})

it('makes 18 digits of eight bytes, from the least such number to the greatest', () => {
  const of = (value: bigint) => {
    const bytes = Buffer.alloc(9)
    bytes.writeBigUInt64BE(value, 1)
    return snowflakeFrom(bytes, 1)
  }
  expect(of(0n)).toBe('100000000000000000')
  expect(of(1n)).toBe('100000000000000001')
  expect(of(9n * 10n ** 17n - 1n)).toBe('999999999999999999')
  expect(of(9n * 10n ** 17n)).toBe('100000000000000000')
})
