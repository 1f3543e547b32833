import type { FastifyInstance } from 'fastify'

/** Pages of any origin may read answers. A wildcard does not cover `authorization`. */
export const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': '*, authorization',
} as const

/** Lets pages of other origins send these methods, with any header: answers the question a browser asks before. */
export function answerPreflights(app: FastifyInstance, url: string, methods: string): void {
  app.options(url, (_request, reply) =>
    reply
      .code(204)
      .headers({
        ...CORS,
        'access-control-allow-methods': methods,
        'access-control-allow-headers': '*, authorization',
        'access-control-max-age': '86400',
      })
      .send(),
  )
}
