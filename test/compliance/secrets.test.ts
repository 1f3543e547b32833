import { describe, expect, it } from 'vitest'
import { type Log, readable } from '../../src/cli/log.ts'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'
import { SOUND, until } from '../support/requests.ts'
import { send, speak } from '../support/sockets.ts'

/** Secrets that must come out nowhere but where they are for. */
const CANARIES = {
  bearer: 'canary-bearer-3f9a',
  basic: 'canary-basic-77c1',
  key: 'canary-control-key-b2d4',
  wrongKey: 'canary-wrong-key-0e55',
  cookie: 'canary-cookie-91aa',
  apiKey: 'canary-api-key-4c1d',
  user: 'canary-user-5d2e',
  password: 'canary-password-6e3f',
  query: 'canary-query-7f40',
  downloads: 'canary-download-8a51',
  proxy: 'canary-proxy-9b62',
  token: 'canary-named-token-ac73',
} as const

const JSON_TYPE = { 'content-type': 'application/json' }

function leaks(what: string, text: string): string[] {
  return Object.entries(CANARIES).flatMap(([name, canary]) => {
    const forms = [canary, Buffer.from(canary).toString('base64').replace(/=+$/, ''), encodeURIComponent(canary)]
    return forms.some(form => text.includes(form)) ? [`${what} shows ${name}: ${around(text, canary)}`] : []
  })
}

function around(text: string, canary: string): string {
  const at = text.indexOf(canary)
  return text.slice(Math.max(0, at - 80), at + 40)
}

/** Everything that a secret may be in, once. */
async function confide(simulator: Simulator, receiver: string, refusing: string): Promise<void> {
  const { url } = simulator
  const headers = {
    ...JSON_TYPE,
    authorization: `Bearer ${CANARIES.bearer}`,
    cookie: `session=${CANARIES.cookie}`,
    'x-api-key': CANARIES.apiKey,
    'proxy-authorization': `Basic ${CANARIES.proxy}`,
  }
  const withUser = (address: string) => address.replace('//', `//${CANARIES.user}:${CANARIES.password}@`)
  const post = (path: string, body: unknown, more: Record<string, string> = {}) =>
    send(url, { method: 'POST', path, headers: { ...headers, ...more }, body: JSON.stringify(body) })
  const made = await post('/kling/videos', { ...SOUND, callback_url: withUser(receiver) })
  const { task_id: id } = JSON.parse(made.text)
  await post('/kling/videos', { ...SOUND, callback_url: withUser(refusing) })
  await post('/kling/videos', { ...SOUND, callback_url: `ftp://${CANARIES.user}:${CANARIES.password}@x/` })
  await post('/kling/videos', { ...SOUND, callback_url: withUser('http://[::1') })
  await post('/kling/videos', { ...SOUND, model: 'none', image_url: withUser('http://example.com/a.png') })
  await post(`/kling/videos?token=${CANARIES.query}`, { ...SOUND, async: true })
  await post('/kling/tasks', { id, action: 'retrieve' })
  await post('/nowhere', {})
  await send(url, { path: '/kling/videos', headers: { authorization: `Basic ${CANARIES.basic}` } })
  await send(url, { path: `/bs2/x.mp4?api_key=${CANARIES.downloads}`, headers })
  await speak(
    url,
    `POST /kling/videos HTTP/1.1\r\nauthorization: Bearer ${CANARIES.bearer}\r\ncontent-length: x\r\n\r\n`,
  )
  await send(url, { path: '/_mockling/v1/tasks', headers: { 'x-mockling-key': CANARIES.wrongKey } })
  const command = { ...JSON_TYPE, 'x-mockling-key': CANARIES.key }
  const told = [
    ['PUT', '/v1/clock', { mode: 'real', token: CANARIES.token }],
    ['PATCH', '/v1/settings', { controlKey: CANARIES.key }],
    ['POST', '/v1/reset', { token: CANARIES.token, what: ['journal'] }],
  ] as const
  for (const [method, path, body] of told)
    await send(url, { method, path: `/_mockling${path}`, headers: command, body: JSON.stringify(body) })
  await until('both callbacks are over', () => simulator.control.journal.count({ kind: 'callback' }) >= 2)
}

describe('secrets', () => {
  it('come out in no log, journal, archive, export, report, metric or error text', async () => {
    await using receiver = await startReceiver()
    await using refusing = await startReceiver(response => {
      response.statusCode = 500
      response.end()
    })
    const lines: string[] = []
    const log: Log = readable(line => lines.push(line))
    await using simulator = await createSimulator(
      { pace: 'instant', controlKey: CANARIES.key, publicUrl: 'http://127.0.0.1:1' },
      {
        onRequest: entry => log.request(entry),
        onWarning: text => log.warn(text),
        onDefect: error => log.defect(error),
      },
    )
    await confide(simulator, receiver.url('/hook'), refusing.url('/hook'))

    const found = leaks('the log', lines.join('\n'))
    const namespaces = (await ask(simulator, '/v1/journal')).match(/"namespace":"[0-9a-f]{8}"/g) ?? []
    const [, namespace] = /"([0-9a-f]{8})"/.exec(namespaces[0] ?? '') ?? []
    const named = `?namespace=${namespace}`
    const places = [
      ...['/', '/health', '/metrics', '/v1/journal', '/v1/journal.har', '/v1/state', '/v1/settings', '/v1/clock/log'],
      ...['/v1/callbacks', '/v1/inbox', '/v1/duplicates', '/v1/ledger', '/v1/report', '/v1/report.txt', '/v1/manners'],
      ...['/v1/outcomes', '/v1/timelines', `/v1/token-settings${named}`, `/v1/tasks${named}`],
      ...[`/v1/journal${named}`, `/v1/account${named}`],
    ]
    for (const place of places) found.push(...leaks(place, await ask(simulator, place)))
    found.push(...leaks('a sequence', JSON.stringify(await simulator.control.journal.list())))
    expect(found).toEqual([])
    expect(receiver.arrivals[0]?.headers.authorization).toMatch(/^Basic /)
  })
})

async function ask({ url }: Simulator, path: string): Promise<string> {
  const { text } = await send(url, { path: `/_mockling${path}`, headers: { 'x-mockling-key': CANARIES.key } })
  return text
}
