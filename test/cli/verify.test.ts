import { once } from 'node:events'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { type StandIn, startStandIn } from '../conformance/stand-in.ts'
import { controlDoor } from '../support/door.ts'
import { launch, run } from './command.ts'

let place: string

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'mockling-verify-'))
})

describe('mockling verify of a mockling', () => {
  let simulator: Simulator

  beforeAll(async () => {
    simulator = await createSimulator({ pace: 'real' })
  })
  afterAll(() => simulator.close())

  it('runs every case of a revision, whatever the server’s own is', async () => {
    const { code, stdout, stderr } = await run(['verify', simulator.url, '--revision', '2026-10'])
    expect(stdout).toMatch(/^\d{3,} passed, 0 failed, 0 left out\n$/)
    expect(stderr).toContain('is a mockling: nothing costs anything')
    expect(code).toBe(0)
  }, 240_000)

  it('runs the cases that are asked for', async () => {
    const { stdout } = await run(['verify', simulator.url, '--only', 'R14', '--skip', 'accepted', '--json'])
    const verdicts = JSON.parse(stdout)
    expect(verdicts.map(({ id }: { id: string }) => id)).toEqual(['rule/videos/R14/duration/refused'])
  })

  it('says which name fits no case', async () => {
    const { code, stderr } = await run(['verify', simulator.url, '--only', 'R99'])
    expect(stderr).toContain('no case of revision 2026-05 has the name, the tag or the grade R99')
    expect(code).toBe(2)
  })

  it('writes reports', async () => {
    const [xml, json, md, page] = ['xml', 'json', 'md', 'html'].map(form => join(place, `report.${form}`)) as [
      ...[string, string, string, string],
    ]
    const reports = [`junit=${xml}`, `json=${json}`, `markdown=${md}`, `html=${page}`].flatMap(one => ['--report', one])
    await run(['verify', simulator.url, '--only', 'tasks', ...reports])
    expect(readFileSync(xml, 'utf8')).toContain('name="tasks/unknown-id: ')
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ revision: '2026-05', verdicts: expect.any(Array) })
    expect(readFileSync(md, 'utf8')).toContain('4 passed, 0 failed, 0 left out.')
    expect(readFileSync(page, 'utf8')).toContain('<code>tasks/unknown-id</code>')
  })

  it('publishes what it found where it is told to', async () => {
    await using shown = await createSimulator()
    const { code } = await run(['verify', simulator.url, '--only', 'tasks', '--publish', `${shown.url}/_mockling/`])
    expect(code).toBe(0)
    const { body } = await controlDoor(shown).get('/v1/reports/1')
    expect(body).toMatchObject({ kind: 'verify', subject: simulator.url, counts: { passed: 4, failed: 0 } })
    expect(body.found[0]).toEqual({
      id: expect.stringMatching(/^tasks/),
      promise: expect.any(String),
      state: 'passed',
      text: '',
      durationMs: expect.any(Number),
    })
  })

  it('says what keeps it from publishing', async () => {
    const away = await run(['verify', simulator.url, '--only', 'tasks', '--publish', 'http://127.0.0.1:1'])
    expect(away.stderr).toContain('--publish: POST http://127.0.0.1:1/_mockling/v1/reports: ')
    expect(away.code).toBe(3)
    const odd = await run(['verify', simulator.url, '--publish', 'here'])
    expect(odd.stderr).toContain('--publish: "here" is no http or https URL of a mockling server')
    expect(odd.code).toBe(2)
  })

  it('says which forms a report may have', async () => {
    const { code, stderr } = await run(['verify', simulator.url, '--report', 'pdf=x'])
    expect(stderr).toContain('it must be junit=FILE or json=FILE or markdown=FILE or html=FILE')
    expect(code).toBe(2)
  })
})

describe('mockling verify of what does not say that it is a mockling', () => {
  let simulator: Simulator
  let real: StandIn

  beforeAll(async () => {
    const tokens = join(place, 'tokens')
    writeFileSync(tokens, 'secret-token-1\n')
    simulator = await createSimulator({ pace: 'instant', tokens })
    real = await startStandIn(simulator.url)
  })
  afterAll(async () => {
    await real.close()
    await simulator.close()
  })

  const verify = (...more: string[]) =>
    run(['verify', real.url, '--token', 'secret-token-1', '--ledger', join(place, 'paid.jsonl'), ...more])

  it('sends nothing that could cost money', async () => {
    const { code, stdout, stderr } = await verify()
    expect(stderr).toContain('is taken for the real API')
    expect(stdout).toMatch(/left out, \d+: it may cost … Credits; --allow-spend lets it\n/)
    expect(stdout).toMatch(/\b33 passed, 0 failed, \d+ left out\n$/)
    expect((await simulator.ledger()).totals.charged).toBe(0)
    expect(code).toBe(0)
  })

  it('takes the token from the environment too, and shows it to nobody', async () => {
    const env = { MOCKLING_TOKEN: 'secret-token-1' }
    const { code, stdout } = await run(['verify', real.url, '--only', 'tasks/unknown-id'], { env, cwd: place })
    expect([code, stdout]).toEqual([0, '1 passed, 0 failed, 0 left out\n'])
    expect((await run(['verify', '--help'], { env })).stdout).not.toContain('secret-token-1')
  })

  it('wants a token', async () => {
    const { code, stderr } = await run(['verify', real.url])
    expect(stderr).toContain(`--token: ${real.url} is no mockling`)
    expect(code).toBe(2)
  })

  it('spends what it may, pays for no video twice, and writes no token down', async () => {
    const spend = ['--allow-spend', '--max-credits', '5', '--only', 'answer', '--only', 'tasks']
    const first = await verify(...spend)
    expect(first.stdout).toContain('0 failed')
    const { charged } = (await simulator.ledger()).totals
    expect(charged).toBeGreaterThan(0)
    expect(charged).toBeLessThanOrEqual(5)
    await verify(...spend)
    expect((await simulator.ledger()).totals.charged).toBe(charged)
    expect(first.stdout + first.stderr + readFileSync(join(place, 'paid.jsonl'), 'utf8')).not.toContain(
      'secret-token-1',
    )
  })

  it('plans without a packet', async () => {
    const before = real.asked.length
    const { stdout } = await verify('--plan')
    expect(stdout).toMatch(/^free +33 +0$/m)
    expect(stdout).toMatch(/^paid, the smallest set that covers each pair of features +\d+ +\d/m)
    expect(real.asked.length).toBe(before)
  })
})

describe('mockling verify', () => {
  it('stops sending creates once one is accepted that should have been refused', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const real = await startStandIn(simulator.url, passing => {
      if (passing.path !== '/kling/videos' || passing.status !== 400 || !passing.sent.includes('"action"'))
        return passing
      const body = Buffer.from(JSON.stringify({ task_id: '11111111-1111-4111-8111-111111111111' }))
      return { ...passing, status: 200, body }
    })
    const ledger = join(place, 'stopped.jsonl')
    const more = ['--allow-spend', '--max-credits', '10000', '--only', 'R14', '--only', 'R2', '--ledger', ledger]
    const { code, stdout } = await run(['verify', real.url, '--token', 'x', ...more])
    await real.close()
    expect(real.asked.filter(asked => asked === 'POST /kling/videos')).toHaveLength(1)
    expect(stdout).toContain('not sent: rule/videos/')
    expect(code).toBe(1)
  })

  it('says that nobody is there', async () => {
    const { code, stderr } = await run(['verify', 'http://127.0.0.1:1'])
    expect(stderr).toContain('nothing answers at http://127.0.0.1:1: ECONNREFUSED')
    expect(code).toBe(3)
  })

  it('sends no create again whose end an interrupted run did not see', async () => {
    await using simulator = await createSimulator({ pace: 3600 })
    const real = await startStandIn(simulator.url)
    const ledger = join(place, 'cut.jsonl')
    const args = ['verify', real.url, '--token', 'x', '--allow-spend', '--max-credits', '5', '--ledger', ledger]
    const creates = () => real.asked.filter(asked => asked === 'POST /kling/videos').length
    const cut = launch([...args, '--only', 'answer/answer/answer'])
    await expect.poll(creates, { timeout: 20_000 }).toBe(1)
    cut.kill('SIGKILL')
    await once(cut, 'exit')
    const { stdout, code } = await run([...args, '--only', 'answer/answer/answer', '--resume'])
    await real.close()
    expect(creates()).toBe(1)
    expect(stdout).toContain('was cut off: it may have been billed, and is not sent again')
    expect(code).toBe(1)
  })
})
