import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { without } from '../support/tools.ts'
import { type Ended, run } from './command.ts'

const RECIPES = join(import.meta.dirname, '../../examples/recipes')

/** Runs a recipe's command as its page says. */
function cook(command: readonly string[], settings = ['--clock', 'auto-skip', '--pace', 'real']): Promise<Ended> {
  return run(['exec', ...settings, '--', ...command], { cwd: mkdtempSync(join(tmpdir(), 'mockling-recipe-')) })
}

function nodeTest(file: string): readonly string[] {
  return [process.execPath, '--test', '--test-reporter=tap', join(RECIPES, file)]
}

const noShell = without(['curl', '--version'], ['jq', '--version'])
const noBrowser = without(['chromium', '--version'])

describe('the recipe', () => {
  it.skipIf(noShell)(`for curl does what it says${noShell}`, async () => {
    const { code, stdout, stderr } = await cook([join(RECIPES, 'curl/videos.sh')])
    expect(stdout.split('\n'), stderr).toEqual([
      expect.stringMatching(/^held: [1-9]\d{4,} bytes$/),
      ...['polled: succeed', 'after 429: succeed', 'failed: forbidden', ''],
    ])
    expect(code).toBe(0)
  })

  it.each([
    ['node/fetch.test.mjs', 5],
    ['node/axios.test.mjs', 3],
    ['msw-and-nock/msw.test.mjs', 1],
    ['msw-and-nock/nock.test.mjs', 1],
    ['msw-and-nock/mockling.test.mjs', 2],
    ['msw-and-nock/beside.test.mjs', 1],
  ])('%s passes', async (file, tests) => {
    const { code, stdout } = await cook(nodeTest(file))
    expect(stdout).toMatch(new RegExp(`^# pass ${tests}$`, 'm'))
    expect(stdout).toMatch(/^# fail 0$/m)
    expect(code).toBe(0)
  })

  it.skipIf(noBrowser)(`playwright/app.test.mjs passes${noBrowser}`, async () => {
    const { code, stdout } = await cook(nodeTest('playwright/app.test.mjs'))
    expect(stdout).toMatch(/^# pass 3$/m)
    expect(code).toBe(0)
  })
})
