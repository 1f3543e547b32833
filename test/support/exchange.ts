import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Exchange } from '../../src/http/call.ts'
import type { DownloadEntry } from '../../src/journal/journal.ts'
import { VirtualClock } from '../../src/simulation/clock.ts'
import { Interruption, type Namespace } from '../../src/simulation/namespaces.ts'

export type Noted = DownloadEntry

/** A namespace whose clock stands at 0, and what ends its waits at a reset. */
export function frozenNamespace(): Namespace & { readonly ended: Interruption } {
  const clock = new VirtualClock({ mode: 'frozen', rate: 1, startAt: 0 })
  const rest = { key: 'alice', held: new Set<AbortController>(), follows: true, isKept: false, draws: 0, traceIds: [] }
  return { ...rest, clock, ended: new Interruption('reset') }
}

/** A download that has just begun. */
export function exchangeOn(change: Partial<Noted> = {}) {
  const namespace = frozenNamespace()
  const entry = { kind: 'download', bytes: 0, ...change } as Noted
  return { namespace, entry, exchange: new Exchange<DownloadEntry>(namespace, entry) }
}

/** What is written to a connection, in order. It takes all at once unless `isFull`, then only after `drain`. */
export class FakeResponse extends EventEmitter {
  readonly log: string[] = []
  statusCode = 206
  headersSent = false
  isFull = false
  /** What a reset takes; `inject` has none. */
  socket: object | null = { resetAndDestroy: () => this.log.push('reset') }

  get real(): ServerResponse {
    return this as unknown as ServerResponse
  }

  flushHeaders() {
    this.log.push('head')
    this.headersSent = true
  }

  write(bytes: Uint8Array, done?: () => void): boolean {
    this.log.push(`write ${Buffer.from(bytes)}`)
    this.headersSent = true
    if (done) queueMicrotask(done)
    return !this.isFull
  }

  end(bytes?: Uint8Array) {
    this.log.push(bytes ? `end ${Buffer.from(bytes)}` : 'end')
  }

  destroy() {
    this.log.push('destroy')
  }
}
