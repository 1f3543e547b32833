import parsePrometheus from 'parse-prometheus-text-format'
import { describe, expect, it } from 'vitest'
import { createSimulator } from '../../src/simulator.ts'
import { controlDoor } from '../support/door.ts'
import { create, createAsync, until } from '../support/requests.ts'
import { block, table } from './blocks.ts'

const DOCUMENT = 'docs/reference/metrics.md'

describe(DOCUMENT, () => {
  it('shows every metric of ours, with its labels', async () => {
    // Names of labels are seen once something was counted: one of everything.
    await using simulator = await createSimulator({ pace: 'instant', maxHeld: 0 })
    await createAsync(simulator, { callback_url: `${simulator.url}/_mockling/inbox/any` })
    await create(simulator)
    await until('the callback is recorded', () => simulator.control.journal.count({ kind: 'callback' }) === 1)
    const text = (await controlDoor(simulator).get('/metrics')).body
    const rows = parsePrometheus(text)
      .filter(({ name }) => name.startsWith('mockling_'))
      .map(({ name, type, help }) => [`\`${name}\``, type.toLowerCase(), labelsOf(name, text), help])
      .toSorted(([a = ''], [b = '']) => a.localeCompare(b))
    expect(rows.length).toBeGreaterThan(15)
    const expected = table(['name', 'type', 'labels', 'what'], rows)
    expect(block(DOCUMENT, 'metrics', expected)).toBe(expected)
  })
})

function labelsOf(name: string, text: string): string {
  const [, labels = ''] = new RegExp(`^${name}\\{(.*)\\} `, 'm').exec(text) ?? []
  return [...labels.matchAll(/(\w+)="/g)].map(([, label]) => `\`${label}\``).join(', ')
}
