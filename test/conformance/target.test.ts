import { afterAll } from 'vitest'
import { describeContract } from '../../src/conformance/suite.ts'
import { isRevision, REVISIONS } from '../../src/contract/revisions.ts'
import { createSimulator } from '../../src/simulator.ts'

// The contract suite: against a mockling of its own, or against MOCKLING_TARGET with MOCKLING_TOKEN.
const { MOCKLING_TARGET: elsewhere, MOCKLING_TOKEN: token, MOCKLING_REVISION: named } = process.env
const simulator = elsewhere ? undefined : await createSimulator({ pace: 'real' })
afterAll(() => simulator?.close())
const target = elsewhere ?? simulator?.url ?? ''

for (const revision of REVISIONS.filter(known => !isRevision(named) || known === named)) {
  await describeContract({ target, revision, ...(elsewhere && token && { token }) })
}
