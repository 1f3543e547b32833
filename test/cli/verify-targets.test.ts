import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { createSimulator } from '../../src/simulator.ts'
import { startStandIn } from '../conformance/stand-in.ts'
import { type Ended, launch, run, text } from './command.ts'

/*
 * What may stand at the address that is to be verified.
 */

let place: string

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'mockling-targets-'))
})

const UNTRUSTED = readFileSync(join(import.meta.dirname, '../conformance/untrusted.pem'))

/** Runs `mockling verify` against a server that answers as `answer` does. */
async function verified(answer: RequestListener, more: readonly string[] = [], isTls = false): Promise<Ended> {
  const server = isTls ? createTlsServer({ key: UNTRUSTED, cert: UNTRUSTED }, answer) : createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const url = `${isTls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`
    return await run(['verify', url, '--token', 'any', '--ledger', join(place, 'ledger.jsonl'), ...more])
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const ofMockling = '/_mockling/health'

describe('mockling verify says what stands at the address', () => {
  it('a page: that is no such API', async () => {
    const page: RequestListener = (_, response) => response.setHeader('content-type', 'text/html').end('<h1>Hello</h1>')
    const { code, stderr } = await verified(page)
    expect(stderr).toContain("/kling/tasks answers 200, text/html: that is no JSON, and none of the API's answers")
    expect(code).toBe(3)
  })

  it('a redirect: whereto', async () => {
    const moved: RequestListener = (_, response) => response.writeHead(301, { location: 'https://else.where/' }).end()
    const { code, stderr } = await verified(moved)
    expect(stderr).toContain('/kling/tasks redirects to https://else.where/: name the address of the API itself')
    expect(code).toBe(3)
  })

  it('one that takes no token: in its words', async () => {
    const refused = { error: { code: 'invalid_token', message: 'The specified token is invalid or wrong.' } }
    const { code, stderr } = await verified((_, response) => response.writeHead(401).end(JSON.stringify(refused)))
    expect(stderr).toContain('--token: the token is refused: 401 invalid_token, The specified token is invalid')
    expect(code).toBe(2)
  })

  it('one whose certificate nobody vouches for: how to', async () => {
    const { code, stderr } = await verified((_, response) => response.end('{}'), [], true)
    expect(stderr).toMatch(/nothing answers at https:.*certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/)
    expect(stderr).toContain('NODE_EXTRA_CA_CERTS')
    expect(code).toBe(3)
  })

  it('a slow one: how long it was waited for', async () => {
    const slow: RequestListener = ({ url }, response) => void (url === ofMockling && response.writeHead(404).end())
    const { code, stderr } = await verified(slow, ['--timeout', '0.5'])
    expect(stderr).toContain('/kling/tasks: no answer within 0.5 s')
    expect(code).toBe(3)
  })

  it('one that goes away: after three requests without an answer no more are sent', async () => {
    let asked = 0
    const { code, stdout } = await verified((request, response) => {
      if (request.url === ofMockling) response.writeHead(404).end()
      else if (asked++ === 0) response.end('{}')
      else request.socket.destroy()
    })
    expect(asked).toBe(1 + 3)
    expect(stdout).toMatch(/^failed: error\/.*\n(?: .*\n)* {2}the same: error\/[^,]+, error\/[^,]+$/m)
    expect(stdout).toMatch(/left out, \d+: not sent: 3 requests in a row had no answer/)
    expect(code).toBe(3)
  })

  it('one that limits how often it is asked: how to be slower', async () => {
    let asked = 0
    const limit = JSON.stringify({ error: { code: 'too_many_requests', message: 'Slow down.' } })
    const { code, stdout } = await verified((_, response) =>
      asked++ < 2 ? response.end('{}') : response.writeHead(429).end(limit),
    )
    expect(stdout).toContain('the target limits how often it is asked: --rate spreads requests out')
    expect(code).toBe(1)
  })

  it('one that posts no callbacks', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    await simulator.faults.add('callback-lost')
    await using real = await startStandIn(simulator.url)
    const only = ['--allow-spend', '--max-credits', '2', '--only', 'answer/callback/callback', '--timeout', '1']
    const own = ['--callback-url', 'http://127.0.0.1:45871', '--callback-port', '45871']
    const ledger = join(place, 'callbacks.jsonl')
    const { code, stdout } = await run(['verify', real.url, '--token', 'x', '--ledger', ledger, ...only, ...own])
    expect(stdout).toContain('callback: promised a post with the result, came nothing')
    expect(code).toBe(1)
  })
})

/** A real API, as far as questions about tasks show, that answers creates as `answer` does. */
const toCreates =
  (answer: RequestListener): RequestListener =>
  (request, response) => {
    if (request.url === '/kling/tasks') response.end('{}')
    else if (request.url === ofMockling) response.writeHead(404).end()
    else answer(request, response)
  }

describe('mockling verify trusts no target', () => {
  it('that repeats the token, and sends what would move the cursor', async () => {
    const token = 'secret-token-2'
    const report = join(place, 'hostile.md')
    const reports = ['--evidence', join(place, 'hostile.jsonl'), '--report', `markdown=${report}`]
    const { stdout, stderr } = await verified(
      ({ headers }, response) => {
        const message = `${headers.authorization} \u001b[31m \u009b2J \u202e <img src=x> | x`
        response.writeHead(400).end(JSON.stringify({ error: { code: message, message }, trace_id: 'a' }))
      },
      ['--token', token, '--only', 'tasks', ...reports],
    )
    const shown = stdout + stderr + readFileSync(report, 'utf8')
    expect(shown).toContain('*** \\u001b[31m \\u009b2J \\u202e <img')
    for (const moving of ['\u001b', '\u009b', '\u202e']) expect(shown).not.toContain(moving)
    expect(shown + readFileSync(join(place, 'hostile.jsonl'), 'utf8')).not.toContain(token)
    expect(readFileSync(report, 'utf8')).toContain('&lt;img src=x&gt; \\| x')
  })

  it.each([
    [
      'takes what it should refuse, by another status',
      (response: ServerResponse) => response.writeHead(201).end('{}'),
      'was accepted',
    ],
    ['breaks down over it', (response: ServerResponse) => response.writeHead(504).end('{}'), 'was answered 504'],
    ['holds it', () => {}, 'had no answer and may have been accepted'],
  ])('that %s: no more creates are sent', async (_, answer, why) => {
    let creates = 0
    const count = toCreates((_, response) => {
      creates++
      answer(response)
    })
    const more = ['--allow-spend', '--max-credits', '10000', '--only', 'R14', '--only', 'R2', '--timeout', '1']
    const { stdout } = await verified(count, [...more, '--ledger', join(place, 'halted.jsonl')])
    expect(stdout).toMatch(new RegExp(`not sent: rule/\\S+ ${why}`))
    expect(creates).toBe(1)
  })

  it('that talks without end', async () => {
    const endless: RequestListener = (_, response) => {
      const piece = Buffer.alloc(1_000_000, 'x')
      const more = () => {
        while (!response.destroyed && response.write(piece));
      }
      response.on('drain', more)
      more()
    }
    const { code, stderr } = await verified(endless)
    expect(stderr).toContain('/kling/tasks: it is longer than 10000000 bytes')
    expect(code).toBe(3)
  })
})

describe('mockling verify', () => {
  it.each(['http://name:secret@127.0.0.1:1', 'http://127.0.0.1:1/?key=secret'])(
    'has no address with a secret in it: %s',
    async address => {
      const { code, stderr } = await run(['verify', address, '--plan'])
      expect(stderr).toContain('the address must have no name, password, query or fragment')
      expect(stderr).not.toContain('secret')
      expect(code).toBe(2)
    },
  )

  it('asks nothing of a real API if it could not write down what it pays for', async () => {
    let asked = 0
    const counting: RequestListener = (request, response) => {
      if (request.url !== ofMockling) asked++
      response.writeHead(404).end('{}')
    }
    const { code, stderr } = await verified(counting, ['--ledger', join(place, 'nowhere', 'ledger.jsonl')])
    expect(stderr).toMatch(/--ledger: ".*" can't be written: ENOENT/)
    expect([code, asked]).toEqual([2, 0])
  })

  it('asks no more often than --rate says', async () => {
    const at: number[] = []
    const answer: RequestListener = (_, response) => {
      at.push(performance.now())
      response.end('{}')
    }
    await verified(answer, ['--only', 'tasks', '--rate', '5/s'])
    // Whether it is a mockling, and whether it is such an API at all, was asked before.
    const asked = at.slice(2)
    expect(asked.length).toBe(4)
    // Three times 200 ms, of which the first may have arrived late: a gap of its own says nothing on a busy machine.
    expect((asked.at(-1) ?? 0) - (asked[0] ?? 0)).toBeGreaterThan(400)
    const { code, stderr } = await verified(answer, ['--rate', 'fast'])
    expect(stderr).toContain('--rate: fast is not allowed; it must be a number of requests and a unit, such as 5/s')
    expect(code).toBe(2)
  })

  it('waits after an interrupt for what was sent, and pays for nothing twice when it is resumed', async () => {
    await using simulator = await createSimulator({ pace: 1 })
    await using real = await startStandIn(simulator.url)
    const args = ['verify', real.url, '--token', 'x', '--allow-spend', '--max-credits', '5']
    const files = ['--ledger', join(place, 'stopped.jsonl'), '--evidence', join(place, 'stopped-evidence.jsonl')]
    const only = ['--only', 'answer/answer/answer', '--only', 'answer/polls/answer']
    const creates = () => real.asked.filter(asked => asked === 'POST /kling/videos').length

    const child = launch([...args, ...files, ...only])
    const words = Promise.all([text(child.stdout), text(child.stderr)])
    await expect.poll(creates, { timeout: 20_000 }).toBe(1)
    child.kill('SIGINT')
    const [code] = await once(child, 'exit')
    const [stdout, stderr] = await words
    expect(stderr).toContain('stopping: what was sent comes to its end; once more ends at once')
    expect(stdout).toMatch(/1 passed, 0 failed, \d+ left out\n$/)
    expect(code).toBe(130)
    expect(readFileSync(join(place, 'stopped-evidence.jsonl'), 'utf8').trim().split('\n')).toHaveLength(1)

    const resumed = await run([...args, ...files, ...only, '--resume'])
    expect(resumed.stdout).toContain('1 passed, 0 failed, 1 left out')
    expect(creates()).toBe(2)
  })

  it('goes on waiting, after a crash, for a task whose id it had been given', async () => {
    await using simulator = await createSimulator({ pace: 3600 })
    await using real = await startStandIn(simulator.url)
    const args = ['verify', real.url, '--token', 'x', '--allow-spend', '--max-credits', '5']
    const files = ['--ledger', join(place, 'crashed.jsonl'), '--only', 'answer/polls/record']
    const creates = () => real.asked.filter(asked => asked === 'POST /kling/videos').length

    const child = launch([...args, ...files])
    await expect
      .poll(() => real.asked.filter(asked => asked === 'POST /kling/tasks').length, { timeout: 20_000 })
      .toBeGreaterThan(1)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await simulator.clock.advance({ seconds: 7200 })
    const { code, stdout } = await run([...args, ...files, '--resume'])
    expect(stdout).toContain('1 passed, 0 failed')
    expect(code).toBe(0)
    expect(creates()).toBe(1)
  })
})
