import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CommandRefused } from '../../src/control/faces.ts'
import type { Entry } from '../../src/journal/journal.ts'
import type { Repro } from '../../src/replay/repro.ts'
import { sha256 } from '../../src/simulation/random.ts'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { type Receiver, startReceiver } from '../callbacks/receiver.ts'
import { create, createAsync, frozenSimulator, namespaceOf, type Settings, SOUND, until } from '../support/requests.ts'
import { dial } from '../support/sockets.ts'

/** A request over a real connection; a hang-up after `patience` real milliseconds is no error. */
async function ask(simulator: Simulator, path: string, body: unknown, more: Partial<Asked> = {}) {
  const { token = 'tester', headers = {}, patience } = more
  try {
    const answer = await fetch(simulator.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(patience !== undefined && { signal: AbortSignal.timeout(patience) }),
    })
    return JSON.parse(await answer.text()) as { task_id?: string; video_url?: string }
  } catch {
    return {}
  }
}

interface Asked {
  readonly token: string
  readonly headers: Readonly<Record<string, string>>
  readonly patience: number
}

/** Plays the run on a simulator of its own, started as the recorded one was. */
async function playedAgain(run: Repro, change: Settings = {}) {
  const recorded = Object.fromEntries(Object.entries(run.config).filter(([, value]) => value !== undefined))
  await using fresh = await createSimulator({ ...(recorded as Settings), clock: 'frozen', ...change })
  // As from a file.
  const played = await fresh.state.import(JSON.parse(JSON.stringify(run)))
  return { ...played, again: await fresh.state.export() }
}

async function exportOf(simulator: Simulator): Promise<Repro> {
  return JSON.parse(JSON.stringify(await simulator.state.export()))
}

/** What a run is about: without what the machine has a say in. */
function essence({ journal, commands }: Repro): unknown {
  return { commands, entries: journal.map(({ seq, kind, namespace }: Entry) => ({ seq, kind, namespace })) }
}

/** Everything there is to ask, by several clients at once. */
async function busyAfternoon(simulator: Simulator, receiver: Receiver): Promise<void> {
  const hook = receiver.url('/hook')
  await simulator.faults.add('refuse too_many_requests', { next: 1, token: 'two' })
  await simulator.tokenSettings.set({ token: 'two', revision: '2026-10' })
  const work = async (token: string) => {
    const held = await ask(simulator, '/kling/videos', SOUND, { token })
    const prompt = '[[mockling:callback-doubled gap=0.2]] a mug'
    const called = await ask(simulator, '/kling/videos', { ...SOUND, prompt, callback_url: hook }, { token })
    for (let n = 0; n < 3; n++) await ask(simulator, '/kling/tasks', { id: called.task_id }, { token })
    await ask(simulator, '/kling/videos', { ...SOUND, duration: 77 }, { token })
    await ask(simulator, '/kling/videos', '{"prompt":', { token })
    await ask(simulator, '/kling/videos', SOUND, { token: `${token}.mockling-used_up` })
    await ask(simulator, '/kling/videos', SOUND, { token: `${token}.mockling-token_expired` })
    await ask(simulator, '/kling/videos', SOUND, { token, headers: { 'x-mockling-outcome': 'answer-dropped' } })
    await ask(simulator, '/kling/videos', SOUND, { token, headers: { 'x-mockling-outcome': 'stall' }, patience: 30 })
    await fetch(`${simulator.url}/kling/videos`, { method: 'POST', body: 'plain', headers: { 'x-b': 'ä' } })
    await fetch(`${simulator.url}/nowhere?key=secret-in-the-query`)
    if (!held.video_url) return
    await fetch(held.video_url, { headers: { range: 'bytes=5-99' } }).then(answer => answer.arrayBuffer())
    const { headers } = await fetch(held.video_url, { method: 'HEAD' })
    await fetch(held.video_url, { headers: { 'if-none-match': headers.get('etag') ?? '' } })
  }
  await Promise.all(['one', 'two', 'three', 'one', 'two'].map(work))
}

/** Answers now and then with an error, now and then late. */
function moodyReceiver(): Promise<Receiver> {
  let calls = 0
  return startReceiver(response => {
    response.statusCode = calls++ % 3 === 0 ? 503 : 200
    response.end(`answer ${calls}`)
  })
}

describe('a run that is played again', () => {
  it.each(['auto-skip', 'x20', 'real'])('goes as it went, on a clock that was %s', async clock => {
    await using receiver = await moodyReceiver()
    const pace = clock === 'auto-skip' ? 'real' : 1
    await using simulator = await createSimulator({ clock, pace, seed: 7, callbackRetries: 1 })
    await busyAfternoon(simulator, receiver)
    await until(
      'the callbacks are over',
      async () => (await simulator.control.callbacks.list('server')).scheduled.length === 0,
    )
    const run = await exportOf(simulator)
    expect(run.gaps).toEqual([])
    expect(run.journal.length).toBeGreaterThan(70)

    const { differences, again } = await playedAgain(run)
    expect(differences).toEqual([])
    expect(essence(again)).toEqual(essence(run))
  })

  it('goes as it went once more when it is taken from where it was played', async () => {
    await using receiver = await moodyReceiver()
    await using simulator = await createSimulator({ clock: 'auto-skip', seed: 3 })
    await busyAfternoon(simulator, receiver)
    const { again } = await playedAgain(await exportOf(simulator))
    const { differences } = await playedAgain(again)
    expect(differences).toEqual([])
  })

  it('posts nothing: callbacks are answered as they were', async () => {
    await using receiver = await moodyReceiver()
    await using simulator = await createSimulator({ pace: 'instant', callbackRetries: 2, clock: 'auto-skip' })
    await ask(simulator, '/kling/videos', { ...SOUND, callback_url: receiver.url('/') })
    await until('both attempts are there', () => simulator.control.journal.count({ kind: 'callback' }) === 2)
    const { differences, again } = await playedAgain(await exportOf(simulator))
    expect(differences).toEqual([])
    expect(again.journal.filter(({ kind }) => kind === 'callback')).toMatchObject([
      { status: 503, responseBody: 'answer 1' },
      { status: 200, responseBody: 'answer 2' },
    ])
    expect(receiver.arrivals).toHaveLength(2)
  })

  it('is given the same commands between the same requests', async () => {
    await using receiver = await moodyReceiver()
    await using simulator = await frozenSimulator()
    const callback_url = receiver.url('/')
    const first = await createAsync(simulator, { callback_url })
    const second = await createAsync(simulator)
    await simulator.clock.advance({ ms: 3000 })
    await simulator.tasks.fail(second, { code: 'api_error' })
    await simulator.outcomes.add('fail api_error', { next: 1 })
    const third = await createAsync(simulator)
    await simulator.clock.advance({ ms: 10_000 })
    for (const id of [first, second, third]) await ask(simulator, '/kling/tasks', { id })
    await simulator.callbacks.redeliver(`${first}.1`)
    await simulator.callbacks.resend(`${first}.1`, { body: '{"edited":true}' })
    const run = await exportOf(simulator)
    const { differences, again } = await playedAgain(run)
    expect(differences).toEqual([])
    expect(again.commands).toEqual(run.commands)
    expect(again.clocks).toEqual(run.clocks)
  })

  it.each(['auto-skip', 'x20'])('has answers come late that wait for one instant after another, on %s', async clock => {
    await using simulator = await createSimulator({ clock, pace: 3 })
    await Promise.all([
      ask(simulator, '/kling/videos', SOUND, { headers: { 'x-mockling-outcome': 'answer-late 5' } }),
      ask(
        simulator,
        '/kling/videos',
        { ...SOUND, async: true },
        { headers: { 'x-mockling-outcome': 'answer-late 4' } },
      ),
      ask(simulator, '/kling/videos', SOUND, { headers: { 'x-mockling-outcome': 'answer-slow 200, answer-late 2' } }),
    ])
    const { differences } = await playedAgain(await exportOf(simulator))
    expect(differences).toEqual([])
  })

  it('has bodies arrive in the order they did, which is not that of the requests', async () => {
    await using simulator = await frozenSimulator()
    const body = JSON.stringify({ ...SOUND, async: true })
    const socket = await dial(simulator.url)
    socket.write(
      `POST /kling/videos HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer tester\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
    )
    await until('the slow one has begun', () => simulator.control.journal.newest === 1)
    await ask(simulator, '/kling/videos', { ...SOUND, async: true })
    await simulator.clock.advance({ ms: 500, ...namespaceOf() } as never)
    socket.write(body)
    await until('it is over', () => simulator.control.journal.turn === 2)
    socket.destroy()
    const run = await exportOf(simulator)
    const [slow, quick] = run.journal
    expect(slow).toMatchObject({ arrived: { after: 2 } })
    const { differences } = await playedAgain(run)
    expect(differences).toEqual([])
    expect(quick).toMatchObject({ accepted: true })
  })

  it('leaves a callback unanswered that was not answered by its end', async () => {
    await using receiver = await startReceiver(() => {})
    await using simulator = await createSimulator({ pace: 'instant', callbackRetries: 3, drain: 0 })
    await ask(simulator, '/kling/videos', { ...SOUND, callback_url: receiver.url('/') })
    await receiver.arrived(1)
    const run = await exportOf(simulator)
    expect(run).toMatchObject({ underWay: [{ attempt: 1 }], journal: [{ kind: 'request' }] })
    const { differences, again } = await playedAgain(run, { drain: 0 })
    expect(differences).toEqual([])
    expect(again.underWay).toEqual(run.underWay)
    await simulator.reset()
    expect((await simulator.state.export()).underWay).toEqual([])
  })

  it('has no turns of a receiver taken by callbacks that are never answered', async () => {
    await using receiver = await startReceiver(() => {})
    const body = { ...SOUND, callback_url: receiver.url('/') }
    await using simulator = await createSimulator({ pace: 'instant', drain: 0 })
    for (let n = 0; n < 40; n++) await ask(simulator, '/kling/videos', body)
    await receiver.arrived(32)
    const run = await exportOf(simulator)
    expect(run.underWay).toHaveLength(32)
    expect(run.gaps).toEqual(['8 callbacks were due and waited for their turn'])
    await using fresh = await createSimulator({ pace: 'instant', drain: 0, clock: 'frozen' })
    await fresh.state.import(run)
    expect(receiver.arrivals).toHaveLength(32)
    await ask(fresh, '/kling/videos', body, { token: 'another' })
    await receiver.arrived(33)
  })

  it('begins anew where everything did, with the rules there were', async () => {
    await using simulator = await frozenSimulator()
    await simulator.outcomes.add('refuse api_error', { next: 1 })
    await create(simulator)
    await simulator.clock.advance({ ms: 60_000 })
    await simulator.reset()
    await create(simulator)
    await createAsync(simulator)
    const run = await exportOf(simulator)
    expect(run.commands.map(({ url }) => url)).toEqual(['/v1/rules'])
    expect(run.journal).toHaveLength(2)
    const { differences } = await playedAgain(run)
    expect(differences).toEqual([])
  })

  it('goes as it went, whoever of several tokens did what and when', async () => {
    const step = fc.record({
      token: fc.constantFrom('a', 'b', 'c'),
      what: fc.constantFrom('held', 'async', 'poll', 'bad', 'advance', 'reset', 'rule'),
      ms: fc.integer({ min: 1, max: 20_000 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async steps => {
        await using simulator = await frozenSimulator()
        const held: Promise<unknown>[] = []
        let id = 'none'
        for (const { token, what, ms } of steps) {
          const newest = simulator.control.journal.newest
          if (what === 'held') {
            held.push(ask(simulator, '/kling/videos', SOUND, { token }))
            await until('it has begun', () => simulator.control.journal.newest > newest)
          } else if (what === 'async') id = await createAsync(simulator, {}, { token }).catch(() => id)
          else if (what === 'poll') await ask(simulator, '/kling/tasks', { id }, { token })
          else if (what === 'bad') await ask(simulator, '/kling/videos', { model: 'x' }, { token })
          else if (what === 'advance') await simulator.clock.advance({ ms })
          else if (what === 'reset') await simulator.reset({ token })
          else await simulator.faults.add('refuse api_error', { next: 1, token })
        }
        await simulator.clock.advance({ ms: 60_000 })
        await Promise.all(held)
        const { differences } = await playedAgain(await exportOf(simulator))
        expect(differences).toEqual([])
      }),
      { numRuns: 25 },
    )
  })
})

describe('a run in a file', () => {
  it('holds no token and no key', async () => {
    await using simulator = await frozenSimulator({ controlKey: 'key-of-the-door' })
    await simulator.faults.add('refuse api_error', { next: 1, token: 'my-secret-token' })
    await ask(simulator, '/kling/videos', SOUND, { token: 'my-secret-token' })
    const text = JSON.stringify(await simulator.state.export())
    expect(text).not.toContain('my-secret-token')
    expect(text).not.toContain('key-of-the-door')
    const { differences } = await playedAgain(JSON.parse(text))
    expect(differences).toEqual([])
  })

  it('holds no clock that a command has nothing to do with', async () => {
    await using simulator = await frozenSimulator()
    for (const token of ['one', 'two', 'three']) await createAsync(simulator, {}, { token })
    await simulator.outcomes.add('fail api_error', { next: 1, token: 'two' })
    await simulator.faults.add('answer-late 1', { next: 1 })
    const { commands } = await simulator.state.export()
    expect(commands.map(({ clocks }) => Object.keys(clocks).length)).toEqual([2, 4])
    expect(Object.keys(commands[0]?.clocks ?? {})).toEqual(['', sha256('two')])
  })

  it('says what it lacks', async () => {
    await using simulator = await frozenSimulator({ journalSize: 2 })
    for (let n = 0; n < 3; n++) await createAsync(simulator)
    expect((await simulator.state.export()).gaps).toEqual(['1 entries of the journal had to make room'])
    await simulator.reset({ what: ['journal'] })
    expect((await simulator.state.export()).gaps).toContain('the journal was emptied while its tasks went on')
    await simulator.reset()
    const socket = await dial(simulator.url)
    socket.end('no http at all\r\n\r\n')
    await until('it was refused', () => simulator.control.journal.turn > 3)
    expect((await simulator.state.export()).gaps).toEqual([expect.stringMatching(/^entry \d+ was no HTTP/)])
  })

  it.each([
    ['another body', (entry: Entry) => ({ ...entry, requestBody: JSON.stringify({ ...SOUND, model: 'x' }) }), 'status'],
    ['another answer', (entry: Entry) => ({ ...entry, status: 201 }), 'status'],
    ['another instant', (entry: Entry) => ({ ...entry, at: entry.at + 5 }), 'steps'],
  ])('that was given %s goes otherwise, and the part is named', async (_what, change, part) => {
    await using simulator = await frozenSimulator()
    await createAsync(simulator)
    const run = await exportOf(simulator)
    const { differences } = await playedAgain({ ...run, journal: run.journal.map(change) as Entry[] })
    expect(differences.map(difference => difference.part)).toContain(part)
    expect(differences[0]).toMatchObject({ seq: 1, what: 'POST /kling/videos' })
  })

  it('is refused where the server was started otherwise, with what is to be changed', async () => {
    await using simulator = await frozenSimulator({ seed: 9 })
    await createAsync(simulator)
    const run = await exportOf(simulator)
    await using other = await frozenSimulator({ seed: 4 })
    await expect(other.state.import(run)).rejects.toThrow(
      new CommandRefused(409, 'seed is 4 here and 9 in the run: start mockling so, or use mockling replay, which does'),
    )
  })

  it.each([
    [{ journal: [{ kind: 'request' }] }, 'journal.0.seq is missing'],
    [{ format: 2 }, 'format: 2 is not allowed; it must be 1'],
    [{ startedAt: 'now' }, 'startedAt: "now" is not allowed'],
    [{ commands: [{ method: 'GET' }] }, 'commands.0.method: "GET" is not allowed'],
    [{ config: { pace: 'slow' } }, 'config.pace: it must be instant, fast, real, or seconds'],
  ])('that is no run is refused: %j', async (change, reason) => {
    await using simulator = await frozenSimulator()
    const run = await exportOf(simulator)
    const config = { ...run.config, ...(change as { config?: object }).config }
    await expect(simulator.state.import({ ...run, ...change, config } as Repro)).rejects.toThrow(reason)
  })
})
