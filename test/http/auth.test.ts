import type { FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { ERRORS, type ErrorCode } from '../../src/contract/errors.ts'
import { BAD_CREDENTIALS, credentialOf, denialOf, isDenied } from '../../src/http/auth.ts'
import type { DoorSettings } from '../../src/http/door.ts'
import { sha256 } from '../../src/simulation/random.ts'
import { FakeReply } from '../support/reply.ts'

type Restricting = Pick<DoorSettings, 'tokens' | 'revision'>

const settings = ({ tokens, revision = '2026-05' }: Partial<Restricting> = {}) => ({ tokens, revision }) as DoorSettings

const denied = (code: string) => ({ namespace: '', denied: code, magic: undefined })
const allowed = (token: string, magic?: string) => ({ namespace: sha256(token), denied: undefined, magic })

describe('a header', () => {
  it.each([undefined, '', ' ', 'Bearer', 'bearer', 'Bearer ', 'BEARER  ', ' Bearer'])(
    'that names no token is told so in the words of the revision: %j',
    header => {
      expect(credentialOf(header, settings())).toEqual(denied('invalid_token'))
      expect(credentialOf(header, settings({ revision: '2026-08' }))).toEqual(denied('no_token'))
    },
  )

  it.each([
    'x',
    'Basic eDp5',
    'Bearer a b',
    'Bearer a ',
    ' Bearer a',
    'Bearera',
    'Bearer\ta',
    'xBearer a',
    'Bearer: a',
    'xBearer',
    'Bearer-',
    'x ',
  ])('that holds anything else has no good token in any revision: %j', header => {
    for (const revision of ['2026-05', '2026-08'] as const)
      expect(credentialOf(header, settings({ revision }))).toEqual(denied('invalid_token'))
  })

  it.each(['Bearer a.b', 'bearer a.b', 'BEARER    a.b'])('names its token: %s', header => {
    expect(credentialOf(header, settings())).toEqual(allowed('a.b'))
  })

  it('is of a token among those that work, if these are given', () => {
    const some = settings({ tokens: new Set(['a']) })
    expect(credentialOf('Bearer a', some)).toEqual(allowed('a'))
    expect(credentialOf('Bearer b', some)).toEqual(denied('invalid_token'))
    expect(credentialOf('Bearer b.mockling-used_up', some)).toEqual(allowed('b.mockling-used_up', 'used_up'))
  })

  it('of a magic token for a bad credential is turned down by name', () => {
    expect([...BAD_CREDENTIALS]).toEqual(['no_token', 'invalid_token', 'token_expired', 'token_mismatched'])
    for (const code of BAD_CREDENTIALS)
      expect(credentialOf(`Bearer a.mockling-${code}`, settings())).toEqual({ ...denied(code), magic: code })
  })

  it('is told apart from all others, however many there were', () => {
    for (let at = 0; at < 2_100; at++) {
      expect(credentialOf(`Bearer t${at}`, settings()).namespace).toBe(sha256(`t${at}`))
      expect(credentialOf('Bearer busy', settings()).namespace).toBe(sha256('busy'))
    }
  })
})

describe('why a token gets nothing done', () => {
  const OPERATIONS = ['create', 'tasks', 'download'] as const
  const reasons = (token: string, given?: Partial<Restricting>) =>
    OPERATIONS.map(operation => denialOf(token, operation, settings(given)))
  const because = (why: string) => `requests with that token are refused before, with ${why}`

  it('is nothing for a usual one, and for one whose tasks fail', () => {
    expect(reasons('a')).toEqual([undefined, undefined, undefined])
    expect(reasons('a.mockling-api_error')).toEqual([undefined, undefined, undefined])
  })

  it.each(['disabled', ...BAD_CREDENTIALS])('is the code of the token: %s', code => {
    expect(reasons(`a.mockling-${code}`)).toEqual(OPERATIONS.map(() => because(code)))
  })

  it.each(['used_up', 'too_many_requests'])('is the code of the token but for queries: %s', code => {
    expect(reasons(`a.mockling-${code}`)).toEqual([because(code), undefined, because(code)])
  })

  it('is the setting that does not have it', () => {
    const tokens = new Set(['b'])
    expect(reasons('a', { tokens })).toEqual(OPERATIONS.map(() => because('invalid_token (--tokens)')))
    expect(reasons('a.mockling-no_token', { tokens })).toEqual(OPERATIONS.map(() => because('no_token')))
  })
})

describe('a call', () => {
  it.each<[denied: ErrorCode | undefined, magic: ErrorCode | undefined, code: ErrorCode | undefined]>([
    [undefined, undefined, undefined],
    [undefined, 'used_up', undefined],
    [undefined, 'api_error', undefined],
    [undefined, 'disabled', 'disabled'],
    ['invalid_token', undefined, 'invalid_token'],
    ['token_expired', 'token_expired', 'token_expired'],
  ])('denied %s, of a magic token for %s, is refused with %s', (denied, magic, code) => {
    const entry = {}
    const call = { credential: { namespace: '', denied, magic }, revision: '2026-05', traceId: 'trace', entry }
    const reply = new FakeReply()
    expect(isDenied({ call } as unknown as FastifyRequest, reply.real)).toBe(code !== undefined)
    expect(entry).toEqual(
      code === undefined ? {} : { code, message: ERRORS[code].message, responseBody: expect.any(String) },
    )
    expect(reply.status).toBe(code && ERRORS[code].status)
  })
})
