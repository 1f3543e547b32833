import type { FastifyReply } from 'fastify'

/** A reply that notes what it is told. */
export class FakeReply {
  status: number | undefined
  readonly told: Record<string, unknown> = {}
  body: string | undefined

  get real(): FastifyReply {
    return this as unknown as FastifyReply
  }

  code(status: number): this {
    this.status = status
    return this
  }

  header(name: string, value: unknown): this {
    this.told[name] = value
    return this
  }

  headers(all: object): this {
    Object.assign(this.told, all)
    return this
  }

  send(body: string): this {
    this.body = body
    return this
  }
}
