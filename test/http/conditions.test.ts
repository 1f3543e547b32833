import { describe, expect, it } from 'vitest'
import { failedCondition } from '../../src/http/conditions.ts'

const VERSION = { etag: '"a,b"', modifiedAt: Date.UTC(2026, 5, 1) }
const THEN = 'Mon, 01 Jun 2026 00:00:00 GMT'
const BEFORE = 'Sun, 31 May 2026 23:59:59 GMT'
const AFTER = 'Mon, 01 Jun 2026 00:00:01 GMT'

const answer = (headers: Record<string, string>) => failedCondition(headers, VERSION)

describe('without a condition', () => {
  it('nothing fails', () => expect(answer({ 'cache-control': 'no-cache' })).toBeUndefined())
})

describe('If-Match', () => {
  it.each(['*', ' * ', '"a,b"', '"x", "a,b"', '"x",\t"a,b"\t,"y"', 'W/"x","a,b"'])('holds for %s', match => {
    expect(answer({ 'if-match': match })).toBeUndefined()
  })

  it.each(['', '"x"', 'a,b', 'W/"a,b"', '"a", "b"', '"*"', '**', '"a,b'])('fails for %s', match => {
    expect(answer({ 'if-match': match })).toBe(412)
  })
})

describe('If-None-Match', () => {
  it.each(['*', '"a,b"', 'W/"a,b"', '"x", W/"a,b"', '"x"\t,\t"a,b"'])('is answered 304 for %s', match => {
    expect(answer({ 'if-none-match': match })).toBe(304)
  })

  it.each(['', '"x"', 'a,b', 'W/"x"'])('lets the file through for %s', match => {
    expect(answer({ 'if-none-match': match })).toBeUndefined()
  })
})

describe('a date', () => {
  it.each([
    ['if-unmodified-since', BEFORE, 412],
    ['if-unmodified-since', THEN, undefined],
    ['if-unmodified-since', AFTER, undefined],
    ['if-unmodified-since', 'yesterday', undefined],
    ['if-modified-since', BEFORE, undefined],
    ['if-modified-since', THEN, 304],
    ['if-modified-since', AFTER, 304],
    ['if-modified-since', 'tomorrow', undefined],
  ])('%s %s is answered %s', (name, date, status) => {
    expect(answer({ [name]: date })).toBe(status)
  })
})

describe('of several', () => {
  it.each([
    [{ 'if-match': '"a,b"', 'if-unmodified-since': BEFORE }, undefined],
    [{ 'if-match': '"x"', 'if-unmodified-since': AFTER }, 412],
    [{ 'if-match': '"x"', 'if-none-match': '"a,b"' }, 412],
    [{ 'if-match': '"a,b"', 'if-none-match': '"a,b"' }, 304],
    [{ 'if-none-match': '"x"', 'if-modified-since': THEN }, undefined],
    [{ 'if-none-match': '"a,b"', 'if-modified-since': BEFORE }, 304],
    [{ 'if-unmodified-since': BEFORE, 'if-none-match': '"a,b"' }, 412],
    [{ 'if-unmodified-since': THEN, 'if-modified-since': THEN }, 304],
  ])('%j is answered %s', (headers, status) => {
    expect(answer(headers as Record<string, string>)).toBe(status)
  })
})
