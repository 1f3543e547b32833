import { describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { type Answer, send, type Wanted } from '../support/sockets.ts'

const KEY = 'open sesame'
const JSON_TYPE = { 'content-type': 'application/json' }
const ADVANCE = '/_mockling/v1/clock/advance'

function post(path: string, body: string | undefined, headers: Record<string, string> = JSON_TYPE): Wanted {
  return { method: 'POST', path, headers, ...(body !== undefined && { body }) }
}

/** A refusal in our own words: problem+json, its reason one sentence. */
function reasonOf(answer: Answer): string {
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  const { type, title, status, detail, ...rest } = JSON.parse(answer.text)
  expect([type, title, status, rest]).toEqual(['about:blank', 'The command was refused', answer.status, {}])
  expect(detail).not.toMatch(/\n/)
  return `${answer.status} ${detail}`
}

async function unmoved(simulator: Simulator): Promise<void> {
  expect((await simulator.clock.state()).time).toBe('2026-06-01T00:00:00.000Z')
}

describe('bad input', () => {
  it.each<[string, Wanted, string]>([
    [
      'an unknown field',
      post(ADVANCE, '{"ms":1,"fast":true}'),
      '400 fast: there is no such field; there are token, namespace, scope, ms, seconds, to',
    ],
    [
      'an unknown field in the query',
      { path: '/_mockling/v1/clock?tokn=a' },
      '400 tokn: there is no such field; there are token, namespace, scope',
    ],
    ['a query where there is none', { path: '/_mockling/v1/settings?x=1' }, '400 x: there is no such field'],
    [
      'a body where there is none',
      post('/_mockling/v1/callbacks/a.1/redeliver', '{"x":1}'),
      '400 x: there is no such field',
    ],
    ['negative time', post(ADVANCE, '{"ms":-1}'), '400 ms: -1 is not allowed; it must be at least 0'],
    ['negative seconds', post(ADVANCE, '{"seconds":-0.5}'), '400 seconds: -0.5 is not allowed; it must be at least 0'],
    ['an instant before 1970', post(ADVANCE, '{"to":-1}'), '400 to: -1 is not allowed; it must not be before 1970'],
    [
      'an instant before now',
      post(ADVANCE, '{"to":"2026-05-01T00:00:00Z"}'),
      '409 a clock moves forward only, and it is 2026-06-01T00:00:00.000Z',
    ],
    ['an instant beyond the calendar', post(ADVANCE, '{"ms":1e300}'), '409 the instant is beyond the calendar'],
    [
      'an instant that is none',
      post(ADVANCE, '{"to":"tomorrow"}'),
      '400 to: "tomorrow" is not allowed; it must be Unix milliseconds or an ISO 8601 time with its zone',
    ],
    ['a number as text', post(ADVANCE, '{"ms":"5"}'), '400 ms: "5" is not allowed; it must be a number'],
    ['a list', post(ADVANCE, '[1]'), '400 body: it must be an object'],
    ['broken JSON', post(ADVANCE, '{"ms":'), '400 the body is no JSON: Unexpected end of JSON input'],
    ['nothing where something is needed', post(ADVANCE, undefined), '400 give exactly one of ms, seconds and to'],
    ['an empty body of JSON', post(ADVANCE, ''), '400 give exactly one of ms, seconds and to'],
    [
      'a form',
      post(ADVANCE, 'ms=1', { 'content-type': 'application/x-www-form-urlencoded' }),
      '415 a body must be application/json, not application/x-www-form-urlencoded',
    ],
    [
      'text',
      post(ADVANCE, '{"ms":1}', { 'content-type': 'text/plain' }),
      '415 a body must be application/json, not text/plain',
    ],
    [
      'a body without a type',
      post(ADVANCE, '{"ms":1}', {}),
      '415 a body must be application/json, and this one names no type',
    ],
    ['5 MB', post(ADVANCE, `{"ms":1,"token":"${'x'.repeat(5_000_000)}"}`), '413 a body may hold 1048576 bytes at most'],
    [
      'a path that is none',
      { path: '/_mockling/v1/clocks' },
      '404 there is no GET /_mockling/v1/clocks; GET /_mockling lists what there is',
    ],
    [
      'a method that is none',
      { method: 'DELETE', path: '/_mockling/v1/clock' },
      '404 there is no DELETE /_mockling/v1/clock; GET /_mockling lists what there is',
    ],
    [
      'a path that can’t be decoded',
      { path: '/_mockling/v1/tasks/%zz' },
      '400 the path holds a percent sign that begins no escape',
    ],
    [
      'a token and the server at once',
      post(ADVANCE, '{"ms":1,"token":"a","scope":"server"}'),
      '400 name one of token, namespace and scope; they say for whom it is',
    ],
    [
      'a namespace nobody knows',
      { path: '/_mockling/v1/clock?namespace=00000000' },
      `404 namespace '00000000' is none that is known`,
    ],
    [
      'a namespace of too few digits',
      { path: '/_mockling/v1/clock?namespace=ca97811' },
      '400 namespace: "ca97811" is not allowed; it must be 8 to 64 hexadecimal digits',
    ],
    [
      'a namespace that is none',
      { path: '/_mockling/v1/clock?namespace=zz' },
      '400 namespace: "zz" is not allowed; it must be 8 to 64 hexadecimal digits',
    ],
    [
      'a page too long',
      { path: '/_mockling/v1/tasks?limit=1001' },
      '400 limit: "1001" is not allowed; it must be a whole number up to 1000',
    ],
    ['a rule that never fires', post('/_mockling/v1/rules', '{"effects":"stall","until":1}'), '400 '],
  ])('is refused with the reason: %s', async (_what, wanted, reason) => {
    await using simulator = await createSimulator({ clock: 'frozen' })
    expect(reasonOf(await send(simulator.url, wanted))).toContain(reason)
    await unmoved(simulator)
  })
})

describe('a caller', () => {
  const advance = (headers: Record<string, string>) => post(ADVANCE, '{"ms":1}', { ...JSON_TYPE, ...headers })

  it.each<[string, Record<string, string>, string]>([
    [
      'a page of another origin',
      { origin: 'https://evil.test' },
      '403 pages of another origin (https://evil.test) may not command mockling',
    ],
    [
      'a page of another port',
      { origin: 'http://127.0.0.1:9' },
      '403 pages of another origin (http://127.0.0.1:9) may not command mockling',
    ],
    [
      'a page without an origin of its own',
      { origin: 'null' },
      '403 pages of another origin (null) may not command mockling',
    ],
    [
      'a page whose name was bent here',
      { host: 'evil.test', origin: 'http://evil.test' },
      `403 without a key the control door answers loopback names only, not 'evil.test'`,
    ],
  ])('is refused without a key: %s', async (_who, headers, reason) => {
    await using simulator = await createSimulator({ clock: 'frozen' })
    expect(reasonOf(await send(simulator.url, advance(headers)))).toBe(reason)
    await unmoved(simulator)
  })

  it('is let in from a page of our own', async () => {
    await using simulator = await createSimulator({ clock: 'frozen' })
    expect((await send(simulator.url, advance({ origin: simulator.url }))).status).toBe(200)
  })

  it('gets no leave to call from a page of another origin', async () => {
    await using simulator = await createSimulator()
    const headers = { origin: 'https://evil.test', 'access-control-request-method': 'POST' }
    const preflight = await send(simulator.url, { method: 'OPTIONS', path: ADVANCE, headers })
    expect(preflight.status).toBe(403)
    for (const answer of [preflight, await send(simulator.url, { path: '/_mockling/v1/clock' })]) {
      expect(Object.keys(answer.headers).filter(name => name.startsWith('access-control'))).toEqual([])
    }
  })

  it.each<[string, Record<string, string>]>([
    ['without the key', {}],
    ['with a wrong key', { 'x-mockling-key': 'open sesam' }],
    ['with an empty key', { 'x-mockling-key': '' }],
    ['with the key where a token goes', { authorization: `Bearer ${KEY}` }],
  ])('is refused by a server bound to all addresses: %s', async (_how, headers) => {
    await using simulator = await createSimulator({ host: '0.0.0.0', controlKey: KEY, clock: 'frozen' })
    expect(reasonOf(await send(simulator.url, advance(headers)))).toBe(
      '401 the control door needs its key in the header x-mockling-key: the one of --control-key, or the one printed at start',
    )
    const paths = ['', '/', '/version', '/openapi.json', '/openapi.yaml', '/v1/tasks', '/v1/settings', '/v1/nothing']
    for (const path of paths) {
      expect((await send(simulator.url, { path: `/_mockling${path}`, headers })).status).toBe(401)
    }
    expect((await send(simulator.url, { path: '/_mockling/health', headers })).status).toBe(200)
    await unmoved(simulator)
  })

  it('is let in with the key, made up where none was given', async () => {
    await using simulator = await createSimulator({ host: '0.0.0.0' })
    const { controlKey = '' } = simulator
    expect(controlKey).toMatch(/^[\w-]{16}$/)
    const headers = { 'x-mockling-key': controlKey, host: 'mockling:4180' }
    expect((await send(simulator.url, advance(headers))).status).toBe(200)
    expect((await send(simulator.url, advance({ ...headers, origin: 'http://evil.test' }))).status).toBe(403)
  })
})
