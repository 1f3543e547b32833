import { parentPort } from 'node:worker_threads'
import { type Job, perform } from './jobs.ts'

/** What the thread sends back for a job. */
export type Outcome = { readonly result: unknown } | { readonly error: string }

parentPort?.on('message', (job: Job) => {
  let outcome: Outcome
  const transfer: ArrayBuffer[] = []
  try {
    const result = perform(job)
    // Handed over instead of copied; what has a buffer of its own, that is.
    const bytes = result instanceof Uint8Array ? result : result.bytes
    if (bytes.byteLength === bytes.buffer.byteLength) transfer.push(bytes.buffer as ArrayBuffer)
    outcome = { result }
  } catch (error) {
    outcome = { error: (error as Error).message }
  }
  parentPort?.postMessage(outcome, transfer)
})
