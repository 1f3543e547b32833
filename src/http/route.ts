import type { FastifyInstance } from 'fastify'
import type { ApiReply, ApiRequest } from './api.ts'
import type { Door } from './door.ts'

/** One path of the API. */
export interface Route {
  readonly path: string
  /** Larger bodies are refused with 413. */
  readonly bodyBytes: number
  /** Whether the body is worth the reading; if it isn't, that has been answered. */
  admit(request: ApiRequest, reply: ApiReply): boolean | Promise<boolean>
  /** Answers, at once or later. What it throws or rejects with is answered as such. */
  handle(request: ApiRequest, reply: ApiReply): void | Promise<void>
}

/** Has Fastify take the way to it. */
export function mount(app: FastifyInstance, door: Pick<Door, 'onDefect'>, route: Route): void {
  const { path, bodyBytes, admit, handle } = route
  app.post(
    path,
    {
      bodyLimit: bodyBytes,
      onRequest: (request, reply, done) => {
        const admitted = admit(request, reply)
        if (admitted === true) done()
        else if (admitted !== false) admitted.then(isIt => isIt && done(), done)
      },
    },
    (request, reply) => {
      const later = handle(request, reply)
      // Not returned: Fastify would wait for the answer to be out.
      later?.catch((error: unknown) => {
        if (reply.sent) door.onDefect(error, request)
        else reply.send(error)
      })
    },
  )
}
