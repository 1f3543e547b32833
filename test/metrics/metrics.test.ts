import { spawnSync } from 'node:child_process'
import parsePrometheus from 'parse-prometheus-text-format'
import { describe, expect, it } from 'vitest'
import { OVERLOADS } from '../../src/http/overload.ts'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'
import { controlDoor } from '../support/door.ts'
import { create, createAsync, frozenSimulator, namespaceOf, post, until, whenWaiting } from '../support/requests.ts'
import { send } from '../support/sockets.ts'

async function scrape(simulator: Simulator): Promise<string> {
  const reply = await controlDoor(simulator).get('/metrics')
  expect(reply.status).toBe(200)
  expect(reply.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  return reply.body
}

/** The number of that name and those labels, as a parser that is not ours reads it. */
function numberOf(text: string, name: string, labels: Record<string, string> = {}): number | undefined {
  const family = parsePrometheus(text).find(one => one.name === name)
  const fits = (given: Record<string, string> = {}) =>
    Object.entries(labels).every(([key, value]) => given[key] === value)
  const found = family?.metrics.find(metric => fits(metric.labels))
  return found === undefined ? undefined : Number(found.value ?? found.count)
}

describe('the metrics', () => {
  it('count requests, tasks, callbacks and what is under way', async () => {
    await using receiver = await startReceiver()
    await using simulator = await frozenSimulator()
    const held = create(simulator)
    await createAsync(simulator, { callback_url: receiver.url('/hook') })
    await create(simulator, { model: 'none' })
    await post(simulator, '/kling/tasks', { id: 'x' })
    await simulator.app.inject({ method: 'GET', url: '/nowhere/at/all' })
    await whenWaiting(simulator, 2)

    const before = await scrape(simulator)
    const videos = { endpoint: '/kling/videos' }
    expect(numberOf(before, 'mockling_requests_total', { ...videos, outcome: 'accepted', status: '200' })).toBe(1)
    expect(numberOf(before, 'mockling_requests_total', { ...videos, outcome: 'refused', code: 'bad_request' })).toBe(1)
    expect(numberOf(before, 'mockling_requests_total', { endpoint: '/kling/tasks', outcome: 'answered' })).toBe(1)
    expect(numberOf(before, 'mockling_requests_total', { endpoint: 'other', status: '404' })).toBe(1)
    expect(numberOf(before, 'mockling_held_requests')).toBe(1)
    expect(numberOf(before, 'mockling_tasks', { state: 'succeed' })).toBe(0)
    expect(numberOf(before, 'mockling_tasks_pending')).toBe(2)
    expect(numberOf(before, 'mockling_deliveries_waiting')).toBe(1)
    expect(numberOf(before, 'mockling_delivery_lateness_seconds')).toBe(0)

    await simulator.control.advance(namespaceOf(), { ms: 10_000 })
    await held
    await until('it is recorded', () => simulator.control.journal.count({ kind: 'callback' }) === 1)
    const after = await scrape(simulator)
    expect(numberOf(after, 'mockling_tasks', { state: 'succeed' })).toBe(2)
    expect(numberOf(after, 'mockling_held_requests')).toBe(0)
    expect(numberOf(after, 'mockling_deliveries_total', { outcome: 'delivered' })).toBe(1)
    expect(numberOf(after, 'mockling_delivery_lateness_seconds')).toBe(1)
    expect(numberOf(after, 'mockling_requests_total', { ...videos, outcome: 'accepted', status: '200' })).toBe(2)
    expect(numberOf(after, 'mockling_journal_entries')).toBe(6)
    expect(numberOf(after, 'mockling_ready')).toBe(1)
    expect(numberOf(after, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0)
    expect(numberOf(after, 'process_resident_memory_bytes')).toBeGreaterThan(1_000_000)
  })

  it('count how late a callback was first sent, by the clock of its namespace', async () => {
    await using receiver = await startReceiver()
    await using simulator = await createSimulator({ pace: 0.01 })
    await createAsync(simulator, { callback_url: receiver.url('/hook') })
    await receiver.arrived(1)
    await until('it is recorded', () => simulator.control.journal.count({ kind: 'callback' }) === 1)
    const text = await scrape(simulator)
    const buckets = [...text.matchAll(/^mockling_delivery_lateness_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm)]
    const counts = buckets.map(([, , count]) => Number(count))
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    expect(buckets.at(-1)?.slice(1)).toEqual(['+Inf', '1'])
  })

  it('count the time that a callback waits for others to its receiver', async () => {
    let letGo = () => {}
    const isGone = new Promise<void>(resolve => {
      letGo = resolve
    })
    await using receiver = await startReceiver(response => void isGone.then(() => response.end()))
    await using simulator = await createSimulator({ pace: 0.01 })
    for (let n = 0; n < 33; n++) await createAsync(simulator, { callback_url: receiver.url('/hook') })
    await receiver.arrived(32)
    const from = performance.now()
    await until('it has waited', () => performance.now() - from > 500)
    const released = Date.now()
    letGo()
    await until('all are recorded', () => simulator.control.journal.count({ kind: 'callback' }) === 33)
    const sent = simulator.control.journal.list({ kind: 'callback' }).map(({ at }) => at)
    expect(sent.filter(at => at >= released)).toHaveLength(1)
    const [, sum] = /^mockling_delivery_lateness_seconds_sum (\S+)$/m.exec(await scrape(simulator)) ?? []
    expect(Number(sum)).toBeGreaterThan(0.5)
  })

  it('have the same labels before anything happened as later', async () => {
    await using simulator = await createSimulator()
    const text = await scrape(simulator)
    expect(text).toContain('# TYPE mockling_requests_total counter')
    expect(text).not.toMatch(/^mockling_(?:requests|deliveries|overloads)_total \d/m)
    expect(numberOf(text, 'mockling_overloads_total', { kind: 'held' })).toBe(0)
  })

  it('say of everything that may be refused how often it was, and of what is bounded how much there may be', async () => {
    await using simulator = await createSimulator({ maxHeld: 7, bodyMemory: 3 })
    const text = await scrape(simulator)
    const kinds = Object.keys(OVERLOADS)
    for (const kind of kinds) expect(numberOf(text, 'mockling_overloads_total', { kind }), kind).toBe(0)
    const bounded = kinds.filter(kind => kind !== 'state' && kind !== 'redis')
    for (const kind of bounded) expect(numberOf(text, 'mockling_limit', { kind }), kind).toBeGreaterThan(0)
    expect(numberOf(text, 'mockling_limit', { kind: 'held' })).toBe(7)
    expect(numberOf(text, 'mockling_limit', { kind: 'bodies' })).toBe(3_000_000)
  })

  it('have nothing in them that callers choose', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const outcome = { 'x-mockling-outcome': 'succeed canary' }
    for (const name of ['canary-a', 'canary-b']) {
      await simulator.app.inject({ method: 'GET', url: `/${name}?${name}` })
      await create(simulator, { model: name, prompt: name }, { token: name, headers: outcome })
    }
    expect(await scrape(simulator)).not.toContain('canary')
  })

  it('are told to whoever has the key, as header or as bearer token, which opens nothing else', async () => {
    await using simulator = await createSimulator({ controlKey: 'open sesame' })
    await using spaceless = await createSimulator({ controlKey: 'open-sesame' })
    const status = async ({ url }: Simulator, path: string, headers: Record<string, string>) =>
      (await send(url, { path: `/_mockling${path}`, headers })).status
    expect(await status(simulator, '/metrics', {})).toBe(401)
    expect(await status(simulator, '/metrics', { 'x-mockling-key': 'open sesame' })).toBe(200)
    const bearer = { authorization: 'Bearer open-sesame' }
    expect(await status(spaceless, '/metrics', bearer)).toBe(200)
    expect(await status(spaceless, '/metrics', { authorization: 'Bearer another' })).toBe(401)
    expect(await status(spaceless, '/metrics', { ...bearer, 'x-mockling-key': 'another' })).toBe(401)
    expect(await status(spaceless, '/v1/clock', bearer)).toBe(401)
  })

  it.runIf(spawnSync('promtool', ['--version']).status === 0)('are found in order by promtool', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    await create(simulator)
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: await scrape(simulator), encoding: 'utf8' })
    // Of Node's own metrics it doesn't like that one counts something that is no total.
    expect(checked.stderr.split('\n').filter(line => line.includes('mockling'))).toEqual([])
    expect(checked.status).not.toBe(1)
  })
})
