import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { REVISIONS } from '../../src/contract/revisions.ts'
import { openApiDocument } from '../../src/openapi/document.ts'
import { openApiRoutes } from '../../src/openapi/routes.ts'

describe('GET /openapi.*', () => {
  let app: FastifyInstance
  const get = (url: string) => app.inject({ url, headers: { host: 'mockling.test:4180' } })

  beforeEach(() => {
    app = fastify()
    openApiRoutes(app, { revision: '2026-03', originOf: request => `http://${request.headers.host}` })
  })
  afterEach(() => app.close())

  it('shows the server’s revision as JSON, the caller’s own origin as the first server', async () => {
    const reply = await get('/openapi.json')
    expect(reply.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(reply.json()).toEqual(openApiDocument('2026-03', 'http://mockling.test:4180'))
  })

  it('shows the same as YAML', async () => {
    const reply = await get('/openapi.yaml')
    expect(reply.headers['content-type']).toBe('application/yaml; charset=utf-8')
    expect(parse(reply.body)).toEqual(openApiDocument('2026-03', 'http://mockling.test:4180'))
  })

  it.each(REVISIONS)('shows revision %s when asked to', async revision => {
    expect((await get(`/openapi.json?revision=${revision}`)).json().info.version).toBe(revision)
    expect(parse((await get(`/openapi.yaml?revision=${revision}`)).body).info.version).toBe(revision)
  })

  it.each(['json', 'yaml'])('refuses an unknown revision and names those there are: %s', async form => {
    for (const query of ['revision=2019-01', 'revision=', 'revision=2026-03&revision=2026-05', 'revision=toString']) {
      const reply = await get(`/openapi.${form}?${query}`)
      expect(reply.statusCode).toBe(400)
      expect(reply.headers['content-type']).toMatch(/^application\/problem\+json/)
      expect(reply.json()).toMatchObject({ status: 400, revisions: REVISIONS })
      for (const revision of REVISIONS) expect(reply.json().detail).toContain(revision)
    }
  })

  it('may be read from a page of another origin', async () => {
    expect((await get('/openapi.json')).headers['access-control-allow-origin']).toBe('*')
  })
})

describe('GET /docs', () => {
  let app: FastifyInstance
  beforeEach(() => {
    app = fastify()
    openApiRoutes(app, { revision: '2026-03', originOf: () => 'http://mockling.test' })
  })
  afterEach(() => app.close())

  it.each([
    ['/docs', '2026-03'],
    ['/docs/', '2026-03'],
    ['/docs?revision=2026-05', '2026-05'],
  ])('is a page that shows a revision first: %s', async (url, revision) => {
    const reply = await app.inject(url)
    expect(reply.headers['content-type']).toBe('text/html; charset=utf-8')
    const [, source = ''] = /src="(\/docs\/start.js[^"]*)"/.exec(reply.body) ?? []
    const script = await app.inject(source)
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8')
    const { sources } = JSON.parse(/\{.*\}/s.exec(script.body)?.[0] ?? '') as { sources: Record<string, unknown>[] }
    expect(sources.map(({ url }) => url)).toEqual(REVISIONS.map(known => `/openapi.json?revision=${known}`))
    expect(sources.filter(source => source['default']).map(({ slug }) => slug)).toEqual([revision])
  })

  it('allows nothing that is not ours', async () => {
    const { headers } = await app.inject('/docs')
    expect(headers['content-security-policy']).toContain("default-src 'self'; script-src 'self';")
    expect(headers['content-security-policy']).not.toMatch(/http|\*|unsafe-eval/)
  })

  it.each(['/docs?revision=2019-01', '/docs/start.js?revision=2019-01', '/docs/start.js'])(
    'refuses an unknown revision and names those there are: %s',
    async url => {
      const reply = await app.inject(url)
      expect(reply.statusCode).toBe(400)
      expect(reply.json()).toMatchObject({ revisions: REVISIONS })
    },
  )

  it('brings its viewer along', async () => {
    const reply = await app.inject('/docs/scalar.js')
    expect(reply.headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(reply.body).toContain('@scalar/api-reference')
  })
})
