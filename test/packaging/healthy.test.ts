import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePort } from '../support/redis.ts'
import { without } from '../support/tools.ts'

const SCRIPT = resolve(import.meta.dirname, '../../scripts/healthy.mjs')

/** How the check ends where a server listens. */
async function checked(server: Server): Promise<number | null> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    return await checkedAt(port)
  } finally {
    server.close()
  }
}

async function checkedAt(port: number): Promise<number | null> {
  const child = spawn(process.execPath, [SCRIPT], { env: { ...process.env, MOCKLING_PORT: String(port) } })
  const [code] = await once(child, 'exit')
  return code
}

const answer =
  (status: number): RequestListener =>
  (request, reply) => {
    reply.writeHead(request.url === '/health' ? status : 404, { connection: 'close' }).end()
  }

/** A key and a certificate nobody has signed. */
function selfSigned() {
  const place = mkdtempSync(join(tmpdir(), 'mockling-healthy-'))
  const [key, cert] = [join(place, 'key.pem'), join(place, 'cert.pem')]
  const request = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=localhost',
    '-keyout',
    key,
    '-out',
    cert,
  ]
  execFileSync('openssl', request, { stdio: 'ignore' })
  return { key: readFileSync(key), cert: readFileSync(cert) }
}

describe('the health check of the image', () => {
  it('passes where health is answered', async () => {
    expect(await checked(createServer(answer(200)))).toBe(0)
  })

  it.each([404, 500, 503])('fails where it is answered with %i', async status => {
    expect(await checked(createServer(answer(status)))).toBe(1)
  })

  it('fails where nobody listens', async () => {
    expect(await checkedAt(await freePort())).toBe(1)
  })

  it('fails where nobody answers', async () => {
    const server = createServer(() => {})
    const code = checked(server)
    expect(await code).toBe(1)
    server.closeAllConnections()
  })

  const alone = without(['unshare', '--pid', '--fork', '--mount-proc', 'true'], ['bash', '--version'])
  it.skipIf(alone !== '').each([
    ['mockling is process 1', '/usr/bin/node', []],
    ['an init is, as with docker run --init', '/sbin/docker-init', ['--']],
  ])(`asks at the port of the flags where %s${alone}`, async (_, name, before) => {
    const server = createServer(answer(200)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const mockling = join(mkdtempSync(join(tmpdir(), 'mockling-healthy-')), 'mockling')
    writeFileSync(mockling, `"${process.execPath}" "${SCRIPT}"\nexit $?\n`)
    const first = ['bash', '-c', `exec -a ${name} bash "$@"`, 'bash', ...before, mockling, '--port', String(port)]
    const { MOCKLING_PORT: _port, ...env } = process.env
    const child = spawn('unshare', ['--pid', '--fork', '--mount-proc', ...first], { env })
    const [code] = await once(child, 'exit')
    server.close()
    expect(code).toBe(0)
  })

  const missing = without(['openssl', 'version'])
  it.skipIf(missing !== '')(`passes over TLS, whoever signed the certificate${missing}`, async () => {
    expect(await checked(createSecureServer(selfSigned(), answer(200)))).toBe(0)
  })
})
