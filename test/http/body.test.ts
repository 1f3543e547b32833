import { describe, expect, it } from 'vitest'
import { ignoredHeader, isTooDeep } from '../../src/http/body.ts'

/** Arrays and objects that lie so deep in each other, in turn. */
function nested(depth: number, inmost: unknown): unknown {
  let value = inmost
  for (let at = 0; at < depth; at++) value = at % 2 === 0 ? [1, value] : { a: null, b: value }
  return value
}

describe('what lies too deep', () => {
  it.each([null, undefined, 1, 'text', true, [], {}, [null, 'x'], { a: [] }])('is nothing in %j', value => {
    expect(isTooDeep(value)).toBe(false)
  })

  it('is an array or object in the hundredth around it', () => {
    expect(isTooDeep(nested(100, 'x'))).toBe(false)
    expect(isTooDeep(nested(100, null))).toBe(false)
    expect(isTooDeep(nested(101, 'x'))).toBe(true)
    expect(isTooDeep(nested(100, {}))).toBe(true)
    expect(isTooDeep({ shallow: [], deep: nested(100, 1), after: {} })).toBe(true)
  })

  it('is found within other bounds too', () => {
    expect([0, 1, 2].map(left => isTooDeep([[]], left))).toEqual([true, true, false])
    expect([0, 1].map(left => isTooDeep(['x'], left))).toEqual([true, false])
  })
})

describe('names in a header', () => {
  const at = (length: number) => 'n'.repeat(length)

  it.each([
    [[], ''],
    [['seed'], 'seed'],
    [['a_b', 'c.d', '$e', 'f-1'], 'a_b, c.d, $e, f-1'],
    [['a b'], 'a%20b'],
    [['a,b', 'é', 'x\r\n'], 'a%2Cb, %C3%A9, x%0D%0A'],
    [['ok\n'], 'ok%0A'],
    [[' a'], '%20a'],
    [[''], '%22%22'],
    [['\ud800x', '😀'], '%3Fx, %F0%9F%98%80'],
    [['\ud800\udc00\ud800'], '%F0%90%80%80%3F'],
    [['\ud800\ud800'], '%3F%3F'],
    [[at(100)], at(100)],
    [[at(101)], at(100)],
    [[`${at(99)}😀`], `${at(99)}%3F`],
  ])('%j are %s', (names, header) => {
    expect(ignoredHeader(names)).toBe(header)
  })

  it('are counted beyond 2000 characters, separators included', () => {
    // Twenty of 98 and two more are 2000.
    const twenty = Array.from({ length: 20 }, () => at(98))
    expect(ignoredHeader(twenty)).toBe(twenty.join(', '))
    expect(ignoredHeader([...twenty, 'a'])).toBe(`${twenty.join(', ')}, (and 1 more)`)
    expect(ignoredHeader([...twenty.slice(1), at(99), 'a', 'b'])).toBe(`${twenty.slice(1).join(', ')}, (and 3 more)`)
  })
})
