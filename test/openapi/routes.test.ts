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
