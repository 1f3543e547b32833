import { describe, expect, it } from 'vitest'
import { ERROR_CODES, ERRORS, type ErrorCode } from '../../src/contract/errors.ts'
import { createSimulator } from '../../src/simulator.ts'
import { block, table } from './blocks.ts'

const DOCUMENT = 'docs/reference/errors.md'
const URL = 'http://127.0.0.1:4180'
const GOOD = '{"action":"text2video","prompt":"a white mug"}'

interface Curl {
  readonly path?: string
  readonly token?: string
  readonly body?: string
}

/** One curl for each error, as shown there and run below. */
const CURLS: Readonly<Record<ErrorCode, Curl>> = {
  bad_request: { body: '{"action":"text2video","prompt":"a white mug","duration":7}' },
  token_mismatched: { token: 'any.mockling-token_mismatched' },
  api_not_implemented: { path: '/kling/images' },
  disabled: { token: 'any.mockling-disabled' },
  no_token: { token: 'any.mockling-no_token' },
  invalid_token: { token: 'any.mockling-invalid_token' },
  token_expired: { token: 'any.mockling-token_expired' },
  used_up: { token: 'any.mockling-used_up' },
  forbidden: { token: 'any.mockling-forbidden' },
  no_api: { path: '/nothing' },
  content_too_large: { token: 'any.mockling-content_too_large' },
  too_many_requests: { token: 'any.mockling-too_many_requests' },
  api_error: { token: 'any.mockling-api_error' },
  timeout: { token: 'any.mockling-timeout' },
}

function commandOf({ path = '/kling/videos', token = 'any', body = GOOD }: Curl, url = URL): string {
  return `curl -s ${url}${path} -H 'authorization: Bearer ${token}' -H 'content-type: application/json' -d '${body}'`
}

describe(DOCUMENT, () => {
  it('shows each error with a curl that brings it about', () => {
    const rows = ERROR_CODES.map(code => {
      const { status, message, when, grade, source } = ERRORS[code]
      return [String(status), `\`${code}\``, message, when, `${grade}: ${source}`]
    })
    const commands = ERROR_CODES.map(code => `# ${ERRORS[code].status} ${code}\n${commandOf(CURLS[code])}`)
    const expected = `${table(['status', 'code', 'message', 'when', 'source'], rows)}\n\n\`\`\`sh\n${commands.join('\n')}\n\`\`\``
    expect(block(DOCUMENT, 'errors', expected)).toBe(expected)
  })

  it.each(ERROR_CODES)('brings about %s with the curl shown', async code => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const { path = '/kling/videos', token = 'any', body = GOOD } = CURLS[code]
    const reply = await fetch(simulator.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
    })
    expect(reply.status).toBe(ERRORS[code].status)
    expect(await reply.json()).toMatchObject({ success: false, error: { code } })
  })
})
