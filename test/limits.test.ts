import { describe, expect, it } from 'vitest'
import { fromCode, readConfig } from '../src/config.ts'
import { capsOf, memoryOf } from '../src/limits.ts'
import { TASK_BYTES } from '../src/store/weight.ts'

const MIB = 1024 * 1024
const CONFIG = readConfig(fromCode({}))

describe('what there may be', () => {
  it('is what the settings say where Node has its usual heap', () => {
    const heap = 4144 * MIB
    expect(capsOf(CONFIG, heap)).toMatchObject({ held: 10_000, pending: 1_000_000, bodyBytes: 256_000_000 })
    expect(memoryOf(CONFIG, heap)).toMatchObject({ requests: 256_000_000, journal: 64_000_000 })
  })

  it.each([112, 176, 256, 560, 1100, 2096, 4144])('fits into a heap of %s MiB, all of it together', mebibytes => {
    const heap = mebibytes * MIB
    const { tasks, journal } = memoryOf(CONFIG, heap)
    const { pending, held, connections } = capsOf(CONFIG, heap)
    expect(pending * TASK_BYTES).toBeLessThanOrEqual(tasks)
    const kept = tasks + journal + held * 13_000 + connections * 5_000
    expect(kept).toBeLessThan(0.9 * heap)
    // Young objects take up to 192 MiB of what is the limit, and the program 25.
    if (mebibytes > 256) expect(kept).toBeLessThan(heap - 217 * MIB)
    expect(Math.min(pending, held, connections)).toBeGreaterThanOrEqual(10)
  })

  it('is less if the settings say so', () => {
    const config = readConfig(fromCode({ maxPending: 7, maxHeld: 0, maxConnections: 11, journalMemory: 1 }))
    expect(capsOf(config, 4144 * MIB)).toMatchObject({ pending: 7, held: 0, connections: 11 })
    expect(memoryOf(config, 4144 * MIB).journal).toBe(1_000_000)
  })
})
