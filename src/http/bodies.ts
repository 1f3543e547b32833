import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Load } from './load.ts'

/** Smaller bodies are not counted: as many as there may be connections take little memory. */
export const SMALL = 16_384

/**
 * Bounds what bodies take together while they arrive. Counted is what is there, not what is announced: those who send
 * nothing take nothing from the others.
 */
export function boundBodies(app: FastifyInstance, load: Load): void {
  app.addHook('preParsing', (request, reply, payload, done) => {
    if (isSmall(request)) return done(null, payload)
    let taken = 0
    const onData = (chunk: Buffer) => {
      taken += chunk.length
      load.bodyBytes += chunk.length
      if (load.bodyBytes <= load.caps.bodyBytes) return
      letGo()
      // Whoever reads it lets go of what he has and answers with the error.
      payload.emit('error', load.overload('bodies'))
    }
    const letGo = () => {
      payload.off('data', onData)
      load.bodyBytes -= taken
      taken = 0
    }
    payload.on('data', onData)
    // The request is not closed if it is answered before it has arrived; then nothing is kept of what still comes.
    payload.once('end', letGo)
    reply.raw.once('close', letGo)
    done(null, payload)
  })
}

function isSmall({ headers }: FastifyRequest): boolean {
  const length = headers['content-length']
  if (length === undefined) return headers['transfer-encoding'] === undefined
  return Number(length) <= SMALL
}
