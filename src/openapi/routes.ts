import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { OpenAPIObject } from 'openapi3-ts/oas31'
import { isRevision, REVISIONS, type Revision } from '../contract/revisions.ts'

export interface OpenApiRoutesOptions {
  /** The revision that is shown unless the query names one. */
  readonly revision: Revision
  /** Scheme and host under which the caller sees us. */
  readonly originOf: (request: FastifyRequest) => string
}

type Asking = FastifyRequest<{ Querystring: { revision?: unknown } }>

/**
 * `GET /openapi.json`, `GET /openapi.yaml` and the page `GET /docs`, each with `?revision=` for another revision than the
 * server's.
 *
 * The code that makes them is loaded by the first request, so that a start pays nothing for it.
 */
export function openApiRoutes(app: FastifyInstance, options: OpenApiRoutesOptions): void {
  const { revision, originOf } = options
  const serve = (type: string, print: (document: OpenAPIObject) => string | Promise<string>) => {
    return async (request: Asking, reply: FastifyReply) => {
      const wanted = request.query.revision ?? revision
      if (!isRevision(wanted)) return refuseRevision(reply, wanted)
      const { openApiDocument } = await import('./document.ts')
      const text = await print(openApiDocument(wanted, originOf(request)))
      // Tools that show a document run on pages of other origins.
      return reply.header('content-type', type).header('access-control-allow-origin', '*').send(text)
    }
  }
  app.get(
    '/openapi.json',
    serve('application/json; charset=utf-8', document => `${JSON.stringify(document, null, 2)}\n`),
  )
  app.get(
    '/openapi.yaml',
    serve('application/yaml; charset=utf-8', async document => (await import('./yaml.ts')).openApiYaml(document)),
  )
  docsRoutes(app, options)
}

/** The page at `/docs` and its two scripts. */
function docsRoutes(app: FastifyInstance, { revision }: OpenApiRoutesOptions): void {
  const show = async (request: Asking, reply: FastifyReply) => {
    const wanted = request.query.revision ?? revision
    if (!isRevision(wanted)) return refuseRevision(reply, wanted)
    const { PAGE_POLICY, pageFor } = await import('./docs-page.ts')
    return reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', PAGE_POLICY)
      .send(pageFor(wanted))
  }
  app.get('/docs', show)
  app.get('/docs/', show)
  app.get('/docs/start.js', async (request: Asking, reply) => {
    const wanted = request.query.revision
    if (!isRevision(wanted)) return refuseRevision(reply, wanted)
    const { startScript } = await import('./docs-page.ts')
    return reply.header('content-type', SCRIPT).send(startScript(wanted))
  })
  app.get('/docs/scalar.js', async (request, reply) => {
    const { scalarScript } = await import('./docs-page.ts')
    const { body, encoding } = await scalarScript(BROTLI.test(request.headers['accept-encoding'] ?? ''))
    if (encoding !== undefined) reply.header('content-encoding', encoding)
    return reply.header('content-type', SCRIPT).header('vary', 'accept-encoding').send(body)
  })
}

/** Whether `accept-encoding` names it, and not to refuse it. */
const BROTLI = /(?:^|,)\s*br\s*(?:$|,|;\s*q=(?:1|0\.0*[1-9]))/i
const SCRIPT = 'text/javascript; charset=utf-8'

function refuseRevision(reply: FastifyReply, wanted: unknown): FastifyReply {
  const detail = `there is no revision ${JSON.stringify(wanted)}; known are ${REVISIONS.join(', ')}`
  return reply
    .code(400)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: 'Unknown revision', status: 400, detail, revisions: REVISIONS }))
}
