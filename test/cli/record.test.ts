import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { beforeEach, describe, expect, it } from 'vitest'
import { createSimulator } from '../../src/simulator.ts'
import { startStandIn } from '../conformance/stand-in.ts'
import { controlDoor } from '../support/door.ts'
import { create, launch, run, serve, text } from './command.ts'

let place: string

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'mockling-record-'))
})

/** Starts `mockling record` on a free port. */
async function record(upstream: string, ...more: string[]) {
  const child = launch(['record', '--upstream', upstream, '--out', place, '--port', '0', '--json', ...more])
  let said = ''
  const stderr = text(child.stderr, words => {
    said = words
  })
  const exit = once(child, 'exit') as Promise<[number | null]>
  const [line] = await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line')
  return {
    facts: JSON.parse(line) as { url: string; isSimulated: boolean },
    /** What it has said on standard error by now. */
    said: () => said,
    end: async (signal: NodeJS.Signals) => {
      child.kill(signal)
      return { code: (await exit)[0], stderr: await stderr }
    },
  }
}

describe('mockling record', () => {
  it('records a mockling without being allowed to, and says how much at the end', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const recorder = await record(simulator.url)
    expect(recorder.facts.isSimulated).toBe(true)
    for (let n = 0; n < 3; n++) await create(recorder.facts.url, {})
    const { code, stderr } = await recorder.end('SIGINT')
    expect([code, stderr]).toEqual([0, `mockling: 3 exchanges are in ${place}\n`])

    const same = await run(['drift', place])
    expect([same.code, same.stdout]).toEqual([0, 'The fake answers 3 recordings as recorded, by revision 2026-05.\n'])
    const other = await run(['drift', place, '--revision', '2026-10', '--json', '--publish', simulator.url])
    expect(other.code).toBe(5)
    const { body: report } = await controlDoor(simulator).get('/v1/reports/1')
    expect(report).toMatchObject({
      kind: 'drift',
      subject: place,
      revision: '2026-10',
      found: JSON.parse(other.stdout),
    })
    expect(JSON.parse(other.stdout)).toMatchObject({ revision: '2026-10', nearest: '2026-05', compared: 3 })
    await using replaying = await serve(['--replay', place])
    expect((await create(replaying.facts.url, {})).headers.get('x-mockling-replayed')).toBe(
      '0001-post-kling-videos.json',
    )
  })

  it('lets nothing through that may cost money, unless the upstream is a mockling', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const standIn = await startStandIn(simulator.url)
    const recorder = await record(standIn.url)
    expect((await create(recorder.facts.url, {})).headers.get('x-mockling-record')).toBe('blocked')
    expect((await recorder.end('SIGTERM')).stderr).toContain('POST /kling/videos was not sent')
    const allowed = await record(standIn.url, '--allow-spend')
    expect((await create(allowed.facts.url, {})).status).toBe(200)
    await allowed.end('SIGTERM')
    expect(standIn.asked.filter(line => line.startsWith('POST'))).toHaveLength(1)
    await standIn.close()
  })

  it('waits at a signal for what is under way, which may be paid for', async () => {
    await using simulator = await createSimulator({ pace: 3600 })
    const standIn = await startStandIn(simulator.url)
    const recorder = await record(standIn.url, '--allow-spend')
    const creating = create(recorder.facts.url, {})
    await expect.poll(() => standIn.asked).toContain('POST /kling/videos')
    const ending = recorder.end('SIGINT')
    await expect.poll(recorder.said).toContain('waits for the end of an exchange; once more ends at once')
    await expect(fetch(recorder.facts.url)).rejects.toThrow()
    await simulator.clock.advance({ seconds: 7200 })
    expect((await creating).status).toBe(200)
    const { code, stderr } = await ending
    expect(stderr).toContain('1 exchange is in')
    expect([code, JSON.parse(readFileSync(join(place, '0001-post-kling-videos.json'), 'utf8')).answer.status]).toEqual([
      0, 200,
    ])
    await standIn.close()
  })

  it('leaves whole files only when it is killed', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const recorder = await record(simulator.url)
    const asking = Array.from({ length: 40 }, () => create(recorder.facts.url, {}).then(answer => answer.text()))
    await Promise.race(asking)
    await recorder.end('SIGKILL')
    await Promise.allSettled(asking)
    const files = readdirSync(place).filter(name => name.endsWith('.json'))
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) JSON.parse(readFileSync(join(place, file), 'utf8'))
  })

  it('says what is wrong with an option', async () => {
    const wrong = async (...args: string[]) => {
      const { code, stderr } = await run(args)
      return `${code} ${stderr}`
    }
    expect(await wrong('record', '--upstream', 'x', '--out', place)).toMatch(
      /^2 mockling: --upstream: "x" is not allowed/,
    )
    expect(await wrong('record', '--upstream', 'http://127.0.0.1:9', '--out', place)).toMatch(
      /^3 mockling: record: nothing answers/,
    )
    expect(await wrong('record', '--upstream', 'http://127.0.0.1:9', '--out', '/dev/null/x')).toMatch(
      /^2 mockling: --out: /,
    )
    expect(await wrong('record', '--upstream', 'http://127.0.0.1:9', '--out', place, '--keep-files', 'all')).toMatch(
      /^2 mockling: --keep-files: /,
    )
    rmSync(place, { recursive: true })
    expect(await wrong('drift', place)).toMatch(/^2 mockling: drift: .* can't be read: ENOENT/)
    expect(await wrong('serve', '--replay', place)).toMatch(/^2 mockling: --replay: .* can't be read: ENOENT/)
  })
})
