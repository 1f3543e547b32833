import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { guardText, realThings } from '../../src/testing/guard.ts'

const HEX = '0123456789abcdef0123456789abcdef'

describe('the guard', () => {
  it.each([
    ['ACEDATACLOUD_API_TOKEN', HEX],
    ['ACEDATACLOUD_API_TOKEN', `Bearer ${HEX}`],
    ['ACEDATA_API_KEY', 'ace-9f8e7d6c5b4a39281706'],
    ['ACE_DATA_KEY', 'platform-9f8e7d6c5b4a3928'],
    ['MY_KLING_SECRET', 'Zx81kQ_9-abCDefGHijKLmnOPqrstuVWxyz012345'],
    ['KLING_ACCESS_KEY', 'eyJhbGciOi.eyJzdWIi.c2ln'],
    ['acedata_token', '3f2b8c1e-90ab-4cde-8f01-23456789abcd'],
  ])('takes %s for a real key', (variable, value) => {
    expect(realThings({ [variable]: value })).toEqual([{ variable, is: 'key' }])
  })

  it.each([
    ['ACEDATACLOUD_API_BASE_URL', 'https://api.acedata.cloud'],
    ['ANYTHING', 'https://x402.acedata.cloud/kling/videos'],
    ['API_HOST', 'api.acedata.cloud'],
    ['API_HOST', 'api.acedata.cloud:443'],
    ['PROXIED', 'http://user@API.ACEDATA.CLOUD/'],
    ['SETTINGS', '{"url":"https://api-test.acedata.cloud"}'],
  ])('takes %s for the real host', (variable, value) => {
    expect(realThings({ [variable]: value })).toEqual([{ variable, is: 'host' }])
  })

  it.each([
    ['ACEDATACLOUD_API_TOKEN', 'any'],
    ['ACEDATACLOUD_API_TOKEN', ''],
    ['ACEDATACLOUD_API_TOKEN', 'YOUR_API_KEY'],
    ['ACEDATACLOUD_API_KEY', 'test-key-not-a-credential-0000000000000000'],
    ['ACEDATACLOUD_API_TOKEN', 'mockling-exec'],
    ['MOCKLING_TOKEN', HEX],
    ['ACEDATA_MODE', HEX],
    ['PWD', '/home/me/api.acedata.cloud/tests'],
    ['NO_PROXY', 'localhost,api.acedata.cloud'],
    ['npm_package_homepage', 'https://docs.acedata.cloud/'],
    ['URL', 'https://notacedata.cloud'],
    ['URL', 'https://acedata.cloud.evil.test'],
    ['URL', 'http://127.0.0.1:4180'],
  ])('has nothing against %s=%s', (variable, value) => {
    expect(realThings({ [variable]: value })).toEqual([])
  })

  it('names variables and never a value', () => {
    const hex = fc.stringMatching(/^[0-9a-f]{32}$/)
    fc.assert(
      fc.property(hex, value => {
        const text = guardText(realThings({ ACEDATA_TOKEN: value, HOST_URL: 'https://api.acedata.cloud/x' }), 'So.')
        expect(text).toContain('ACEDATA_TOKEN looks like a real key')
        expect(text).toContain('HOST_URL names the real host')
        expect(text).not.toContain(value)
      }),
    )
  })
})
