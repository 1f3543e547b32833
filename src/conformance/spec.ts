import { inject } from 'vitest'
import { type ContractOptions, describeContract } from './suite.ts'

// What `mockling verify` has Vitest run.

declare module 'vitest' {
  interface ProvidedContext {
    mocklingContract: ContractOptions
  }
}

await describeContract(inject('mocklingContract'))
