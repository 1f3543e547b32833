import type { FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { type Door, originOf, pathOf } from '../../src/http/door.ts'

const ADDRESS = 'http://127.0.0.1:4180'

function originFor(headers: Record<string, string | undefined>, settings: object = {}): string {
  const door = { settings: { trustProxy: false, ...settings }, address: () => ADDRESS }
  return originOf(door as unknown as Door, { headers, protocol: 'http' } as unknown as FastifyRequest)
}

describe('the origin that a caller sees', () => {
  it.each([
    'localhost',
    'example.test:8080',
    'a_b-c.test',
    '127.0.0.1:1',
    '[::1]',
    '[2001:DB8::1]:80800',
    'x'.repeat(255),
  ])('is that of its Host header: %s', host => {
    expect(originFor({ host })).toBe(`http://${host}`)
  })

  it.each([
    undefined,
    '',
    'a/b',
    'a@b',
    'a b',
    'a:',
    'a:x',
    'a:123456',
    ':80',
    '[::1',
    '::1',
    '[1]',
    '[::g]',
    '[]',
    ' a',
    'a ',
    'a\n',
    'x'.repeat(256),
    `[${':'.repeat(46)}]`,
  ])('is ours where that is none: %j', host => {
    expect(originFor({ host })).toBe(ADDRESS)
  })

  it('is the public one where that is set', () => {
    expect(originFor({ host: 'a' }, { publicUrl: 'https://public.test', trustProxy: true })).toBe('https://public.test')
  })

  const FORWARDED = { host: 'inner', 'x-forwarded-host': 'outer.test', 'x-forwarded-proto': 'https' }

  it.each([
    [{}, 'https://outer.test'],
    [{ 'x-forwarded-host': ' first.test , second.test', 'x-forwarded-proto': 'https , http' }, 'https://first.test'],
    [{ 'x-forwarded-proto': 'http' }, 'http://outer.test'],
    [{ 'x-forwarded-proto': 'ftp' }, 'http://outer.test'],
    [{ 'x-forwarded-proto': undefined }, 'http://outer.test'],
    [{ 'x-forwarded-host': undefined }, 'https://inner'],
    [{ 'x-forwarded-host': ' ' }, 'https://inner'],
    [{ 'x-forwarded-host': 'a/b' }, ADDRESS],
    [{ host: undefined, 'x-forwarded-host': undefined }, ADDRESS],
  ])('is the proxy’s where that is trusted: %j', (change, origin) => {
    expect(originFor({ ...FORWARDED, ...change }, { trustProxy: true })).toBe(origin)
  })

  it('has a scheme of its own without a proxy', () => {
    expect(originFor(FORWARDED)).toBe('http://inner')
  })
})

it.each([
  ['/kling/tasks', '/kling/tasks'],
  ['/kling/tasks?', '/kling/tasks'],
  ['/a?b?c', '/a'],
  ['?', ''],
])('the path of %s is %s', (url, path) => {
  expect(pathOf({ url } as FastifyRequest)).toBe(path)
})
