import { afterAll, inject } from 'vitest'
import { STOP } from './stop.ts'
import { type ContractOptions, describeContract } from './suite.ts'

// What `mockling verify` has Vitest run.

declare module 'vitest' {
  interface ProvidedContext {
    mocklingContract: ContractOptions
  }
}

const stop = new AbortController()
const channel = new BroadcastChannel(STOP)
channel.onmessage = () => stop.abort()
afterAll(() => channel.close())

await describeContract({ ...inject('mocklingContract'), signal: stop.signal })
