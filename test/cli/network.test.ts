import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startReceiver, startSocketServer } from '../callbacks/receiver.ts'
import { launch, run, serve, text } from './command.ts'

/** A URL where nobody listens any more. */
async function desertedUrl(): Promise<string> {
  await using server = await startSocketServer()
  return server.url('')
}

describe('mockling wait', () => {
  it('returns as soon as the server answers', async () => {
    await using served = await serve()
    const { code, stdout } = await run(['wait', `${served.facts.url}/`])
    expect(stdout).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+ answers after \d+ ms: mockling \d+\.\d+\.\d+, revision 2026-05\n$/,
    )
    expect(code).toBe(0)
  })

  it('waits for a server that is not there yet', async () => {
    const url = await desertedUrl()
    const child = launch(['wait', url, '--timeout', '60', '--json'])
    const told = text(child.stdout)
    await using _served = await serve(['--port', new URL(url).port])
    expect(JSON.parse(await told)).toMatchObject({ url, name: 'mockling' })
  })

  it('gives up with exit code 3 and says why', async () => {
    expect(await run(['wait', await desertedUrl(), '--timeout', '0.2'])).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('/_mockling/health: connect ECONNREFUSED'),
    })
  })

  it('is not content with a server of another kind', async () => {
    await using other = await startReceiver(response => response.end('<html>'))
    expect(await run(['wait', other.url(''), '--timeout', '0.2'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('200, no answer of a mockling server'),
    })
  })
})

describe('mockling env', () => {
  it('prints lines for the shell', async () => {
    const { code, stdout } = await run(['env', 'http://sim:4180/', '--token', 'mine'])
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      "export MOCKLING_URL='http://sim:4180'",
      "export MOCKLING_TOKEN='mine'",
      "export ACEDATACLOUD_API_BASE_URL='http://sim:4180'",
    ])
    expect(code).toBe(0)
  })

  it('refuses another format', async () => {
    expect(await run(['env', '--format', 'ini'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Allowed choices are sh, fish'),
    })
  })
})

interface Told {
  readonly check: string
  readonly verdict: string
  readonly says: string
  readonly advice?: string
}

async function doctor(...args: string[]): Promise<{ code: number | null; findings: Map<string, Told> }> {
  const { code, stdout, stderr } = await run(['doctor', '--json', ...args])
  if (stdout === '') throw new Error(stderr)
  const { findings } = JSON.parse(stdout) as { findings: Told[] }
  return { code, findings: new Map(findings.map(one => [one.check, one])) }
}

describe('mockling doctor', () => {
  it('finds nothing wrong with a free port and receivers of this machine', async () => {
    await using receiver = await startReceiver()
    const { code, findings } = await doctor('--port', '0', '--callback-url', receiver.url('/hook'))
    expect(findings.get('callbacks')).toMatchObject({
      verdict: 'pass',
      says: 'the server reaches this machine as http://127.0.0.1:<port>',
    })
    expect(findings.get('receiver')).toMatchObject({ verdict: 'pass', says: `${receiver.url('/hook')} answers 200` })
    expect(receiver.arrivals).toHaveLength(1)
    expect(code).toBe(0)
  })

  it('says who holds the port', async () => {
    await using other = await startSocketServer(socket => socket.end())
    const { code, findings } = await doctor('--port', String(other.port))
    expect(findings.get('port')).toMatchObject({ verdict: 'fail', advice: expect.stringContaining('--port') })
    expect(findings.get('port')?.says).toContain(`${other.port} on 127.0.0.1 is held by`)
    expect(findings.get('port')?.says).toMatch(new RegExp(`pid ${process.pid}|another program`))
    expect(code).toBe(1)
  })

  it('examines a running server, whatever its pace, and leaves nothing behind', async () => {
    await using served = await serve(['--pace', 'real', '--clock', 'frozen'])
    const { code, findings } = await doctor(served.facts.url)
    expect(findings.get('server')).toMatchObject({ verdict: 'pass' })
    expect(findings.get('name')).toMatchObject({ verdict: 'pass' })
    expect(findings.get('callbacks')).toMatchObject({ verdict: 'pass' })
    expect(code).toBe(0)
    const { count } = (await (await fetch(`${served.facts.url}/_mockling/v1/journal`)).json()) as { count: number }
    expect(count).toBe(0)
  })

  it('tells that the server may not call a receiver', async () => {
    const { code, findings } = await doctor(
      '--port',
      '0',
      '--callback-deny',
      '127.0.0.0/8',
      '--callback-url',
      'http://127.0.0.1:9/x',
    )
    expect(findings.get('receiver')).toMatchObject({
      verdict: 'fail',
      says: expect.stringContaining('matches the deny pattern'),
      advice: 'See --callback-private, --callback-allow and --callback-deny.',
    })
    expect(code).toBe(1)
  })

  it('tells that a server is not there, or its name has no address', async () => {
    expect((await doctor(await desertedUrl())).findings.get('server')).toMatchObject({
      verdict: 'fail',
      says: expect.stringContaining('ECONNREFUSED'),
    })
    const { code, findings } = await doctor('http://no-such-host.invalid')
    expect(findings.get('name')).toMatchObject({
      verdict: 'fail',
      says: expect.stringContaining('no-such-host.invalid has no address'),
    })
    expect(code).toBe(1)
  })

  it('tells that the server wants other tokens', async () => {
    const tokens = join(mkdtempSync(join(tmpdir(), 'mockling-doctor-')), 'tokens')
    writeFileSync(tokens, 'known\n')
    await using served = await serve(['--tokens', tokens])
    const refused = await doctor(served.facts.url)
    expect(refused.findings.get('callbacks')).toMatchObject({
      verdict: 'fail',
      says: expect.stringContaining('name one that works with --token'),
    })
    expect((await doctor(served.facts.url, '--token', 'known')).code).toBe(0)
  })

  it('tells whether the public URL leads here', async () => {
    await using served = await serve()
    await using other = await startReceiver(response => response.end('{}'))
    const good = await doctor(served.facts.url, '--public-url', served.facts.url)
    expect(good.findings.get('public URL')).toMatchObject({ verdict: 'pass' })
    const bad = await doctor(served.facts.url, '--public-url', other.url(''))
    expect(bad.findings.get('public URL')).toMatchObject({
      verdict: 'fail',
      says: expect.stringContaining('leads to something else'),
    })
    expect(bad.code).toBe(1)
  })
})
