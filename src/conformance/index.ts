export type { Files } from './bodies.ts'
export { type ContractOptions, describeContract } from './suite.ts'
