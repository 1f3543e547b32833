// Two replicas on one Redis, creates over both, one of them killed, Redis restarted, and a count of what became of all that was
// accepted: `npm run drill:replicas -- --tasks 20000 --seed 1`.
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as rest } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { random, startCommand, startReceiver, startRedis, tableOf } from './processes.mjs'

const CLIENTS = 32
/** Each has a namespace of its own; creates in one namespace are made one after another. */
const TOKENS = 8
/** Redis is away for so long. */
const AWAY_MS = 1000
/** A callback may be retried after 1 s, 2 s, 4 s; a replica that was killed is taken for dead after 9 s. */
const PATIENCE_MS = 120_000
/** Share of the callbacks that the receiver turns away. */
const TURNED_AWAY = 0.02

/**
 * @param {{ tasks: number, seed: number, pace?: number, onProgress?: (text: string) => void }} options
 */
export async function drill({ tasks, seed, pace = 2, onProgress = () => {} }) {
  const chance = random(seed)
  const place = mkdtempSync(join(tmpdir(), 'mockling-drill-'))
  const redis = await startRedis(place)
  const receiver = await startReceiver(chance, TURNED_AWAY)
  const args = ['--redis-url', redis.url, '--pace', String(pace), '--callback-retries', '5', '--retain', '1000000']
  const replicas = []
  const all = []
  const open = async slot => {
    replicas[slot] = await startCommand(args)
    all.push(replicas[slot])
  }
  const seen = { tasks, failedOver: 0, overloads: 0, cutOff: 0, odd: {}, longestGapMs: 0 }
  const accepted = []
  const began = performance.now()
  try {
    await Promise.all([open(0), open(1)])
    const faults = [
      [
        0.4,
        'one replica killed, another started',
        async () => {
          await replicas[0].kill('SIGKILL')
          await open(0)
        },
      ],
      [
        0.7,
        'Redis restarted',
        async () => {
          await redis.stop('SIGTERM')
          await rest(AWAY_MS)
          await redis.start()
        },
      ],
    ]
    let wanted = tasks
    let lastAt = performance.now()
    const work = async client => {
      const token = `drill-${client % TOKENS}`
      for (let turn = client; wanted > 0; turn++) {
        wanted--
        const id = await create(() => replicas[turn++ % 2], token, receiver.url, seen)
        accepted.push({ id, token })
        seen.longestGapMs = Math.max(seen.longestGapMs, Math.round(performance.now() - lastAt))
        lastAt = performance.now()
      }
    }
    const load = Promise.all(Array.from({ length: CLIENTS }, (_, client) => work(client)))
    for (const [share, what, act] of faults) {
      while (accepted.length < tasks * share) await rest(5)
      await act()
      onProgress(`${what} at ${accepted.length}`)
    }
    await load
    seen.createMs = Math.round(performance.now() - began)
    onProgress(`${accepted.length} accepted in ${seen.createMs} ms`)
    Object.assign(seen, await examine(accepted, receiver, replicas))
    seen.allMs = Math.round(performance.now() - began)
    seen.warnings = all.flatMap(({ warnings }) => warnings())
  } finally {
    await Promise.all(replicas.map(replica => replica.kill()))
    await receiver.close()
    await redis.stop('SIGKILL')
    rmSync(place, { recursive: true, force: true })
  }
  return { accepted: accepted.length, ...seen, ...receiver.counts() }
}

/** What became of everything that was accepted, by either replica's word. */
async function examine(accepted, receiver, replicas) {
  const known = new Set(accepted.map(({ id }) => id))
  await until(async () => [...known].every(id => receiver.has(id)))
  // What was sent twice, for a replica was taken for dead, has come by then.
  const isOver = await until(async () => (await Promise.all(replicas.map(owed))).every(count => count === 0))
  const [one, two] = await Promise.all(replicas.map(({ url }) => states(url, accepted)))
  const ids = [...known]
  return {
    unsettled: ids.filter(id => one.get(id) === undefined).length,
    differing: ids.filter(id => one.get(id) !== two.get(id)).length,
    missing: ids.filter(id => !receiver.has(id)).length,
    unanswered: receiver.ids().filter(id => !known.has(id)).length,
    doubledIds: accepted.length - known.size,
    owed: isOver ? 0 : await owed(replicas[1]),
  }
}

/** Callbacks that wait or are under way. */
async function owed({ url }) {
  const { text } = await ask(url, 'GET', '/_mockling/metrics')
  const values = ['deliveries_waiting', 'deliveries_in_flight'].map(name =>
    Number(new RegExp(`^mockling_${name}(?:{.*?})? (\\S+)$`, 'm').exec(text)?.[1]),
  )
  return values.reduce((sum, value) => sum + value, 0)
}

/** What a replica says of the tasks that are settled. */
async function states(url, accepted) {
  const states = new Map()
  for (const token of new Set(accepted.map(task => task.token))) {
    const own = accepted.filter(task => task.token === token).map(({ id }) => id)
    for (let from = 0; from < own.length; from += 100) {
      const ids = own.slice(from, from + 100)
      const { text } = await ask(url, 'POST', '/kling/tasks', { action: 'retrieve_batch', ids }, token)
      for (const { id, response } of JSON.parse(text).items)
        if (response?.success === true) states.set(id, JSON.stringify(response))
    }
  }
  return states
}

/** Makes one task, by the other replica where one does not answer or can't; resolves to its id. */
async function create(next, token, hooks, seen) {
  const body = { action: 'text2video', model: 'kling-v1', prompt: 'a white mug', callback_url: `${hooks}/hook` }
  for (;;) {
    try {
      const { status, headers, text } = await ask(next().url, 'POST', '/kling/videos', body, token)
      if (status === 200) return JSON.parse(text).task_id
      if (status === 503 && headers['x-mockling-overload']) seen.overloads++
      else seen.odd[status] = (seen.odd[status] ?? 0) + 1
    } catch {
      // Killed meanwhile: whether it was accepted, nobody knows.
      seen.cutOff++
    }
    seen.failedOver++
    await rest(20)
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: 2 * CLIENTS })

function ask(url, method, path, body, token = '') {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const call = request(`${url}${path}`, { method, headers, agent }, async reply => {
      let text = ''
      try {
        for await (const piece of reply.setEncoding('utf8')) text += piece
        resolve({ status: reply.statusCode, headers: reply.headers, text })
      } catch (error) {
        reject(error)
      }
    })
    call.once('error', reject)
    call.end(body && JSON.stringify(body))
  })
}

async function until(isSo) {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; ) {
    if (await isSo()) return true
    await rest(100)
  }
  return false
}

/** Whether nothing went wrong that must not. */
export function isFine({ accepted, tasks, unsettled, differing, missing, doubledIds, owed, duplicates, odd }) {
  const wrong = unsettled + differing + missing + doubledIds + owed + Object.keys(odd).length
  return accepted === tasks && wrong === 0 && duplicates < accepted / 100
}

function table(seen) {
  const share = ((100 * seen.duplicates) / Math.max(1, seen.arrived)).toFixed(2)
  return tableOf([
    ['creates answered 200', seen.accepted],
    ['creates answered 503 `x-mockling-overload` and tried again', seen.overloads],
    ['creates cut off and tried again', seen.cutOff],
    ['other answers', Object.keys(seen.odd).length === 0 ? 0 : JSON.stringify(seen.odd)],
    ['accepted and not settled, or otherwise at the other replica', seen.unsettled + seen.differing],
    ['accepted whose callback never came', seen.missing],
    ['callbacks that came, each counted once', seen.arrived],
    ['of these for creates whose answer was cut off', seen.unanswered],
    ['callbacks that came again', `${seen.duplicates} (${share} %)`],
    ['callbacks turned away by the receiver, and tried again', seen.retried],
    ['callbacks owed at the end', seen.owed],
    ['longest time without a create accepted, ms', seen.longestGapMs],
    ['all accepted after, s', (seen.createMs / 1000).toFixed(1)],
    ['all over after, s', (seen.allMs / 1000).toFixed(1)],
  ])
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: { tasks: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
  })
  const result = await drill({
    tasks: Number(values.tasks),
    seed: Number(values.seed),
    onProgress: text => process.stderr.write(`${text}\n`),
  })
  process.stdout.write(`${JSON.stringify(result)}\n\n${table(result)}\n`)
  process.exitCode = isFine(result) ? 0 : 1
}
