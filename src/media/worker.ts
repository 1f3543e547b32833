import { parentPort } from 'node:worker_threads'
import { type Job, perform } from './jobs.ts'

/** What the thread is sent. */
export interface Order {
  readonly number: number
  readonly job: Job
}

/** What it sends back. */
export type Outcome =
  | { readonly number: number; readonly result: unknown }
  | { readonly number: number; readonly error: string }

parentPort?.on('message', ({ number, job }: Order) => {
  let outcome: Outcome
  const transfer: ArrayBuffer[] = []
  try {
    const result = perform(job)
    // Handed over instead of copied; what has a buffer of its own, that is.
    const bytes = result instanceof Uint8Array ? result : result.bytes
    if (bytes.byteLength === bytes.buffer.byteLength) transfer.push(bytes.buffer as ArrayBuffer)
    outcome = { number, result }
  } catch (error) {
    outcome = { number, error: (error as Error).message }
  }
  parentPort?.postMessage(outcome, transfer)
})
