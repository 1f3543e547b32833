import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HTTP_URL } from '../../src/contract/conditions/http-url.ts'
import { examineFor } from '../../src/contract/creates.ts'
import { parsedUrl } from '../../src/contract/url.ts'

const pattern = new RegExp(HTTP_URL, 'u')

const BODY = { action: 'text2video', prompt: 'a white mug' }

const isTaken = (url: string) =>
  examineFor('videos', { ...BODY, callback_url: url }, '2026-10', 'documented').objections.length === 0

/** The rules ask the pattern first: what it promises is held against the parser. */
const isUrl = (text: string) => parsedUrl(text) !== undefined

describe('the pattern of URLs', () => {
  it.each([
    ...[
      'http://a',
      'HTTPS://a.b/',
      'http://a-b.example',
      'http://1a.example',
      'http://a1',
      'http://a_b.c',
      'http://1.a',
    ],
    ...[
      'http://0.0.0.0',
      'http://255.250.199.99/',
      'http://1.2.3.4:80',
      'http://249.200.100.10',
      'http://a?b',
      'http://a#b',
    ],
    ...[
      'http://a:',
      'http://a:0',
      'http://a:9999/',
      'http://a:59999',
      'http://a:64999',
      'http://a:65499',
      'http://a:65529',
    ],
    ...['http://a:65535/', 'http://a:10000', 'http://a:60000', 'http://a:65000', 'http://a:65400', 'http://a:65520'],
    ...[
      'http://[::1]',
      'http://[::]/',
      'http://[1::]',
      'http://[1:2:3:4:5:6:7:8]',
      'http://[abcd::ABCD]:1/',
      'http://[1:2::8]',
    ],
    ...['http://[1:2:3:4:5:6::]', 'http://[::3:4:5:6:7:8]', 'http://[1:2:3::7:8]', 'http://[1:2:3:4::6]'],
    ...['http://a/ b', 'http://a/\n', 'http://a/b/c?d=e&f#g'],
  ])('takes %j, as the rules do', url => {
    expect(isTaken(url)).toBe(true)
    expect(isUrl(url)).toBe(true)
    expect(url).toMatch(pattern)
  })

  it.each([
    ...['', 'http://', 'http:///a', 'ftp://a', 'http:/a', 'https', 'a http://a', 'http://a:65536', 'http://a:65600'],
    ...[
      'http://a:66000',
      'http://a:70000',
      'http://a:100000',
      'http://a:x',
      'http://256.1.1.1',
      'http://1.1.1.260',
      'http://1.1.1.300',
    ],
    ...['http://1.1.1.1.1', 'http://a.1', 'http://[1]', 'http://[1:2:3:4:5:6:7:8:9]', 'http://[::1::]', 'http://[g::]'],
    ...['http://[12345::]', 'http://[1:2:3:4:5:6:7]', 'http://[::1', 'http://a b', 'http://a<b', 'http://a%'],
  ])('leaves out %j, as the rules do', url => {
    expect(isTaken(url)).toBe(false)
    expect(url).not.toMatch(pattern)
  })

  it('matches nothing that the parser refuses', { tags: 'thorough' }, () => {
    const agreed = fc.property(fc.stringMatching(pattern), url => {
      expect(isUrl(url), url).toBe(true)
    })
    fc.assert(agreed, { numRuns: 20_000 })
  })

  it('matches every character that a host may have, and no other of ASCII', () => {
    for (let code = 0; code < 128; code++) {
      const character = String.fromCharCode(code)
      const url = `http://a${character}b.example/`
      // A colon begins a port, an @ ends a user name, a percent sign an escape; slashes and the like end the host.
      if (!':@%/\\?#\t\n\r'.includes(character)) expect(pattern.test(url), url).toBe(isUrl(url))
    }
  })
})

describe('a URL', () => {
  it.each([
    'http://localhost',
    'HTTPS://EXAMPLE.COM/A.PNG',
    'https://example.com:8443/a.png?b=/c#d',
    'https://user:secret@example.com/',
    'http://[::1]/',
    'https://bücher.example/',
  ])('is taken: %s', url => {
    expect(isTaken(url)).toBe(true)
  })

  it.each([
    '',
    'example.com/a.png',
    '//example.com/a.png',
    'ftp://example.com/a.png',
    'x-http://example.com/a.png',
    'see http://example.com/a.png',
    'http:example.com',
    'http:/example.com',
    'http://',
    'http:///example.com',
    'http://?a.png',
    'http://\texample.com',
    'http://exa mple.com',
    'http://[example]/',
    'https://example.com:port/',
  ])('is refused: %j', url => {
    expect(isTaken(url)).toBe(false)
  })
})
