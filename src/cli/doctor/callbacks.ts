import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { withoutUserinfo } from '../../simulation/task.ts'
import { pause } from '../../simulation/timebase.ts'
import type { Mockling } from '../../testing/connect.ts'
import { posterFor } from '../sending.ts'
import type { Finding } from './finding.ts'

/** A callback attempt, as the journal has it. */
interface Try {
  readonly outcome: string
  readonly status?: number | undefined
  readonly error?: string | undefined
}

/** Longer than a post may take. */
const PATIENCE_MS = 12_000

/** Has the server call a receiver of ours back, under each name by which it might reach this machine. */
export async function callbackFinding(server: Mockling, token: string): Promise<Finding> {
  const check = 'callbacks'
  const path = `/${randomBytes(8).toString('hex')}`
  const receiver = createServer((request, response) => {
    request.resume()
    response.writeHead(request.url === path ? 204 : 404).end()
  })
  receiver.listen({ port: 0, host: '0.0.0.0' })
  await once(receiver, 'listening')
  const { port } = receiver.address() as AddressInfo
  try {
    const reports: string[] = []
    for (const host of new Set(['127.0.0.1', await ownAddress(server.url), 'host.docker.internal'])) {
      const last = await callBack(server, token, `http://${host}:${port}${path}`)
      if (last.status === 204) {
        return { check, verdict: 'pass', says: `the server reaches this machine as http://${host}:<port>` }
      }
      reports.push(`${host}: ${last.error ?? last.outcome}`)
    }
    return {
      check,
      verdict: 'fail',
      says: `the server does not reach this machine (${reports.join('; ')})`,
      advice: 'Use a callback_url whose host the server can resolve and reach, or the built-in /_mockling/inbox.',
    }
  } catch (error) {
    return { check, verdict: 'fail', says: (error as Error).message }
  } finally {
    receiver.closeAllConnections()
    receiver.close()
  }
}

/** Has the server call the user's receiver. */
export async function receiverFinding(server: Mockling, token: string, url: string): Promise<Finding> {
  const check = 'receiver'
  try {
    const { outcome, status, error } = await callBack(server, token, url)
    const says = `${withoutUserinfo(url)} ${status === undefined ? `is not reached: ${error ?? outcome}` : `answers ${status}`}`
    if (outcome === 'delivered') return { check, verdict: 'pass', says }
    const advice =
      outcome === 'refused-address' ? 'See --callback-private, --callback-allow and --callback-deny.' : ADVICE
    return { check, verdict: 'fail', says, advice }
  } catch (error) {
    return { check, verdict: 'fail', says: (error as Error).message }
  }
}

const ADVICE = 'A callback counts as delivered if it is answered 2xx within 10 s; mockling probe-receiver says more.'

/** Makes a task of its own namespace settle at once and resolves to what came of its callback. */
async function callBack(server: Mockling, token: string, url: string): Promise<Try> {
  // Whatever the server's pace: this namespace leaps over the waiting.
  await server.clock.set({ token, mode: 'auto-skip' })
  const poster = posterFor()
  try {
    const body = JSON.stringify({ action: 'text2video', prompt: 'a callback for the doctor', callback_url: url })
    const created = await poster.post(`${server.url}/kling/videos`, body, { authorization: `Bearer ${token}` })
    if (created.outcome !== 'delivered') {
      const answer = created.responseBody?.slice(0, 200) ?? created.error
      throw new Error(`the server refused a create of the token ${token}: ${answer}; name one that works with --token`)
    }
    const deadline = performance.now() + PATIENCE_MS
    while (performance.now() < deadline) {
      const last = (await server.requests.list({ token, kind: 'callback' })).at(-1)
      if (last?.kind === 'callback') return last
      await pause(20)
    }
    return { outcome: 'no attempt was made' }
  } finally {
    await poster.close()
    await server.reset({ token })
  }
}

/** The address of this machine on the way to the server. */
async function ownAddress(url: string): Promise<string> {
  const { hostname, port, protocol } = new URL(url)
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || (protocol === 'https:' ? 443 : 80)),
  })
  try {
    await once(socket, 'connect')
    const address = (socket.localAddress ?? '127.0.0.1').replace(/^::ffff:/, '')
    return address.includes(':') ? `[${address}]` : address
  } finally {
    socket.destroy()
  }
}
