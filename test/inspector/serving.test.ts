import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { pageFolder } from '../../src/control/page.ts'
import { showPage } from '../../src/control/page-routes.ts'
import { createSimulator } from '../../src/simulator.ts'
import { send } from '../support/sockets.ts'

const HTML = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
const DIST = join(import.meta.dirname, '../../dist')

/** The names of the page's files, as its HTML has them. */
function assetsIn(html: string): string[] {
  return [...html.matchAll(/"\.\/(assets\/[^"]+)"/g)].map(([, path = '']) => path)
}

describe('the inspector’s page', () => {
  it('is what a browser is shown, and what a browser alone is shown', async () => {
    await using simulator = await createSimulator()
    const page = await send(simulator.url, { path: '/_mockling/', headers: HTML })
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(page.headers['vary']).toBe('accept')
    expect(page.text).toContain('<title>mockling inspector</title>')
    const other = await send(simulator.url, { path: '/_mockling/', headers: { accept: '*/*' } })
    expect(JSON.parse(other.text)).toMatchObject({ name: 'mockling', links: expect.any(Array) })
  })

  it('is at an address that its files can be named from', async () => {
    await using simulator = await createSimulator()
    const moved = await send(simulator.url, { path: '/_mockling', headers: HTML })
    expect([moved.status, moved.headers['location']]).toEqual([308, '/_mockling/'])
  })

  it('has a policy that lets in nothing but its own files, no inline script or style among them', async () => {
    await using simulator = await createSimulator()
    const { headers, text } = await send(simulator.url, { path: '/_mockling/', headers: HTML })
    const policy = headers['content-security-policy'] ?? ''
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(text).not.toMatch(/<style|style=|<script(?![^>]*\bsrc=)|https?:/)
  })

  it('is asked for anew each time, its files once for all', async () => {
    await using simulator = await createSimulator()
    const page = await send(simulator.url, { path: '/_mockling/', headers: HTML })
    expect(page.headers['cache-control']).toBe('no-cache')
    const again = { path: '/_mockling/', headers: { ...HTML, 'if-none-match': page.headers['etag'] ?? '' } }
    expect((await send(simulator.url, again)).status).toBe(304)
    const assets = assetsIn(page.text)
    expect(assets.map(path => path.split('.').at(-1)).toSorted()).toEqual(['css', 'js', 'svg'])
    for (const path of assets) {
      const asset = await send(simulator.url, { path: `/_mockling/${path}` })
      expect([asset.status, asset.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable'])
      const known = { path: `/_mockling/${path}`, headers: { 'if-none-match': `W/${asset.headers['etag']}` } }
      expect((await send(simulator.url, known)).status).toBe(304)
    }
  })

  it.each(['nothing.js', '..%2findex.html', '%2e%2e', 'a/b.js'])('has no file %s', async name => {
    await using simulator = await createSimulator()
    const { status, headers } = await send(simulator.url, { path: `/_mockling/assets/${name}` })
    expect([400, 404]).toContain(status)
    expect(headers['content-type']).toContain('application/problem+json')
  })

  it('says how to build it where it is not built', async () => {
    const app = fastify()
    app.get('/_mockling/', (request, reply) => showPage(request, reply, join(DIST, 'nowhere')))
    const { statusCode, body } = await app.inject({ url: '/_mockling/', headers: HTML })
    expect(statusCode).toBe(200)
    expect(body).toContain('The inspector is not built')
    expect(body).toContain('npm run build')
  })

  it('needs no key, though every command does', async () => {
    await using simulator = await createSimulator({ controlKey: 'open sesame' })
    const page = await send(simulator.url, { path: '/_mockling/', headers: HTML })
    expect(page.status).toBe(200)
    for (const path of assetsIn(page.text)) {
      expect((await send(simulator.url, { path: `/_mockling/${path}` })).status).toBe(200)
    }
    for (const path of ['v1/tasks', 'v1/reports', 'v1/journal/stream', '']) {
      expect((await send(simulator.url, { path: `/_mockling/${path}` })).status, path).toBe(401)
    }
  })

  it.each([
    ['a page of another origin', { origin: 'https://evil.test' }],
    ['a page whose name was bent here', { host: 'evil.test' }],
  ])('is not for %s', async (_who, headers) => {
    await using simulator = await createSimulator()
    for (const path of ['', 'assets/index.js', 'v1/tasks']) {
      const answer = await send(simulator.url, { path: `/_mockling/${path}`, headers: { ...HTML, ...headers } })
      expect(answer.status, path).toBe(403)
    }
  })

  it('is pointed out to a browser that asks the API for nothing in particular', async () => {
    await using simulator = await createSimulator()
    const { status, headers, text } = await send(simulator.url, { path: '/', headers: HTML })
    expect(status).toBe(404)
    expect(JSON.parse(text).error.code).toBe('no_api')
    expect(headers['link']).toBe('</_mockling/>; rel="help"; type="text/html"; title="Inspector"')
    expect((await send(simulator.url, { path: '/' })).headers['link']).toBeUndefined()
  })
})

describe('the built page', () => {
  it('is smaller than 120 kB, gzipped, with all its files', () => {
    const folder = pageFolder() ?? ''
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
    const bytes = files.map(({ parentPath, name }) => gzipSync(readFileSync(join(parentPath, name))).length)
    expect(files.length).toBeGreaterThan(3)
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(120_000)
  })

  it('is no part of what the command loads when it starts', () => {
    for (const file of ['cli.cjs', 'quick.cjs']) {
      const text = readFileSync(join(DIST, file), 'utf8')
      expect(text, file).not.toMatch(/preact|Money and manners/)
    }
  })
})
