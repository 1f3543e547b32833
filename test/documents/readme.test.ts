import { describe, expect, it } from 'vitest'
import { outcomeOf } from '../../src/faults/outcomes.ts'
import { read, readme } from './blocks.ts'

describe('README', () => {
  it('shows the commands, a request with its answer, and a test that fails before the first picture', () => {
    const [screen = ''] = readme().split('<picture>')
    expect(screen.split('\n').length).toBeLessThan(60)
    for (const shown of [
      'npx mockling',
      'npm ci && npm start',
      'npm ci && npm test',
      'curl -s',
      '"success":true',
      '# exits with 1',
    ])
      expect(screen).toContain(shown)
  })

  it('is short', () => {
    expect(readme().split('\n').length).toBeLessThan(110)
  })
})

describe('docs/how-to/faults.md', () => {
  it('names outcomes that are there', () => {
    const [, examples = ''] = /<!-- examples -->\s+```text\n(.*?)```/s.exec(read('docs/how-to/faults.md')) ?? []
    const texts = examples
      .trim()
      .split('\n')
      .map(line => line.split(/ {3,}/)[0] ?? '')
    expect(texts.length).toBeGreaterThanOrEqual(5)
    for (const text of texts) expect(outcomeOf(text, new Set()).text).toBe(text)
  })
})
