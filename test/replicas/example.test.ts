import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Receiver, startReceiver } from '../callbacks/receiver.ts'
import { SOUND, until } from '../support/requests.ts'
import { without } from '../support/tools.ts'

const RUN = join(import.meta.dirname, '../../examples/replicas/run.mjs')
const missing = without(['redis-server', '--version'], ['nginx', '-v'])

interface Facts {
  readonly url: string
  readonly replicas: readonly [string, string]
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

let facts: Facts
let child: ReturnType<typeof spawn>
let lines: Interface
let receiver: Receiver

/** Each on a connection of its own: nginx closes those that wait when it reads its configuration anew. */
const agent = new Agent({ keepAlive: false })

function ask(base: string, method: string, path: string, body?: object, headers: object = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { authorization: 'Bearer any', 'content-type': 'application/json', ...headers }
    const call = request(`${base}${path}`, { method, agent, headers: all }, async reply => {
      const chunks: Buffer[] = []
      try {
        for await (const chunk of reply) chunks.push(chunk)
      } catch (error) {
        return reject(error)
      }
      const text = Buffer.concat(chunks).toString('latin1')
      const heads = new Headers(Object.entries(reply.headersDistinct).map(([name, [value = ''] = []]) => [name, value]))
      return resolve({ status: reply.statusCode ?? 0, headers: heads, text })
    })
    call.on('error', reject)
    call.end(body && JSON.stringify(body))
  })
}

const create = (body: object = {}) => ask(facts.url, 'POST', '/kling/videos', { ...SOUND, ...body })
const retrieve = (id: string) => ask(facts.url, 'POST', '/kling/tasks', { action: 'retrieve', id })

describe.skipIf(missing !== '')(`examples/replicas${missing}`, { timeout: 120_000 }, () => {
  beforeAll(async () => {
    receiver = await startReceiver()
    child = spawn(process.execPath, [RUN, '--port', '0', '--', '--pace', '1'], { stdio: ['ignore', 'pipe', 'inherit'] })
    if (!child.stdout) throw new Error('it has no standard output')
    lines = createInterface({ input: child.stdout })
    const [line] = (await Promise.race([once(lines, 'line'), once(child, 'exit')])) as [string]
    facts = JSON.parse(line)
  })

  afterAll(async () => {
    await receiver?.[Symbol.asyncDispose]()
    if (!child || child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })

  it('makes tasks, holds requests and sends callbacks, once each, through nginx', async () => {
    const held = await Promise.all(Array.from({ length: 6 }, () => create()))
    expect(held.map(({ status }) => status)).toEqual(Array(6).fill(200))
    for (const { text } of held) expect(JSON.parse(text)).toMatchObject({ success: true, state: 'succeed' })

    const ids = await Promise.all(
      Array.from(
        { length: 20 },
        async () => JSON.parse((await create({ callback_url: receiver.url('/hook') })).text).task_id,
      ),
    )
    await receiver.arrived(20)
    expect(receiver.arrivals.map(({ body }) => JSON.parse(body).task_id).toSorted()).toEqual(ids.toSorted())
    for (const id of ids)
      expect(JSON.parse((await retrieve(id)).text)).toMatchObject({ id, response: { success: true } })
  })

  it('serves the same bytes from either replica, whole and in ranges', async () => {
    const { video_url } = JSON.parse((await create()).text)
    expect(video_url).toMatch(facts.url)
    const path = video_url.slice(facts.url.length)
    const [whole, one, two] = await Promise.all(
      [facts.url, ...facts.replicas].map(base => ask(base, 'GET', path)) as [Promise<Answer>, ...Promise<Answer>[]],
    )
    expect(whole.status).toBe(200)
    expect([one?.text === whole.text, two?.text === whole.text]).toEqual([true, true])
    const etag = whole.headers.get('etag') ?? ''
    expect([one?.headers.get('etag'), two?.headers.get('etag')]).toEqual([etag, etag])
    const part = await ask(facts.url, 'GET', path, undefined, { range: 'bytes=100-299', 'if-range': etag })
    expect([part.status, part.text === whole.text.slice(100, 300)]).toEqual([206, true])
    expect((await ask(facts.url, 'GET', path, undefined, { 'if-none-match': etag })).status).toBe(304)
  })

  it('has a command given through nginx hold at both replicas', async () => {
    const change = await ask(facts.url, 'PATCH', '/_mockling/v1/settings', { pace: 0.5 })
    expect(change.status).toBe(200)
    for (const base of facts.replicas) {
      const { settings } = JSON.parse((await ask(base, 'GET', '/_mockling/v1/settings')).text)
      expect(settings.pace).toBe(0.5)
    }
  })

  it('tells of what happens at either replica as it happens', async () => {
    const streaming = await fetch(`${facts.url}/_mockling/v1/journal/stream`)
    const reader = streaming.body?.pipeThrough(new TextDecoderStream()).getReader()
    const ids: string[] = []
    for (const base of facts.replicas)
      ids.push(JSON.parse((await ask(base, 'POST', '/kling/videos', { ...SOUND, async: true })).text).task_id)
    let text = ''
    while (!ids.every(id => text.includes(id))) text += (await reader?.read())?.value ?? ''
    await reader?.cancel()
    expect(text).toContain('data:')
  })

  it('restarts its replicas one after another under load, and only held requests get 503', async () => {
    const before = facts.replicas
    const rolled = once(lines, 'line') as Promise<[string]>
    let isOver = false
    const seen: Answer[] = []
    const load = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const made = await create({ async: true })
        seen.push(made)
        if (made.status === 200) seen.push(await retrieve(JSON.parse(made.text).task_id))
      }
    })
    // At either replica, and longer than the restart takes.
    await ask(facts.url, 'PATCH', '/_mockling/v1/settings', { pace: 600 })
    const held = Array.from({ length: 4 }, () => create())
    await until('they are held', async () => {
      const counts = await Promise.all(
        facts.replicas.map(async base => {
          const { text } = await ask(base, 'GET', '/_mockling/metrics')
          return Number(/^mockling_held_requests (\d+)$/m.exec(text)?.[1])
        }),
      )
      return counts.reduce((sum, count) => sum + count, 0) === 4
    })
    child.kill('SIGHUP')
    const after: readonly string[] = JSON.parse((await rolled)[0]).rolled
    isOver = true
    await Promise.all(load)
    expect(after.filter(url => before.includes(url as never))).toEqual([])
    expect(seen.length).toBeGreaterThan(10)
    expect(seen.filter(({ status }) => status !== 200).map(({ status, text }) => [status, text])).toEqual([])
    for (const { status, headers, text } of await Promise.all(held)) {
      expect([status, headers.get('x-mockling-shutdown')]).toEqual([503, '1'])
      // The task goes on.
      expect((await retrieve(JSON.parse(text).task_id)).status).toBe(200)
    }
  })
})
