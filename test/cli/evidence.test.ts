import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { type Passing, type StandIn, startStandIn } from '../conformance/stand-in.ts'
import { run, serve } from './command.ts'

const TOKEN = 'secret-token-7'
const ONLY = ['R24', 'R14', 'R47', 'content_too_large', 'tasks/no-id', 'answer/polls/file'].flatMap(name => [
  '--only',
  name,
])
const SPEND = ['--allow-spend', '--max-credits', '10000']

/** An API with words of its own where the simulator's are chosen, one other status, and one rule that nobody documented. */
function inItsOwnWords(passing: Passing): Passing {
  const text = passing.body.toString()
  if (!text.includes('"error"')) return passing
  const body = JSON.parse(text)
  const { message } = body.error
  const own = (said: string, status = passing.status): Passing => {
    const other = { ...body, error: { ...body.error, message: said } }
    return { ...passing, status, body: Buffer.from(JSON.stringify(other)) }
  }
  if (message.startsWith('negative_prompt')) return own(`negative_prompt too long (${TOKEN}), see https://a.b/c?sig=1`)
  if (message.startsWith('timeout')) return own('timeout is invalid', 422)
  if (message === 'The request body is too large.') return own('Payload Too Large')
  if (message === 'id is required') return own('missing id')
  if (message.startsWith('duration value')) return own('unsupported duration')
  return passing
}

let place: string
let simulator: Simulator
let real: StandIn
let file: string

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'mockling-evidence-'))
  file = join(place, 'evidence.jsonl')
  simulator = await createSimulator({ pace: 'instant' })
  real = await startStandIn(simulator.url, inItsOwnWords)
  const ledger = ['--ledger', join(place, 'ledger.jsonl')]
  await run(['verify', real.url, '--token', TOKEN, '--evidence', file, ...ledger, ...SPEND, ...ONLY])
})
afterAll(async () => {
  await real.close()
  await simulator.close()
})

const linesOf = (path: string) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))

describe('mockling verify --evidence', () => {
  it('keeps what was seen of each case', () => {
    const lines = new Map(linesOf(file).map(line => [line.case, line]))
    expect(lines.get('rule/videos/R14/duration/refused')).toEqual({
      case: 'rule/videos/R14/duration/refused',
      target: real.url,
      revision: '2026-05',
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      verdict: 'broken',
      source: expect.any(String),
      grade: 'guide',
      status: 400,
      code: 'bad_request',
      message: 'unsupported duration',
      shape: {
        success: 'boolean',
        error: { code: 'string', message: 'string' },
        trace_id: 'string',
      },
      ours: expect.objectContaining({ rule: 'R14', field: 'duration' }),
      differences: [expect.objectContaining({ at: 'error.message', seen: '"unsupported duration"' })],
    })
    expect(lines.get('answer/polls/file')).toMatchObject({
      status: 200,
      sha256: expect.stringMatching(/^[\da-f]{64}$/),
    })
  })

  it('keeps no token, and no query of a URL', () => {
    expect(linesOf(file).map(({ message }) => message)).toContain('negative_prompt too long (***), see https://a.b/c')
    expect(readFileSync(file, 'utf8')).not.toContain(TOKEN)
  })

  it('stays readable where the token is a word like any other', async () => {
    const short = join(place, 'short.jsonl')
    const more = ['--ledger', join(place, 'short-ledger.jsonl'), '--only', 'tasks/unknown-id']
    await run(['verify', real.url, '--token', 'a', '--evidence', short, ...more])
    expect(linesOf(short)).toEqual([expect.objectContaining({ case: 'tasks/unknown-id', verdict: 'kept' })])
  })

  it('keeps what earlier runs saw of other cases', async () => {
    const before = linesOf(file)
    const more = ['--ledger', join(place, 'other.jsonl'), '--only', 'tasks/unknown-id']
    await run(['verify', real.url, '--token', TOKEN, '--evidence', file, ...more])
    expect(linesOf(file)).toHaveLength(before.length + 1)
    expect(linesOf(file)).toEqual(expect.arrayContaining(before))
  })

  it('refuses a file that holds something else before anything is sent', async () => {
    const other = join(place, 'notes.txt')
    writeFileSync(other, 'my notes\n')
    const asked = real.asked.length
    const { code, stderr } = await run(['verify', real.url, '--token', TOKEN, '--evidence', other])
    expect(stderr).toContain(`--evidence: ${other}, line 1: no JSON`)
    expect(code).toBe(2)
    expect(real.asked.length).toBe(asked)
    expect(readFileSync(other, 'utf8')).toBe('my notes\n')
  })
})

describe('mockling evidence', () => {
  it('says of each promise where it was read, and what was seen of it', async () => {
    const { stdout, code } = await run(['evidence', file])
    expect(stdout).toMatch(/^rule videos R14 +guide +guide A, duration.* \d{4}-\d\d-\d\d otherwise in 1, 2 of 2 /m)
    expect(stdout).toMatch(/^rule videos R24 +guide .* as promised, 2 of 2 /m)
    expect(stdout).toContain(`seen at ${real.url}\n`)
    expect(stdout).toMatch(/error.message: promised "duration value '\d+' is invalid", came "unsupported duration"/)
    expect(code).toBe(0)
  })

  it('says of a mockling that it proves nothing', async () => {
    const own = join(place, 'own.jsonl')
    await run(['verify', simulator.url, '--evidence', own, '--only', 'R14'])
    expect((await run(['evidence', own])).stdout).toContain('a mockling: that proves nothing about the API')
    const { code, stderr } = await run(['serve', '--from-evidence', own])
    expect(stderr).toContain(`--from-evidence: ${JSON.stringify(own)} holds nothing that was seen at the real API`)
    expect(code).toBe(2)
  })

  it('lists the grades without a file', async () => {
    const { known } = JSON.parse((await run(['evidence', '--revision', '2026-10', '--format', 'json'])).stdout)
    const about = known.map(({ about }: { about: string }) => about)
    expect(about).toEqual(expect.arrayContaining(['rule videos R38', 'rule lip-sync L1', 'matrix kling-v3 pro']))
  })

  it.each([
    ['{"case":1}', 'line 1: case: '],
    ['[]', 'line 1: the line: '],
    ['nothing', 'line 1: no JSON'],
  ])('names what is wrong with a line: %s', async (line, said) => {
    const broken = join(place, 'broken.jsonl')
    writeFileSync(broken, `${line}\n`)
    const { code, stderr } = await run(['evidence', broken])
    expect(stderr).toContain(said)
    expect(code).toBe(2)
  })
})

describe('mockling serve --from-evidence', () => {
  it('answers in the words that were seen where its own are chosen, and only there', async () => {
    await using server = await serve(['--from-evidence', file, '--pace', 'instant'])
    const { url } = server.facts
    const post = async (path: string, body: object) => {
      const headers = { authorization: 'Bearer t', 'content-type': 'application/json' }
      const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
      return { status: answer.status, body: await answer.json() }
    }
    const video = { action: 'text2video', prompt: 'a mug', model: 'kling-v1' }
    expect(await post('/kling/videos', { ...video, negative_prompt: 'x'.repeat(300) })).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringMatching(/^negative_prompt too long/) } },
    })
    expect(await post('/kling/videos', { ...video, timeout: -1 })).toMatchObject({
      status: 422,
      body: { error: { message: 'timeout is invalid' } },
    })
    expect(await post('/kling/videos', { prompt: 'x'.repeat(1_100_000) })).toMatchObject({
      body: { error: { message: 'Payload Too Large' } },
    })
    expect(await post('/kling/tasks', {})).toMatchObject({ body: { error: { message: 'missing id' } } })
    // Documented: what was seen is a disagreement, not a better choice.
    expect(await post('/kling/videos', { ...video, duration: 7 })).toMatchObject({
      body: { error: { message: "duration value '7' is invalid" } },
    })
    const journal = await fetch(`${url}/_mockling/v1/journal?operation=create`)
    expect(await journal.text()).toContain('"grade":"observed"')
  })
})
