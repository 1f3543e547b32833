import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Entry } from '../../src/journal/journal.ts'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { type Receiver, startReceiver } from '../callbacks/receiver.ts'
import { create, EPOCH, frozenSimulator, namespaceOf, SOUND, TOKEN, until } from '../support/requests.ts'

const FILE = join(import.meta.dirname, '../../fixtures/incidents/twelve-minutes.yaml')
const TWELVE_MINUTES_MS = 12 * 60 * 1000

/** What a client tells of one request. */
type Told = string

/** A client that works through an incident: it creates in each way there is, polls, waits when told to, and goes on. */
class Worker {
  readonly told: Told[] = []
  readonly #simulator: Simulator
  readonly #receiver: Receiver
  #last = 'none'

  constructor(simulator: Simulator, receiver: Receiver) {
    this.#simulator = simulator
    this.#receiver = receiver
  }

  get now(): number {
    return this.#simulator.control.clock(namespaceOf()).now
  }

  async work(): Promise<void> {
    for (let turn = 0; this.now < EPOCH + TWELVE_MINUTES_MS; turn++) {
      const way = [{}, { callback_url: this.#receiver.url('/hook') }, { async: true }][turn % 3]
      const created = await this.#ask('/kling/videos', { ...SOUND, ...way })
      await this.#settled()
      this.#last = created?.task_id ?? this.#last
      await this.#ask('/kling/tasks', { id: this.#last })
      if (turn % 3 === 2) await this.#sleep(5)
    }
  }

  async #ask(path: string, body: object): Promise<{ task_id?: string } | undefined> {
    try {
      const response = await fetch(this.#simulator.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      const text = await response.text()
      this.told.push(`${response.status} ${text}`)
      const seconds = Number(response.headers.get('retry-after') ?? 0)
      if (seconds > 0) await this.#sleep(seconds)
      return text.startsWith('{') ? JSON.parse(text) : undefined
    } catch (error) {
      this.told.push(String(error))
      return undefined
    }
  }

  /** Sleeps on the clock of its token. */
  async #sleep(seconds: number): Promise<void> {
    await this.#simulator.control.advance(namespaceOf(), { ms: seconds * 1000 })
  }

  /** Waits until all callbacks owed so far are over, one way or the other. */
  async #settled(): Promise<void> {
    const { control } = this.#simulator
    const { items } = await control.tasks(namespaceOf(), { offset: 0, limit: 1000 })
    const owed = items.reduce((sum, { deliveries }) => sum + deliveries.length, 0)
    await until('the callbacks are over', () => control.journal.count({ kind: 'callback' }) === owed)
  }
}

/** An entry without what is of the machine: how long things took it, and on which port. */
function ofTheRun(entry: Entry): object {
  const text = JSON.stringify(entry, (key, value) => (key === 'durationMs' || key === 'date' ? undefined : value))
  return JSON.parse(text.replace(/127\.0\.0\.1:\d+/g, 'HOST'))
}

async function run(receiver: Receiver) {
  // Polls move no clock: how soon they come after one another is chance.
  await using simulator = await createSimulator({ clock: 'auto-skip', skipPerPoll: 0, pace: 20, timeline: FILE })
  const worker = new Worker(simulator, receiver)
  const begun = performance.now()
  await worker.work()
  const realMs = performance.now() - begun
  return {
    realMs,
    virtualMs: worker.now - EPOCH,
    told: worker.told.map(text => text.replace(/127\.0\.0\.1:\d+/g, 'HOST')),
    journal: simulator.control.journal.list().map(ofTheRun),
    fired: simulator.rules.timelines().flatMap(({ rules }) => rules.map(({ fired }) => fired)),
  }
}

describe('an incident of twelve minutes', () => {
  it('passes in less than two seconds under auto-skip, and twice the same', async () => {
    await using receiver = await startReceiver()
    // The first run of all is the slowest: code is compiled.
    const warm = await run(receiver)
    const [first, second] = [await run(receiver), await run(receiver)]
    for (const { realMs, virtualMs, fired, told } of [first, second]) {
      expect(virtualMs).toBeGreaterThanOrEqual(TWELVE_MINUTES_MS)
      expect(realMs).toBeLessThan(2000)
      // It was felt, each change of it.
      expect(fired).toHaveLength(9)
      for (const count of fired) expect(count).toBeGreaterThan(0)
      for (const sign of [/^429/, /^502 <html>/, /^504 /, /^500 .*fetch failed/, /^TypeError: fetch failed/, /^200 /]) {
        expect(
          told.some(text => sign.test(text)),
          String(sign),
        ).toBe(true)
      }
    }
    expect(first.journal.length).toBeGreaterThan(50)
    expect(second.journal).toEqual(first.journal)
    expect(second.told).toEqual(first.told)
    expect(warm.journal).toEqual(first.journal)
  })
})

describe('a timeline file', () => {
  const files: readonly [name: string, text: string, says: string][] = [
    [
      'a.yaml',
      'events: 5',
      "can't be played: name is missing; it must be text; events: 5 is not allowed; it must be a list",
    ],
    ['a.yaml', '- 1', "can't be played: the file: it must be an object"],
    [
      'a.json',
      '{"name":"x","events":[{"at":-3,"outcome":"stall"}]}',
      "can't be played: events.0.at: -3 is not allowed; it must be seconds, or text such as 250ms, 30s, 2m or 1.5h",
    ],
    [
      'a.yml',
      'name: x\nevents: [{ at: 0, outcome: stall }, { at: 5, outcome: fail timeout }]',
      "can't be played: x/2 can never fire: rule 'x/1' comes first and always fires",
    ],
    [
      'a.yaml',
      'events: {',
      "can't be read: Flow map in block collection must be sufficiently indented and end with a } at line 1, column 10",
    ],
    ['a.json', '{', "can't be read: Expected property name"],
  ]
  it.each(files)('is refused if it is none, with the reason: %s %j', async (name, text, says) => {
    const file = join(mkdtempSync(join(tmpdir(), 'mockling-timeline-')), name)
    writeFileSync(file, text)
    await expect(createSimulator({ timeline: file })).rejects.toThrow(`timeline: ${JSON.stringify(file)} ${says}`)
  })
})

describe('a timeline', () => {
  const incident = { name: 'outage', events: [{ at: 10, for: '20s', outcome: 'refuse too_many_requests' }] }
  const start = (simulator: Simulator, payload: object) =>
    simulator.app.inject({ method: 'POST', url: '/_mockling/v1/timelines', payload })
  const stop = (simulator: Simulator, query = '') =>
    simulator.app.inject({ method: 'DELETE', url: `/_mockling/v1/timelines/outage${query}` })

  /** What creates come to, so many seconds apart. */
  async function statuses(simulator: Simulator, token: string, gaps: readonly number[]): Promise<number[]> {
    const seen: number[] = []
    for (const gap of gaps) {
      await simulator.control.advance(namespaceOf(token), { ms: gap * 1000 })
      seen.push((await create(simulator, { async: true }, { token })).statusCode)
    }
    return seen
  }

  it('is dated from when it is started, on the clock of its token, and may be played again', async () => {
    await using simulator = await frozenSimulator()
    await statuses(simulator, 'a', [1000])
    for (let time = 0; time < 2; time++) {
      expect((await start(simulator, { ...incident, token: 'a' })).statusCode).toBe(201)
      expect(await statuses(simulator, 'a', [0, 9.999, 0.001, 19.999, 0.001])).toEqual([200, 200, 429, 429, 200])
      expect((await stop(simulator, '?token=a')).statusCode).toBe(204)
    }
    expect((await stop(simulator)).statusCode).toBe(404)
  })

  it('is one for each token, which the others neither see nor stop', async () => {
    await using simulator = await frozenSimulator()
    for (const token of ['a', 'b']) {
      const reply = await start(simulator, { ...incident, token })
      expect(reply.statusCode).toBe(201)
      expect(reply.json()).toMatchObject({ name: 'outage', rules: [{ id: 'outage/1', timeline: 'outage' }] })
    }
    const again = await start(simulator, { ...incident, token: 'a' })
    expect([again.statusCode, again.json().detail]).toEqual([
      409,
      "timeline 'outage' is there already; remove it to start it again",
    ])
    expect((await stop(simulator)).json().detail).toBe(
      "timeline 'outage' is there for several tokens; name one of them",
    )
    expect((await stop(simulator, '?token=b')).statusCode).toBe(204)
    const { items } = (await simulator.app.inject('/_mockling/v1/timelines')).json()
    expect(items).toMatchObject([{ name: 'outage', namespace: namespaceOf('a').namespace.slice(0, 8) }])
    expect(await statuses(simulator, 'a', [15])).toEqual([429])
    expect(await statuses(simulator, 'b', [15])).toEqual([200])
  })

  it('has its changes shown with when they hold and how often they fired', async () => {
    await using simulator = await frozenSimulator()
    await start(simulator, incident)
    await statuses(simulator, 'a', [15, 1])
    await statuses(simulator, 'b', [15])
    const { items } = (await simulator.app.inject('/_mockling/v1/timelines?token=a')).json()
    expect(items).toEqual([
      {
        name: 'outage',
        namespace: null,
        rules: [
          {
            id: 'outage/1',
            role: 'outcome',
            operation: 'create',
            text: 'refuse too_many_requests',
            when: {},
            from: EPOCH + 10_000,
            until: EPOCH + 30_000,
            timeline: 'outage',
            namespace: null,
            matched: 2,
            fired: 2,
          },
        ],
      },
    ])
    // They are no rules of their own.
    expect((await simulator.app.inject('/_mockling/v1/rules')).json().items).toEqual([])
  })
})
