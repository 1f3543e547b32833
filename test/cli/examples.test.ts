import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Ended, run } from './command.ts'

const TESTS = join(import.meta.dirname, '../../examples/shop.test.mjs')

/** Runs the examples' tests as their README says, with one of the two shops. */
function shop(name: 'naive' | 'careful', ...settings: string[]): Promise<Ended> {
  const command = [process.execPath, '--test', '--test-reporter=tap', TESTS]
  return run(['exec', '--clock', 'x100', '--pace', '20', ...settings, '--', ...command], { env: { SHOP: name } })
}

/** What passed and what did not. */
function verdictsIn(tap: string): Record<string, string> {
  const lines = [...tap.matchAll(/^ *(not ok|ok) \d+ - ([^\n/]+)$/gm)]
  return Object.fromEntries(lines.map(([, verdict = '', name = '']) => [name, verdict]))
}

describe('the examples', () => {
  it('show a shop that survives what it is put through', async () => {
    const { code, stdout, stderr } = await shop('careful', '--fail-on-duplicates')
    expect(verdictsIn(stdout)).toEqual({
      'delivers a video': 'ok',
      'pays once although the answer to its create was lost': 'ok',
      'delivers although the callback was lost': 'ok',
      'sends one mail although the callback came twice': 'ok',
      'waits and tries again when it is told that it is too fast': 'ok',
    })
    expect(stderr).toContain('none of it in duplicates')
    expect(code).toBe(0)
  })

  it('show a shop that works on good days alone, and say what is wrong with it', async () => {
    const { code, stdout, stderr } = await shop('naive')
    expect(verdictsIn(stdout)).toEqual({
      'delivers a video': 'ok',
      'pays once although the answer to its create was lost': 'not ok',
      'delivers although the callback was lost': 'not ok',
      'sends one mail although the callback came twice': 'not ok',
      'waits and tries again when it is told that it is too fast': 'not ok',
    })
    expect(stdout).toMatch(/✗ paid twice: #\d+ buys again what #\d+ bought, for 1\.4 Credits more/)
    expect(stdout).toContain('the task is succeed and its callback lost, but the order is open')
    expect(stdout).toContain('the callback came twice, and the customer got 2 mails')
    expect(stdout).toContain('the order was given up: the API answered 429')
    expect(stderr).toContain('1.4 in 1 duplicate')
    expect(code).toBe(1)
  })
})
