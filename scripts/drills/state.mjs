// Kills `mockling --state` with SIGKILL again and again while it takes creates and sends callbacks, and counts what became
// of what it had accepted: `npm run drill:state -- --cycles 200 --seed 1`.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as rest } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { random, startCommand, startReceiver, tableOf } from './processes.mjs'

const WORKERS = 16
/** After so many cycles all is looked at, and the server reset: so the file is written anew now and then. */
const WINDOW = 20
/** A callback may be retried after 1 s, 2 s and 4 s, each time across a kill. */
const PATIENCE_MS = 60_000

/**
 * @param {{ cycles: number, seed: number, sync?: string, onCycle?: (cycle: number) => void }} options
 */
export async function drill({ cycles, seed, sync = 'interval', onCycle = () => {} }) {
  const chance = random(seed)
  const place = mkdtempSync(join(tmpdir(), 'mockling-drill-'))
  const file = join(place, 'state')
  const receiver = await startReceiver(chance, 0.1)
  const seen = { cycles, accepted: 0, lost: 0, missing: 0, failedStarts: 0, unanswered: 0, owed: 0, cuts: 0 }
  const starts = []
  let accepted = []
  let bytes = 0
  let rewritten = 0
  const args = ['--state', file, '--state-sync', sync, '--pace', '0.3', '--callback-retries', '5']
  const open = async () => {
    const startedAt = performance.now()
    const server = await startCommand(args).catch(() => undefined)
    if (!server) seen.failedStarts++
    else starts.push(performance.now() - startedAt)
    return server
  }
  try {
    for (let cycle = 1; cycle <= cycles; cycle++) {
      const server = await open()
      if (!server) continue
      const stop = new AbortController()
      const load = Promise.all(
        Array.from({ length: WORKERS }, () => work(server.url, receiver.url, chance, stop.signal, accepted)),
      )
      await rest(20 + chance() * 1200)
      await server.kill()
      stop.abort()
      await load
      seen.cuts += server.warnings().filter(line => line.includes('cut off')).length
      const { size } = statSync(file)
      if (size < bytes) rewritten++
      bytes = size
      if (cycle % WINDOW === 0 || cycle === cycles) {
        await examine(accepted, receiver, open, seen)
        accepted = []
      }
      onCycle(cycle)
    }
  } finally {
    await receiver.close()
    rmSync(place, { recursive: true, force: true })
  }
  const { duplicates, retried, arrived } = receiver.counts()
  return { ...seen, arrived, duplicates, retried, rewritten, startMs: spread(starts) }
}

/** Looks for everything accepted since the last time, and has the server forget it. */
async function examine(accepted, receiver, open, seen) {
  const server = await open()
  if (!server) return
  const owed = accepted.filter(({ hasCallback }) => hasCallback).map(({ id }) => id)
  const until = performance.now() + PATIENCE_MS
  while (owed.some(id => !receiver.has(id)) && performance.now() < until) await rest(50)
  await rest(400)
  for (let from = 0; from < accepted.length; from += 100) {
    const ids = accepted.slice(from, from + 100).map(({ id }) => id)
    const { body } = await ask(server.url, '/kling/tasks', { action: 'retrieve_batch', ids })
    const there = new Set(body.items.filter(({ response }) => response?.success).map(({ id }) => id))
    seen.lost += ids.filter(id => !there.has(id)).length
  }
  const known = new Set(accepted.map(({ id }) => id))
  seen.accepted += accepted.length
  seen.owed += owed.length
  seen.missing += owed.filter(id => !receiver.has(id)).length
  seen.unanswered += receiver.ids().filter(id => !known.has(id)).length
  await ask(server.url, '/_mockling/v1/reset', {})
  receiver.forget()
  await server.kill()
}

/** One client: creates of all sorts, one after another, until the server is gone. Notes those it got an answer to. */
async function work(url, hooks, chance, signal, accepted) {
  while (!signal.aborted) {
    const kind = chance()
    const hasCallback = kind < 0.6
    const how = hasCallback ? { callback_url: `${hooks}/hook` } : kind < 0.9 ? { async: true } : {}
    const body = { action: 'text2video', model: 'kling-v1', prompt: 'a white mug', ...how }
    try {
      const { status, body: answer } = await ask(url, '/kling/videos', body)
      if (status === 200) accepted.push({ id: answer.task_id, hasCallback })
    } catch {
      // Killed meanwhile: whether it was accepted, nobody knows.
    }
    await rest(chance() * 5)
  }
}

const agent = new Agent({ keepAlive: false })

function ask(url, path, body) {
  return new Promise((resolve, reject) => {
    const headers = { authorization: 'Bearer drill', 'content-type': 'application/json' }
    const call = request(`${url}${path}`, { method: 'POST', headers, agent }, async reply => {
      let text = ''
      try {
        for await (const piece of reply.setEncoding('utf8')) text += piece
        resolve({ status: reply.statusCode, body: text === '' ? undefined : JSON.parse(text) })
      } catch (error) {
        reject(error)
      }
    })
    call.once('error', reject)
    call.end(JSON.stringify(body))
  })
}

function spread(values) {
  const sorted = values.toSorted((a, b) => a - b).map(Math.round)
  return { median: sorted[Math.floor(sorted.length / 2)], most: sorted.at(-1) }
}

function progress(cycle) {
  if (cycle % 10 === 0) process.stderr.write(`${cycle} cycles\n`)
}

function table(seen) {
  const share = ((100 * seen.duplicates) / Math.max(1, seen.arrived)).toFixed(2)
  return tableOf([
    ['cycles, each ended by SIGKILL', seen.cycles],
    ['starts that failed', seen.failedStarts],
    ['creates answered 200', seen.accepted],
    ['of these lost', seen.lost],
    ['of these with a callback', seen.owed],
    ['callbacks of these that never came', seen.missing],
    ['callbacks that came, each counted once', seen.arrived],
    ['of these for creates whose answer the kill cut off', seen.unanswered],
    ['callbacks that came again', `${seen.duplicates} (${share} %)`],
    ['callbacks turned away by the receiver, and tried again', seen.retried],
    ['torn ends cut off', seen.cuts],
    ['times the file was written anew', seen.rewritten],
    ['start, the file read, ms', `median ${seen.startMs.median}, longest ${seen.startMs.most}`],
  ])
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: { cycles: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
  })
  const result = await drill({ cycles: Number(values.cycles), seed: Number(values.seed), onCycle: progress })
  process.stdout.write(`${table(result)}\n`)
  process.exitCode = result.lost + result.missing + result.failedStarts > 0 ? 1 : 0
}
