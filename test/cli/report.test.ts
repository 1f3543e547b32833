import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { create, run, type Served, serve } from './command.ts'

let server: Served
let url: string

beforeAll(async () => {
  server = await serve(['--pace', '60', '--control-key', 'a-secret-key'])
  url = server.facts.url
  const twice = { model: 'kling-v1', async: true }
  for (const _ of ['once', 'twice']) await create(url, twice, 'twice')
  await create(url, { model: 'kling-v2-6', mode: 'pro', async: true }, 'once')
})
afterAll(() => server[Symbol.asyncDispose]())

const report = (...args: readonly string[]) => run(['report', url, '--key', 'a-secret-key', ...args])

describe('mockling report', () => {
  it('tells what a server was asked for and what it would have cost', async () => {
    const { code, stdout } = await report()
    expect(stdout).toContain('3 accepted')
    expect(stdout).toContain('✗ duplicate: #2 buys again what #1 bought')
    expect(code).toBe(0)
  })

  it('tells of one token alone', async () => {
    expect((await report('--token', 'once')).stdout).toContain('none of it in duplicates')
  })

  it.each([
    [['--max-credits', '2'], 4, '✗ over the budget: --max-credits 2'],
    [['--fail-on-duplicates'], 1, '✗ 1 create was a duplicate'],
    [['--max-credits', '2', '--fail-on-duplicates'], 4, '✗ 1 create was a duplicate'],
    [['--max-credits', '100'], 0, ''],
  ])('holds %j and ends with %i', async (limits, expected, words) => {
    const { code, stdout } = await report('--token', 'twice', ...limits)
    expect(stdout).toContain(words)
    expect(code).toBe(expected)
  })

  it('writes it for other programs, and for the page of a CI run', async () => {
    const place = mkdtempSync(join(tmpdir(), 'mockling-report-'))
    const files = { junit: 'junit.xml', markdown: 'report.md', json: 'report.json' }
    const wanted = Object.entries(files).flatMap(([form, name]) => ['--report', `${form}=${join(place, name)}`])
    await report(...wanted, '--fail-on-duplicates')
    const read = (name: string) => readFileSync(join(place, name), 'utf8')
    expect(read(files.junit)).toContain('name="pays for no video twice"')
    expect(read(files.junit)).toContain('failures="1"')
    expect(JSON.parse(read(files.json)).totals.creates).toBe(3)
    expect(read(files.markdown)).toMatch(/^\| text2video, kling-v1 +\| 2 +\| 2\.8 +\| 2 succeed \(not settled\) \|$/m)
    expect(read(files.markdown)).toMatch(/^- ❌ 1 create was a duplicate/m)
  })

  it('prints it as JSON', async () => {
    expect(JSON.parse((await report('--json')).stdout)).toMatchObject({ duplicates: { credits: 1.4 } })
  })

  it('takes the key from the environment', async () => {
    expect((await run(['report', url], { env: { MOCKLING_CONTROL_KEY: 'a-secret-key' } })).code).toBe(0)
  })

  it.each([
    [['--key', 'other'], 'mockling: report: '],
    [
      ['--report', 'csv=file'],
      '--report: "csv=file" is not allowed; it must be junit=FILE or markdown=FILE or json=FILE',
    ],
    [['--report', 'json=/none/file'], '--report: "/none/file" can\'t be written'],
    [['--max-credits', 'much'], '--max-credits: "much" is not allowed'],
  ])('refuses %j', async (args, words) => {
    const { code, stderr } = await report(...args)
    expect(stderr).toContain(words)
    expect(code).toBe(2)
  })

  it('ends with 3 where nobody answers', async () => {
    const { code, stderr } = await run(['report', 'http://127.0.0.1:9'])
    expect(stderr).toContain('http://127.0.0.1:9/_mockling/v1/report')
    expect(code).toBe(3)
  })
})
