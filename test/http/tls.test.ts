import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:https'
import { type AddressInfo, connect as dialPlain } from 'node:net'
import { connect as dialTls, type TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import type { ConfigInput } from '../../src/config.ts'
import { createSimulator, type Simulator, type Surroundings } from '../../src/simulator.ts'
import { namespaceOf, whenWaiting } from '../support/requests.ts'
import { without } from '../support/tools.ts'
import { until } from '../support/until.ts'

type Secured = Simulator & { readonly tls: { readonly url: string; readonly ca: string } }

async function secured(settings: ConfigInput = {}, around: Surroundings = {}): Promise<Secured> {
  return (await createSimulator({ tls: 'self-signed', pace: 'instant', ...settings }, around)) as Secured
}

interface Asked {
  readonly method?: string
  readonly host?: string
  readonly headers?: Record<string, string>
  readonly body?: object
}

/** Over a connection of its own, by a client that trusts what it was told to and nothing else. */
async function ask({ url, tls }: Secured, path: string, asked: Asked = {}) {
  const { method = 'GET', host = 'localhost', headers = {}, body } = asked
  const sent = request({
    ...{ host: '127.0.0.1', port: new URL(url).port, path, method, agent: false, ca: tls.ca, servername: host },
    headers: { host, authorization: 'Bearer any', ...(body && { 'content-type': 'application/json' }), ...headers },
  })
  sent.end(body && JSON.stringify(body))
  const [response] = await once(sent, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return { status: response.statusCode, headers: response.headers, bytes: Buffer.concat(chunks) }
}

const CREATE = { method: 'POST', body: { action: 'text2video', prompt: 'a white mug' } }

async function created(simulator: Secured, asked: Asked = {}) {
  return JSON.parse((await ask(simulator, '/kling/videos', { ...CREATE, ...asked })).bytes.toString())
}

async function handshaken({ url, tls }: Secured): Promise<TLSSocket> {
  const socket = dialTls({ host: '127.0.0.1', port: Number(new URL(url).port), ca: tls.ca, servername: 'localhost' })
  await once(socket, 'secureConnect')
  return socket
}

function connectionsOf({ app }: Simulator): Promise<number> {
  return new Promise((resolve, reject) => app.server.getConnections((e, count) => (e ? reject(e) : resolve(count))))
}

describe('TLS', () => {
  it('is spoken at the port where HTTP is', async () => {
    await using simulator = await secured()
    expect(simulator.tls.url).toBe(simulator.url.replace('http:', 'https:'))
    const [plain, under] = await Promise.all([fetch(`${simulator.url}/health`), ask(simulator, '/health')])
    expect(JSON.parse(under.bytes.toString())).toEqual(await plain.json())
  })

  it('hands out URLs of the host that was called, under https', async () => {
    await using simulator = await secured()
    const video = await created(simulator, { host: 'api.acedata.cloud' })
    expect(video.video_url).toMatch(/^https:\/\/api\.acedata\.cloud\/bs2\/.*\.mp4$/)
    const path = new URL(video.video_url).pathname
    const part = await ask(simulator, path, { host: 'api.acedata.cloud', headers: { range: 'bytes=4-7' } })
    expect([part.status, part.bytes.toString()]).toEqual([206, 'ftyp'])
    const whole = await ask(simulator, path)
    const overHttp = await fetch(simulator.url + path)
    expect(whole.bytes.equals(Buffer.from(await overHttp.arrayBuffer()))).toBe(true)
    expect((await ask(simulator, path, { method: 'HEAD' })).headers['content-length']).toBe(String(whole.bytes.length))
  })

  it('keeps to the public URL', async () => {
    await using simulator = await secured({ publicUrl: 'https://kling.test:8443' })
    expect((await created(simulator, { host: 'kling.test' })).video_url).toMatch(/^https:\/\/kling\.test:8443\//)
  })

  it('holds answers, and notices that the caller hangs up', async () => {
    await using simulator = await secured({ clock: 'frozen', pace: 10 })
    const held = created(simulator)
    await whenWaiting(simulator, 1, 'any')
    await simulator.clock.advance({ seconds: 10 })
    expect((await held).success).toBe(true)

    const body = JSON.stringify(CREATE.body)
    const socket = await handshaken(simulator)
    socket.write(
      `POST /kling/videos HTTP/1.1\r\nhost: x\r\nauthorization: Bearer any\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    await whenWaiting(simulator, 1, 'any')
    socket.destroy()
    await until('the hang-up is known', () => simulator.control.clock(namespaceOf('any')).waiting === 0)
  })

  it('streams the journal', async () => {
    await using simulator = await secured()
    const sent = request({
      ...{ host: '127.0.0.1', port: new URL(simulator.url).port, ca: simulator.tls.ca, servername: 'localhost' },
      path: '/_mockling/v1/journal/stream',
      headers: { host: 'localhost', accept: 'text/event-stream' },
    })
    sent.end()
    const [stream] = await once(sent, 'response')
    let told = ''
    stream.on('data', (piece: Buffer) => {
      told += piece
    })
    await created(simulator)
    await until('it is told', () => told.includes('/kling/videos'))
    sent.destroy()
  })

  it('breaks answers off, by a reset too', async () => {
    await using simulator = await secured()
    await simulator.outcomes.add('answer-reset', { next: 1 })
    await expect(created(simulator)).rejects.toMatchObject({ code: 'ECONNRESET' })
    await simulator.outcomes.add('answer-dropped', { next: 1 })
    await expect(created(simulator)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect((await created(simulator)).success).toBe(true)
  })

  it('lets the inspector command, whose page is of the same origin', async () => {
    await using simulator = await secured({ clock: 'frozen' })
    const { host } = new URL(simulator.tls.url)
    const given = (origin: string) =>
      ask(simulator, '/_mockling/v1/clock/advance', {
        method: 'POST',
        headers: { host: `localhost:${new URL(simulator.url).port}`, origin },
        body: { seconds: 1 },
      })
    expect((await given(`https://${host.replace('127.0.0.1', 'localhost')}`)).status).toBe(200)
    expect((await given('https://elsewhere.test')).status).toBe(403)
    expect((await ask(simulator, '/_mockling/', { host: 'api.acedata.cloud' })).status).toBe(403)
  })

  it('is spoken at both addresses of localhost', async () => {
    await using simulator = await secured({ host: 'localhost' })
    const { port } = new URL(simulator.url)
    for (const { address } of simulator.app.addresses() as AddressInfo[]) {
      const socket = dialTls({ host: address, port: Number(port), ca: simulator.tls.ca, servername: 'localhost' })
      await once(socket, 'secureConnect')
      socket.end('GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
      const [answer] = await once(socket, 'data')
      expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /)
    }
  })

  it('answers what is no HTTP in the envelope', async () => {
    await using simulator = await secured()
    const socket = await handshaken(simulator)
    socket.end('nonsense\r\n\r\n')
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 400 .*The request is no valid HTTP\./s)
  })

  it('lets a script have what clients must trust, without key and without TLS', async () => {
    await using simulator = await secured({ host: '0.0.0.0' })
    const answer = await fetch(`${simulator.url}/_mockling/ca.pem`)
    expect([answer.status, await answer.text()]).toEqual([200, simulator.tls.ca])
    expect(simulator.controlKey).toBeDefined()
    await using plain = await createSimulator()
    expect((await fetch(`${plain.url}/_mockling/ca.pem`)).status).toBe(404)
  })

  it('counts a connection once', async () => {
    await using simulator = await secured()
    const metric = async () => {
      const { payload } = await simulator.app.inject({ url: '/_mockling/metrics', headers: { host: 'localhost' } })
      return Number(/^mockling_connections (\d+)$/m.exec(payload)?.[1])
    }
    const sockets = await Promise.all(Array.from({ length: 5 }, () => handshaken(simulator)))
    await until('five are counted', async () => (await metric()) === 5)
    for (const socket of sockets) socket.destroy()
    await until('none is left', async () => (await metric()) === 0)
  })

  it('ends connections that say nothing, or begin a handshake and do not end it', async () => {
    await using simulator = await secured({ headTimeout: 0.1 })
    const port = Number(new URL(simulator.url).port)
    for (const beginning of ['', '\x16\x03\x01']) {
      const socket = dialPlain(port, '127.0.0.1').on('error', () => {})
      socket.resume()
      if (beginning !== '') socket.write(Buffer.from(beginning, 'latin1'))
      await once(socket, 'close')
    }
    await until('none is left', async () => (await connectionsOf(simulator)) === 0)
    expect((await ask(simulator, '/health')).status).toBe(200)
  })

  it('survives a handshake that is none', async () => {
    const onDefect = vi.fn()
    await using simulator = await secured({}, { onDefect })
    const socket = dialPlain(Number(new URL(simulator.url).port), '127.0.0.1').on('error', () => {})
    socket.resume()
    socket.write(Buffer.concat([Buffer.from([0x16]), Buffer.alloc(2000, 0xff)]))
    await once(socket, 'close')
    expect((await ask(simulator, '/health')).status).toBe(200)
    expect(onDefect).not.toHaveBeenCalled()
  })

  it('stops although a connection has said nothing yet, or is kept open', async () => {
    const simulator = await secured({ headTimeout: 60 })
    const silent = dialPlain(Number(new URL(simulator.url).port), '127.0.0.1').on('error', () => {})
    const kept = await handshaken(simulator)
    kept.on('error', () => {})
    await until('both are there', async () => (await connectionsOf(simulator)) === 2)
    const closed = Promise.all([silent, kept].map(socket => once(socket.resume(), 'close')))
    await simulator.close()
    await closed
  })

  const missing = without(['curl', '--version'])
  it.skipIf(missing)(`tells a person whose client does not trust it what to do${missing}`, async () => {
    const onWarning = vi.fn()
    await using simulator = await secured({}, { onWarning })
    // Node's own clients hang up without a word.
    await expect(promisify(execFile)('curl', ['-s', `${simulator.tls.url}/health`])).rejects.toMatchObject({ code: 60 })
    await until('it is said', () => onWarning.mock.calls.length > 0)
    expect(onWarning.mock.calls[0]?.[0]).toBe(
      `a client does not trust the certificate: have it trust what GET ${simulator.url}/_mockling/ca.pem answers`,
    )
  })
})

describe('a certificate that is made', () => {
  async function certificates(settings: ConfigInput = {}) {
    await using simulator = await secured(settings)
    const socket = await handshaken(simulator)
    const shown = { leaf: new X509Certificate(socket.getPeerCertificate().raw), protocol: socket.getProtocol() }
    socket.destroy()
    return { ...shown, ca: new X509Certificate(simulator.tls.ca) }
  }

  it('is good for this machine, for containers and for the hosts that clients have built in', async () => {
    const { leaf } = await certificates()
    const names = ['localhost', 'mockling', 'host.docker.internal', 'api.acedata.cloud', 'x402.acedata.cloud']
    expect(names.filter(name => leaf.checkHost(name) === undefined)).toEqual([])
    for (const address of ['127.0.0.1', '::1']) expect(leaf.checkIP(address)).toBe(address)
    for (const name of ['kling.test', 'acedata.cloud.test']) expect(leaf.checkHost(name)).toBeUndefined()
  })

  it('is good for names asked for, and those by which the settings say it is known', async () => {
    const { leaf } = await certificates({
      tlsHost: 'Kling.test,*.video.test,10.0.0.7',
      publicUrl: 'https://pub.test:1',
    })
    for (const name of ['kling.test', 'a.video.test', 'pub.test', 'localhost'])
      expect(leaf.checkHost(name)).toBeTruthy()
    expect(leaf.checkIP('10.0.0.7')).toBe('10.0.0.7')
  })

  it('is signed by an authority of its own, for two years, and is no authority itself', async () => {
    const [first, second] = [await certificates(), await certificates()]
    expect(first.leaf.checkIssued(first.ca) && first.leaf.verify(first.ca.publicKey)).toBe(true)
    expect([first.leaf.ca, first.ca.ca]).toEqual([false, true])
    expect(first.leaf.verify(second.ca.publicKey)).toBe(false)
    expect(first.ca.subject).not.toBe(second.ca.subject)
    const days = (Date.parse(first.leaf.validTo) - Date.parse(first.leaf.validFrom)) / 86_400_000
    expect(days).toBe(825)
    expect(Date.parse(first.leaf.validFrom)).toBeLessThan(Date.now())
    expect(first.protocol).toBe('TLSv1.3')
  })
})
