import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { SUCCEED } from '../../src/faults/outcomes.ts'
import type { Rule } from '../../src/faults/rulebook.ts'
import { OVERLOADS } from '../../src/http/overload.ts'
import type { Task } from '../../src/simulation/task.ts'
import { MemoryStore } from '../../src/store/memory.ts'
import { START, turn } from '../simulation/fake-timebase.ts'
import { ALICE } from '../simulation/sample.ts'
import { refusals } from '../support/refusals.ts'
import { until } from '../support/until.ts'
import { type Opening, startUpstream } from '../support/upstream.ts'

const PATH = '/kling/videos'
const SOUND = { action: 'text2video', model: 'kling-v1', prompt: 'a white mug' }
const HOOK = 'http://receiver.test/hook'

/** The upstream's doors, and creates of alice's. */
async function start(opening: Opening = {}) {
  const started = await startUpstream(opening)
  const { clock } = started.namespaces.of(ALICE)
  const create = (change: object = {}, outcome?: string) =>
    started.post(PATH, { ...SOUND, ...change }, outcome === undefined ? {} : { 'x-mockling-outcome': outcome })
  const made = async () => (await started.store.list(ALICE, { limit: 10, offset: 0 }, START)).tasks.slice(0, -3)
  return { ...started, clock, create, made }
}

const rule = (change: Partial<Rule>): Rule => ({
  ...{ id: 'rule', role: 'outcome', operation: 'create', text: '', when: {} },
  effects: [{ name: 'fail', options: { code: 'api_error' } }],
  ...change,
})

const found = (task?: object) => ({
  ...{ name: 'a.json', status: 200, headers: {}, text: () => '{}' },
  ...(task && { task }),
})

const recordings = (one: object | undefined) => ({ find: () => one }) as never

describe('a create as it was recorded', () => {
  const result = { success: true, video_id: 'v', video_url: 'http://x/v.mp4', duration: '5.1', state: 'succeed' }

  it('goes as it went, whatever rules say', async () => {
    const { create, rulebook, made } = await start({ change: { recordings: recordings(found({ result })) } })
    const one = rule({})
    rulebook.put([one])
    const reply = await create({ async: true })
    expect([reply.statusCode, reply.headers['x-mockling-outcome']]).toEqual([200, 'recorded'])
    expect((await made()).map(({ outcome }) => outcome)).toEqual(['recorded'])
    expect(rulebook.hits(one)).toEqual({ matched: 0, fired: 0 })
  })

  it('is accepted where nobody here knows the video or the model, with a usual clip and for nothing', async () => {
    const { create, made } = await start({ change: { recordings: recordings(found({ result })) } })
    expect((await create({ action: 'extend', video_id: 'x', async: true })).statusCode).toBe(200)
    expect((await create({ model: 'kling-v9', async: true })).statusCode).toBe(200)
    const [unknown, extension] = (await made()) as [Task, Task]
    expect(extension.video.format).toEqual({ width: 1280, height: 720, fps: 30, frames: 153, audio: false })
    expect(unknown.credits).toBe(0)
  })

  it('is accepted with the clip it asked for where that can be made', async () => {
    const { create, made } = await start({ change: { recordings: recordings(found({ result })) } })
    await create({ aspect_ratio: '9:16', duration: 10, async: true })
    expect((await made())[0]?.video.format).toMatchObject({ width: 720, height: 1280, frames: 303 })
  })
})

describe('a create that breaks a rule', () => {
  const wrong = { duration: 7, aspect_ratio: '2:1' }

  it('is refused in the words that were seen, where there are any', async () => {
    const text = { source: 'seen', grade: 'observed' } as const
    const asked: object[] = []
    const seenWords = {
      of: (what: object) => {
        asked.push(what)
        return { message: 'no such model', text, status: 422 }
      },
    }
    const usual = await start()
    await usual.create(wrong)
    const [first, ...others] = usual.entries()[0]?.objections ?? []
    expect(others.length).toBeGreaterThan(0)
    const { create, entries } = await start({ settings: { seenWords: seenWords as never } })
    const reply = await create(wrong)
    expect([reply.statusCode, reply.json().error]).toEqual([422, { code: 'bad_request', message: 'no such model' }])
    expect(entries()[0]?.objections).toEqual([{ ...first, message: 'no such model', text }, ...others])
    expect(asked).toEqual([first])
  })

  it('is refused in ours where nothing was seen', async () => {
    const { create } = await start({ settings: { seenWords: { of: () => undefined } as never } })
    const reply = await create({ model: 'kling-v9' })
    expect([reply.statusCode, reply.json().error.message]).toEqual([400, 'model is invalid.'])
  })
})

describe('a create whose body is on its way', () => {
  it.each(['reset', 'shutdown'] as const)('makes nothing after a %s', async why => {
    const { app, clock, namespaces, journal, delivered, made } = await start()
    const payload = new Readable({ read: () => {} })
    const headers = { authorization: 'Bearer alice', 'content-type': 'application/json' }
    const replied = app.inject({ method: 'POST', url: PATH, headers, payload }).then(reply => reply)
    payload.push(JSON.stringify({ ...SOUND, async: true }))
    await until('it has begun', () => journal.count() === 1)
    if (why === 'reset') namespaces.reset(ALICE)
    else namespaces.close()
    payload.push(null)
    const reply = await replied
    expect([reply.statusCode, reply.headers[`x-mockling-${why}`]]).toEqual([503, '1'])
    expect(reply.json()).not.toHaveProperty('task_id')
    expect([await made(), delivered, clock.atWork]).toEqual([[], [], 0])
  })
})

describe('what is refused for want of room', () => {
  it('is a create that would be held, before anything is used up', async () => {
    const { create, load, rulebook, made } = await start({ caps: { held: 0 } })
    const one = rule({})
    rulebook.put([one])
    const reply = await create()
    expect([reply.statusCode, reply.json().detail]).toEqual([503, OVERLOADS.held])
    expect([rulebook.hits(one).matched, refusals(load), await made()]).toEqual([0, [['held', 1]], []])
    for (const change of [{ async: true }, { callback_url: HOOK }])
      expect(Object.keys((await create(change)).json())).toEqual(['task_id'])
  })

  it.each([undefined, 'answer-late 0'])('is a create beyond what may be pending: %s', async outcome => {
    const store = new MemoryStore({ retain: 10, mostPending: 0 })
    const { create, load } = await start({ change: { store } })
    const reply = await create({ async: true }, outcome)
    expect([reply.statusCode, reply.json().detail]).toEqual([503, OVERLOADS.pending])
    expect(refusals(load)).toEqual([['pending', 1]])
  })

  it.each([
    [{ balance: 1 }, 403, 'used_up'],
    [{ concurrency: 0 }, 429, 'too_many_requests'],
  ])('is what goes beyond limits, which uses up no rule: %j', async (limits, status, code) => {
    const { create, rulebook, made } = await start({ settings: { limits } })
    const one = rule({ effects: [{ name: 'refuse', options: { code: 'api_error' } }] })
    const refused = async () => {
      const reply = await create({ async: true })
      return [reply.statusCode, reply.json().error.code]
    }
    expect(await refused()).toEqual([status, code])
    rulebook.put([one])
    expect(await refused()).toEqual([status, code])
    expect([rulebook.hits(one).matched, await made()]).toEqual([0, []])
  })

  it('is said of the balance before a turn is taken', async () => {
    const rate = { burst: 1, perSecond: 1 }
    const { create, store } = await start({ settings: { rate, limits: { balance: 0 } } })
    expect((await create()).json().error.code).toBe('used_up')
    expect(await store.take(ALICE, 1, 1, START)).toBe(true)
    expect(await store.take(ALICE, 1, 1, START)).toBe(false)
  })

  it('is whoever comes too often', async () => {
    const { create } = await start({ settings: { rate: { burst: 2, perSecond: 1 } } })
    const replies = [await create({ async: true }), await create({ async: true }), await create({ async: true })]
    expect(replies.map(({ statusCode }) => statusCode)).toEqual([200, 200, 429])
    expect(replies[2]?.json().error.code).toBe('too_many_requests')
  })
})

/** Names an ordinal a while before it is used: meanwhile another may have it. */
class SlowStore extends MemoryStore {
  override async nextOrdinal(namespace: string): Promise<number> {
    const next = await super.nextOrdinal(namespace)
    await turn()
    return next
  }
}

describe('creates at once', () => {
  it('are all accepted, each with an ordinal of its own', async () => {
    const { create, made } = await start({ change: { store: new SlowStore({ retain: 10 }) } })
    const replies = await Promise.all(Array.from({ length: 5 }, () => create({ async: true })))
    expect(replies.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 200])
    expect((await made()).map(({ ordinal }) => ordinal)).toEqual([5, 4, 3, 2, 1])
    expect(new Set(replies.map(reply => reply.json().task_id)).size).toBe(5)
  })
})

describe('callbacks', () => {
  /** Says of each delivery whether the answer was out, and lets it end when told. */
  async function startDelivering(outcome: string, change: object = { callback_url: HOOK }) {
    const log: string[] = []
    let end = () => {}
    const deliver = ({ id }: Task) => {
      log.push(`deliver ${id}`)
      return new Promise<void>(resolve => {
        end = resolve
      })
    }
    const started = await start({ change: { deliver } })
    const replied = started.create(change, outcome).then(reply => {
      log.push('answered')
      return reply
    })
    return { ...started, log, replied, end: () => end() }
  }

  it('come after the answer', async () => {
    const { log, replied } = await startDelivering('succeed')
    const { task_id } = (await replied).json()
    await until('it is delivered', () => log.length === 2)
    expect(log).toContain(`deliver ${task_id}`)
  })

  it('come as soon as an effect keeps the answer back, and not again after it', async () => {
    const { log, replied, clock } = await startDelivering('answer-late 5')
    await until('it waits', () => clock.waiting === 1)
    expect(log).toHaveLength(1)
    clock.moveTo(START + 5000)
    const { task_id } = (await replied).json()
    expect(log).toEqual([`deliver ${task_id}`, 'answered'])
  })

  it('come first where an effect has it so, and the answer waits for them', async () => {
    const { log, replied, end } = await startDelivering('callback-early')
    await until('it is delivered', () => log.length === 1)
    end()
    const reply = await replied
    expect([reply.statusCode, Object.keys(reply.json())]).toEqual([200, ['task_id']])
    expect(log).toEqual([`deliver ${reply.json().task_id}`, 'answered'])
  })

  it.each(['reset', 'shutdown'] as const)('are given up at a %s, and the answer names the task', async why => {
    const { log, replied, end, namespaces } = await startDelivering('callback-early')
    await until('it is delivered', () => log.length === 1)
    if (why === 'reset') namespaces.reset(ALICE)
    else namespaces.close()
    end()
    const reply = await replied
    expect([reply.statusCode, reply.headers[`x-mockling-${why}`]]).toEqual([503, '1'])
    expect(log[0]).toBe(`deliver ${reply.json().task_id}`)
  })
})

describe('the outcome', () => {
  const failing = { prompt: 'a mug [[mockling:fail forbidden]]', async: true }

  it('is a rule’s before what the prompt says, also where that is nothing unusual', async () => {
    const { create, rulebook, made, entries } = await start()
    rulebook.put([rule({ effects: [] })])
    expect((await create(failing)).headers['x-mockling-outcome']).toBe(SUCCEED.text)
    expect((await made()).map(({ outcome, effects }) => [outcome, effects])).toEqual([[SUCCEED.text, undefined]])
    expect(entries()[0]).toMatchObject({ outcome: SUCCEED.text, rules: ['rule'] })
  })

  it('has faults on top, of one kind the one that was chosen first', async () => {
    const { create, rulebook } = await start()
    const [late, slow] = [
      { name: 'answer-late', options: { seconds: 0 } },
      { name: 'answer-type', options: { type: 'text/csv' } },
    ]
    rulebook.put([
      rule({ id: 'one', role: 'fault', effects: [slow as never] }),
      rule({
        id: 'two',
        role: 'fault',
        effects: [{ ...slow, options: { type: 'text/html' } } as never, late as never],
      }),
    ])
    const reply = await create({ async: true })
    expect(reply.headers['content-type']).toBe('text/csv')
    expect(reply.headers['x-mockling-outcome']).toBe('answer-type text/csv, answer-late 0')
  })

  it('stays what it is where no rule fires', async () => {
    const { create, rulebook } = await start()
    rulebook.put([rule({ when: { model: 'kling-v3' } })])
    expect((await create(failing)).headers['x-mockling-outcome']).toBe('fail forbidden')
    expect((await create({ async: true })).headers['x-mockling-outcome']).toBe(SUCCEED.text)
  })
})
