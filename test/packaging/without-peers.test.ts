import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { run } from '../cli/command.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** What `npm install mockling` makes: the package and what it depends on, with none of its optional peers. */
let place: string
let command: string
let simulator: Simulator

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'mockling-without-peers-'))
  const installed = join(place, 'node_modules/mockling')
  command = join(installed, 'dist/cli.cjs')
  mkdirSync(installed, { recursive: true })
  for (const name of ['package.json', 'capabilities.json']) cpSync(join(ROOT, name), join(installed, name))
  // What V8 made of the code is large, and nothing here depends on it.
  const filter = (path: string) => !/^quick\.cjs\..+\.bin$/.test(basename(path))
  cpSync(join(ROOT, 'dist'), join(installed, 'dist'), { recursive: true, filter })
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  for (const name of Object.keys(dependencies)) {
    const link = join(place, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), link)
  }
  simulator = await createSimulator({ pace: 'instant' })
})

afterAll(async () => {
  await simulator.close()
  rmSync(place, { recursive: true, force: true })
})

const NEEDED =
  'mockling verify runs by vitest and supertest, and supertest is not installed: npm install --save-dev vitest'

describe('the command, where no optional peer is installed', () => {
  it('prints the plan of a verification', async () => {
    const { code, stdout, stderr } = await run(['verify', '--plan'], { command, cwd: place })
    expect(stderr).toBe('')
    expect(stdout).toContain('Credits')
    expect(code).toBe(0)
  })

  it.each([
    ['a mockling', () => simulator.url],
    // Before anything is asked, so that nothing was sent by the time somebody reads this.
    ['what does not answer', () => 'http://127.0.0.1:9'],
  ])('says what a verification of %s needs', async (_, url) => {
    const { code, stderr } = await run(['verify', url(), '--token', 'any'], { command, cwd: place })
    expect(stderr).toContain(NEEDED)
    expect(stderr).not.toMatch(/^ {4}at /m)
    expect(code).toBe(2)
  })

  it.each([
    [['record', '--upstream', 'http://127.0.0.1:9', '--out', 'here', '--port', 'none'], '--port', 2],
    [['drift', '.'], 'no recording', 2],
    [['serve', '--redis-url', 'redis://127.0.0.1:9'], 'npm install ioredis bullmq', 2],
    [['report', 'http://127.0.0.1:9'], 'report: GET http://127.0.0.1:9', 3],
    [['doctor', '--port', '0'], '', 0],
    [['evidence'], '', 0],
  ])('says of %j what else it would', async (args, words, exitCode) => {
    const { code, stderr } = await run(args, { command, cwd: place })
    expect(stderr).toContain(words)
    expect(stderr).not.toMatch(/^ {4}at /m)
    expect(code).toBe(exitCode)
  })
})
