import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { drill } from '../../scripts/drills/state.mjs'
import { statePath } from '../state/state-dir.ts'
import { create, run, serve, text } from './command.ts'

const COMMAND = join(import.meta.dirname, '../../dist/cli.cjs')

async function accepted(url: string, body: object = {}): Promise<string> {
  const reply = await create(url, { async: true, ...body })
  expect(reply.status).toBe(200)
  return ((await reply.json()) as { task_id: string }).task_id
}

async function record(url: string, id: string): Promise<{ id?: string }> {
  const headers = { authorization: 'Bearer any', 'content-type': 'application/json' }
  const body = JSON.stringify({ action: 'retrieve', id })
  return (await (await fetch(`${url}/kling/tasks`, { method: 'POST', headers, body })).json()) as { id?: string }
}

describe('mockling serve --state', () => {
  it.each(['interval', 'always', 'never'] as const)(
    'loses nothing by five kills under load, --state-sync %s',
    async sync => {
      const { accepted, ...seen } = await drill({ cycles: 5, seed: 7, sync })
      expect(accepted).toBeGreaterThan(0)
      expect(seen).toMatchObject({ lost: 0, missing: 0, failedStarts: 0, cuts: 0 })
    },
    180_000,
  )

  it('says at the start what it has taken from the file, as text and as JSON', async () => {
    using place = statePath()
    const args = ['--clock', 'frozen', '--state', place.file]
    {
      await using first = await serve(args)
      expect(first.facts).toMatchObject({ state: { file: place.file, tasks: 0, pending: 0, callbacks: 0 } })
      await accepted(first.facts.url)
      await accepted(first.facts.url, { async: undefined, callback_url: 'http://127.0.0.1:9/' })
    }
    await using second = await serve(args)
    expect(second.facts).toMatchObject({ state: { tasks: 2, pending: 2, callbacks: 1 } })
    second.signal('SIGKILL')
    await second.ended()
    await using third = await serve(args, { isText: true })
    await fetch(`${third.facts.url}/health`)
    third.signal('SIGTERM')
    const { stdout, stderr } = await third.ended()
    expect(stdout).toContain(`2 task(s), 2 of them pending, and 1 callback(s) taken from ${place.file}`)
    expect(stderr).toContain(`1 callback(s) not delivered`)
    expect(stderr).toContain(`tasks and callbacks are kept in ${place.file}`)
    expect(existsSync(`${place.file}.lock`)).toBe(false)
  })

  it('warns of what it cut off, and keeps what stands before', async () => {
    using place = statePath()
    let id: string
    {
      await using first = await serve(['--state', place.file])
      id = await accepted(first.facts.url)
    }
    writeFileSync(place.file, '1234 torn', { flag: 'a' })
    await using second = await serve(['--state', place.file])
    expect(await record(second.facts.url, id)).toMatchObject({ id })
    second.signal('SIGTERM')
    expect((await second.ended()).stderr).toMatch(/damaged at byte \d+: the 9 bytes from there on were cut off/)
  })

  it.each([
    ['another program’s', 'hello', 'is no state file of mockling'],
    ['a later version’s', 'mockling-state 9\n', 'is of version 9, and this mockling reads version 2'],
  ])('ends with 2 at %s file, and leaves it as it is', async (_, bytes, why) => {
    using place = statePath()
    writeFileSync(place.file, bytes)
    const { code, stderr, stdout } = await run(['--port', '0', '--state', place.file])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe(`mockling: --state: "${place.file}" ${why}\n`)
    expect(readFileSync(place.file, 'utf8')).toBe(bytes)
  })

  it('ends with 2 at a directory, at a file that a living process has, and at a policy that is none', async () => {
    using place = statePath()
    await using first = await serve(['--state', place.file])
    const { code, stderr } = await run(['--port', '0', '--state', place.file])
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `mockling: --state: "${place.file}" is in use by another process\n`,
    })
    expect((await run(['--port', '0', '--state', join(place.file, '..')])).stderr).toContain('--state: ')
    const { stderr: policy } = await run(['--port', '0', '--state-sync', 'often'])
    expect(policy).toContain('--state-sync: "often" is not allowed; it must be one of always, interval, never')
    await accepted(first.facts.url)
  })

  it.runIf(process.platform === 'linux')(
    'refuses what it can’t keep while the disk is full, and goes on when it is not',
    async () => {
      using place = statePath()
      // No file may grow beyond 64 KiB; the signal that comes with it is ignored, and the write fails.
      const child = spawn('sh', [
        '-c',
        `trap '' XFSZ; ulimit -S -f 128; exec "$0" "$@"`,
        ...[process.execPath, COMMAND, '--port', '0', '--json', '--pace', '600', '--state', place.file],
      ])
      const stderr = text(child.stderr)
      const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
      const { url, pid } = JSON.parse(line) as { url: string; pid: number }
      const ids: string[] = []
      let refused: Response | undefined
      while (!refused) {
        const reply = await create(url, { async: true, prompt: 'a white mug '.repeat(40) })
        if (reply.status === 200) ids.push(((await reply.json()) as { task_id: string }).task_id)
        else refused = reply
      }
      expect(refused.status).toBe(503)
      expect(refused.headers.get('x-mockling-overload')).toBe('state')
      expect(refused.headers.get('retry-after')).toBe('1')
      expect(await refused.json()).toMatchObject({ status: 503, detail: expect.stringContaining('state file') })
      const reroute = await fetch(`${url}/_mockling/v1/tasks/${ids[0]}/reroute`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ to: 'fail' }),
      })
      expect([reroute.status, reroute.headers.get('x-mockling-overload')]).toEqual([503, 'state'])
      expect(await record(url, ids[0] ?? '')).toMatchObject({ id: ids[0] })
      const metrics = await (await fetch(`${url}/_mockling/metrics`)).text()
      expect(metrics).toContain('mockling_overloads_total{kind="state"} 2\n')

      execFileSync('prlimit', ['--pid', String(pid), '--fsize=unlimited:'])
      ids.push(await accepted(url))
      child.kill('SIGKILL')
      expect(await stderr).toMatch(/can't be written \(EFBIG.*can be written again/s)
      await using second = await serve(['--state', place.file])
      expect(second.facts).toMatchObject({ state: { tasks: ids.length } })
      for (const id of [ids[0], ids.at(-2), ids.at(-1)])
        expect(await record(second.facts.url, id ?? '')).toMatchObject({ id })
    },
  )
})
