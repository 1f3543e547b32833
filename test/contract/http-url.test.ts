import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HTTP_URL } from '../../src/contract/conditions/http-url.ts'
import { examineFor } from '../../src/contract/creates.ts'

const pattern = new RegExp(HTTP_URL, 'u')

const BODY = { action: 'text2video', prompt: 'a white mug' }

const isTaken = (url: string) =>
  examineFor('videos', { ...BODY, callback_url: url }, '2026-10', 'documented').objections.length === 0

describe('the pattern of URLs', () => {
  it('matches nothing that the rules refuse', () => {
    const agreed = fc.property(fc.stringMatching(pattern), url => {
      expect(isTaken(url), url).toBe(true)
    })
    fc.assert(agreed, { numRuns: 20_000 })
  })

  it('matches every character that a host may have, and no other of ASCII', () => {
    for (let code = 0; code < 128; code++) {
      const character = String.fromCharCode(code)
      const url = `http://a${character}b.example/`
      // A colon begins a port, an @ ends a user name, a percent sign an escape; slashes and the like end the host.
      if (!':@%/\\?#\t\n\r'.includes(character)) expect(pattern.test(url), url).toBe(isTaken(url))
    }
  })
})
