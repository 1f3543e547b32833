import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { OpenAPIObject } from 'openapi3-ts/oas31'
import { isRevision, REVISIONS, type Revision } from '../contract/revisions.ts'

export interface OpenApiRoutesOptions {
  /** The revision that is shown unless the query names one. */
  readonly revision: Revision
  /** Scheme and host under which the caller sees us. */
  readonly originOf: (request: FastifyRequest) => string
}

/**
 * `GET /openapi.json` and `GET /openapi.yaml`, with `?revision=` for another revision than the server's.
 *
 * The code that makes documents is loaded by the first request, so that a start pays nothing for it.
 */
export function openApiRoutes(app: FastifyInstance, { revision, originOf }: OpenApiRoutesOptions): void {
  const serve = (type: string, print: (document: OpenAPIObject) => string | Promise<string>) => {
    return async (request: FastifyRequest<{ Querystring: { revision?: unknown } }>, reply: FastifyReply) => {
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
    serve('application/yaml; charset=utf-8', async document => (await import('./files.ts')).openApiYaml(document)),
  )
}

function refuseRevision(reply: FastifyReply, wanted: unknown): FastifyReply {
  const detail = `there is no revision ${JSON.stringify(wanted)}; known are ${REVISIONS.join(', ')}`
  return reply
    .code(400)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: 'Unknown revision', status: 400, detail, revisions: REVISIONS }))
}
