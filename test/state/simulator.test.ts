import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { encode, HEADER, NO_SUM } from '../../src/state/records.ts'
import { FakeTimebase, START } from '../simulation/fake-timebase.ts'
import { create, createAsync, EPOCH, namespaceOf, retrieve } from '../support/requests.ts'
import { statePath } from './state-dir.ts'
import { FROZEN, withState } from './with-state.ts'

const account = (simulator: Simulator) => simulator.control.account(namespaceOf().namespace)
const server = (simulator: Simulator) => simulator.control.clock('server')
const own = (simulator: Simulator) => simulator.control.clock(namespaceOf())

describe('--state', () => {
  it('keeps tasks, their videos and the money', async () => {
    await using all = await withState()
    const { first } = all
    const ids = [await createAsync(first), await createAsync(first)]
    await first.control.advance('server', { ms: 10_000 })
    ids.push(await createAsync(first))
    const before = await Promise.all(ids.map(id => retrieve(first, id)))
    expect(before.map(({ response }) => response?.state)).toEqual(['succeed', 'succeed', undefined])

    const second = await all.afterKill()
    expect(second.restored).toMatchObject({ tasks: 3, pending: 1, callbacks: 0 })
    expect(await Promise.all(ids.map(id => retrieve(second, id)))).toEqual(before)
    expect(await account(second)).toEqual(await account(first))
    const url = new URL(before[0].response.video_url)
    expect((await second.app.inject({ url: url.pathname })).statusCode).toBe(200)
    const extended = await create(second, { action: 'extend', video_id: before[0].response.video_id, async: true })
    expect(extended.statusCode).toBe(200)
  })

  it('goes on with the ids where it was, and gives no trace id twice', async () => {
    await using all = await withState()
    await using alone = await createSimulator(FROZEN)
    const ids = [await createAsync(all.first)]
    const trace = async (simulator: Simulator) => (await create(simulator, { duration: 7 })).json().trace_id
    const traces = [await trace(all.first)]
    for (let life = 2; life <= 4; life++) {
      const simulator = await all.afterKill()
      ids.push(await createAsync(simulator))
      traces.push(await trace(simulator))
    }
    expect(ids).toEqual([
      await createAsync(alone),
      await createAsync(alone),
      await createAsync(alone),
      await createAsync(alone),
    ])
    expect(new Set(traces).size).toBe(4)
  })

  it('keeps the task of a refused create', async () => {
    await using all = await withState({ ...FROZEN, revision: '2026-10' })
    const refused = (await create(all.first, { duration: 7 })).json()
    expect(refused.task_id).toBeDefined()
    const second = await all.afterKill()
    expect(await retrieve(second, refused.task_id)).toEqual(await retrieve(all.first, refused.task_id))
  })

  it('forgets what was reset', async () => {
    await using all = await withState()
    const id = await createAsync(all.first)
    const other = await createAsync(all.first, {}, { token: 'other' })
    await all.first.control.reset(namespaceOf())
    const second = await all.afterKill()
    expect(await retrieve(second, id)).toEqual({})
    expect(await retrieve(second, other, { token: 'other' })).toMatchObject({ id: other })
    await second.control.reset('server')
    const third = await all.afterKill()
    expect(third.restored?.tasks).toBe(0)
  })

  it('has the ledger sum up what earlier processes accepted, until the journal is forgotten', async () => {
    await using all = await withState()
    await createAsync(all.first)
    await createAsync(all.first, { prompt: 'it goes wrong [[mockling:fail api_error]]' })
    await all.first.control.advance('server', { ms: 10_000 })
    await createAsync(all.first)
    const before = await all.first.control.books.ledger()
    const second = await all.afterKill()
    const after = await second.control.books.ledger()
    expect(after).toEqual({ ...before, purchases: before.purchases.map(one => ({ ...one, seq: 0 })) })
    expect((await second.control.books.ledger({ after: 0 })).purchases).toEqual([])
    expect((await second.control.books.ledger({ to: EPOCH })).purchases).toHaveLength(2)
    await createAsync(second)
    expect((await second.control.books.ledger()).totals.creates).toBe(4)
    await second.control.reset('server', ['journal'])
    expect((await second.control.books.ledger()).totals.creates).toBe(0)
  })

  it('makes demo tasks once', async () => {
    await using all = await withState({ ...FROZEN, demo: 3 })
    expect(all.first.restored?.tasks).toBe(0)
    const second = await all.afterKill()
    const third = await all.afterKill()
    expect([second.restored?.tasks, third.restored?.tasks]).toEqual([3, 3])
  })

  it('refuses a file that another simulator has, and leaves nothing behind', async () => {
    await using all = await withState()
    await expect(createSimulator({ state: all.file })).rejects.toThrow(/^state: ".*" is in use by another process$/)
    await all.first.close()
    await expect(createSimulator({ state: all.file, tokens: '/nowhere' })).rejects.toThrow(/tokens/)
    await using next = await createSimulator({ state: all.file })
    expect(next.restored?.tasks).toBe(0)
  })

  it.each([
    ['half a task', { open: {} }, /^state: ".*" can't be read at byte 17: /],
    ['a task that is none', { settled: null }, /^state: ".*" can't be read at byte 17: /],
    ['a number for a list', { over: 5 }, /^state: ".*" can't be read at byte 17: /],
  ])('refuses a file with %s in it that was written so, and leaves it as it is', async (_, record, why) => {
    using place = statePath()
    const bytes = Buffer.concat([HEADER, encode([record], NO_SUM).bytes])
    writeFileSync(place.file, bytes)
    await expect(createSimulator({ state: place.file })).rejects.toThrow(why)
    expect(readFileSync(place.file)).toEqual(bytes)
  })

  it('refuses a damaged file whose rest can’t be put aside, and leaves it as it is', async () => {
    using place = statePath()
    const file = join(dirname(place.file), 'x'.repeat(253))
    writeFileSync(file, `${HEADER}damage`)
    await expect(createSimulator({ state: file })).rejects.toThrow(
      /^state: ".*" is damaged at byte 17, and the rest can't be put aside: ENAMETOOLONG/,
    )
    expect(readFileSync(file, 'utf8')).toBe(`${HEADER}damage`)
  })

  it('says of a run that began with kept tasks that it is not whole', async () => {
    await using all = await withState()
    await createAsync(all.first)
    const second = await all.afterKill()
    const { gaps, config } = await second.state.export()
    expect(gaps).toContain('it began with what --state had kept, which is not in it')
    expect(config).not.toHaveProperty('state')
  })
})

describe('clocks under --state', () => {
  it('stand where they stood', async () => {
    await using all = await withState()
    await createAsync(all.first)
    await all.first.control.advance('server', { ms: 1_234 })
    await all.first.control.advance(namespaceOf(), { ms: 10 })
    const second = await all.afterKill()
    expect([server(second).now, own(second).now]).toEqual([EPOCH + 1_234, EPOCH + 1_244])
    expect([own(second).follows, server(second).mode]).toEqual([false, 'frozen'])
  })

  it('go on with the offset they had, through the time between, and never back', async () => {
    const timebase = new FakeTimebase()
    await using all = await withState({ pace: 10 }, timebase)
    await createAsync(all.first)
    await all.first.control.advance(namespaceOf(), { ms: 60_000 })
    timebase.pass(500)
    const second = await all.afterKill()
    expect(own(second).now).toBe(START + 60_500)
    timebase.pass(1_000)
    await createAsync(second)
    const third = await all.afterKill()
    expect([server(third).now, own(third).now]).toEqual([START + 1_500, START + 61_500])
  })

  it('show nothing earlier though the machine’s time has gone back', async () => {
    await using all = await withState({ pace: 10 }, new FakeTimebase(START + 10_000))
    await createAsync(all.first)
    await all.first.close()
    await using second = await createSimulator({ state: all.file }, { timebase: new FakeTimebase(START) })
    expect(own(second).now).toBe(START + 10_000)
  })

  it('run on as fast as they did', async () => {
    const timebase = new FakeTimebase()
    await using all = await withState({ pace: 10 }, timebase)
    await createAsync(all.first)
    await all.first.control.setClock(namespaceOf(), { mode: 'scaled', rate: 10 })
    timebase.pass(100)
    const second = await all.afterKill()
    expect(own(second)).toMatchObject({ mode: 'scaled', rate: 10, now: START + 1_000 })
    expect(server(second)).toMatchObject({ mode: 'real', now: START + 100 })
  })

  it('stay where a leap has taken them', async () => {
    await using all = await withState({ clock: 'auto-skip', pace: 10, quiet: 0 })
    expect((await create(all.first)).statusCode).toBe(200)
    const second = await all.afterKill()
    expect(own(second).now).toBe(EPOCH + 10_000)
  })

  it('obey another --clock from where they stand', async () => {
    await using all = await withState()
    await createAsync(all.first)
    await all.first.control.advance('server', { ms: 5_000 })
    await all.first.control.setClock({ namespace: 'b'.repeat(64) }, { mode: 'auto-skip' })
    const second = await all.afterKill({ clock: 'x1000' })
    expect([own(second).mode, second.control.clock({ namespace: 'b'.repeat(64) }).mode]).toEqual([
      'scaled',
      'auto-skip',
    ])
    expect(own(second).now).toBeGreaterThanOrEqual(EPOCH + 5_000)
  })

  it('start over with a reset', async () => {
    await using all = await withState()
    await createAsync(all.first)
    await all.first.control.advance('server', { ms: 5_000 })
    await all.first.control.reset('server')
    const second = await all.afterKill()
    expect([server(second).now, own(second).now]).toEqual([EPOCH, EPOCH])
  })
})
