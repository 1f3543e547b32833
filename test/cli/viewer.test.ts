import { get } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { brotliDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Served, serve } from './command.ts'

let server: Served
beforeAll(async () => {
  server = await serve()
})
afterAll(() => server[Symbol.asyncDispose]())

async function viewer(accepted: string | undefined) {
  const headers = accepted === undefined ? {} : { 'accept-encoding': accepted }
  return new Promise<{ encoding: string | undefined; vary: string | undefined; body: Buffer }>((resolve, reject) => {
    get(`${server.facts.url}/docs/scalar.js`, { headers, agent: false }, async reply => {
      const { 'content-encoding': encoding, vary } = reply.headers
      resolve({ encoding, vary, body: await buffer(reply) })
    }).on('error', reject)
  })
}

describe('the viewer of /docs, as the package has it', () => {
  it.each(['br', 'gzip, deflate, br, zstd', 'br;q=0.5', 'BR; q=1'])(
    'goes out compressed to who says %s',
    async accepted => {
      const { encoding, vary, body } = await viewer(accepted)
      expect({ encoding, vary }).toEqual({ encoding: 'br', vary: 'accept-encoding' })
      expect(body.length).toBeLessThan(1_000_000)
      expect(brotliDecompressSync(body).toString()).toContain('@scalar/api-reference')
    },
  )

  it.each([undefined, 'gzip', 'br;q=0', 'brotli'])('goes out plain to who says %s', async accepted => {
    const { encoding, body } = await viewer(accepted)
    expect(encoding).toBeUndefined()
    expect(body.toString()).toContain('@scalar/api-reference')
  })
})
