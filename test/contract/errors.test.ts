import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { says, sourced, words } from '../../src/contract/describing.ts'
import {
  DEFECT_MESSAGE,
  ERROR_CODES,
  ERRORS,
  type ErrorCode,
  errorCodesOf,
  isErrorCode,
  NO_BODY_MESSAGE,
  NO_ID_MESSAGE,
} from '../../src/contract/errors.ts'
import { REVISIONS, type Revision, since } from '../../src/contract/revisions.ts'
import * as wire from '../../src/contract/wire.ts'
import { CATALOGUE } from '../support/errors.ts'

const ID = '030bb06d-98d4-4044-9042-0aa0822e8c8c'
const ERROR = JSON.parse(readFileSync(new URL('../../fixtures/upstream/guide-a-error.json', import.meta.url), 'utf8'))

/** Contract §8 and gateway §4.1: who refuses. */
const BY_THE_SERVICE = ['bad_request', 'forbidden', 'api_error', 'timeout']
/** Texts that are sent when nothing more precise is known, where the catalogue's curl provokes another. */
const GENERAL: Readonly<Record<string, string>> = { bad_request: 'Failed to resolve the request body' }

describe('the errors', () => {
  it('have the status and text that the contract’s table gives them', () => {
    const noToken = { code: 'no_token', status: 400, message: 'No token specified for the request.' } as const
    const table = [...CATALOGUE, noToken]
    expect([...ERROR_CODES].toSorted()).toEqual(table.map(({ code }) => code).toSorted())
    for (const { code, status, message } of table) {
      expect([code, wire.statusOf(code), ERRORS[code].message]).toEqual([code, status, GENERAL[code] ?? message])
    }
  })

  it('are said by the service or by the gateway before it', () => {
    const byTheService = ERROR_CODES.filter(code => ERRORS[code].layer === 'worker')
    expect(byTheService.toSorted()).toEqual(BY_THE_SERVICE.toSorted())
    expect(ERROR_CODES.filter(code => ERRORS[code].layer === 'gateway')).toHaveLength(10)
  })

  it.each(REVISIONS)('are those of %s', revision => {
    const others = ERROR_CODES.filter(code => !errorCodesOf(revision).includes(code))
    expect(others).toEqual(since('2026-08').includes(revision) ? [] : ['no_token'])
  })

  it('are told from other words', () => {
    expect(ERROR_CODES.every(isErrorCode)).toBe(true)
    for (const word of ['', 'unauthorized', 'constructor', 'toString']) expect(isErrorCode(word)).toBe(false)
  })

  it('have texts of their own where there is no body, no id, and a defect of ours', () => {
    // Contract §8: kept for real defects, and for requests without a body.
    expect([DEFECT_MESSAGE, NO_BODY_MESSAGE]).toEqual(['Internal server error.', 'JSON payload invalid'])
    expect(NO_ID_MESSAGE).toBe('id is required')
  })

  it('may stand for a parameter error where the guides say so', () => {
    expect(wire.PARAMETER_ERROR_CODES).toEqual(['bad_request', 'token_mismatched', 'api_not_implemented'])
  })
})

describe('an error’s body', () => {
  it('has guide A’s fields in guide A’s order, and the task’s id last', () => {
    const { code, message } = ERROR.error
    expect(JSON.stringify(wire.errorBody(code, message, ERROR.trace_id))).toBe(JSON.stringify(ERROR))
    expect(Object.keys(wire.errorBody(code, message, ID, ID))).toEqual(['success', 'error', 'trace_id', 'task_id'])
    expect(wire.errorBody(code, message, ID, ID)).toMatchObject({ success: false, task_id: ID })
  })

  const keys = (revision: Revision, code: ErrorCode, layer?: 'gateway' | 'worker') =>
    Object.keys(wire.errorBodyIn(revision, code, 'no', ID, layer))

  it.each(REVISIONS)('says success in %s if the service sends it, or the gateway of before August', revision => {
    const whole = ['success', 'error', 'trace_id']
    const byTheGateway = since('2026-08').includes(revision) ? ['error', 'trace_id'] : whole
    for (const code of errorCodesOf(revision)) {
      expect(keys(revision, code)).toEqual(BY_THE_SERVICE.includes(code) ? whole : byTheGateway)
      expect(keys(revision, code, 'worker')).toEqual(whole)
      expect(keys(revision, code, 'gateway')).toEqual(byTheGateway)
    }
    expect(wire.errorBodyIn(revision, 'timeout', 'late', ID)).toEqual({
      success: false,
      error: { code: 'timeout', message: 'late' },
      trace_id: ID,
    })
  })
})

describe('a description', () => {
  it('ends with where it was read, and has no gaps', () => {
    expect(sourced(' What  to   show. ', 'guide A', 'guide')).toBe('What to show. Source: guide A (guide).')
    expect(says(z.string(), 'A word.', 'kling §1', 'kling').description).toBe('A word. Source: kling §1 (kling).')
    expect(says(z.string(), 'A word.', 'guide B').description).toBe('A word. Source: guide B (guide).')
  })

  it('is of an enum of at least one word', () => {
    expect(words(['a', 'b'])).toEqual(['a', 'b'])
    expect(words(['a'])).toEqual(['a'])
    expect(() => words([])).toThrow('an enum needs a word')
  })
})
