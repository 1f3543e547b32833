import { buffer } from 'node:stream/consumers'
import { request } from 'undici'

/** A file, or what came in its place. */
export interface Download {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
}

/** Gets a file without the token: a CDN asks for none. */
export async function downloaded(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Download> {
  const answer = await request(url, { headers })
  return {
    status: answer.statusCode,
    headers: answer.headers as Readonly<Record<string, string>>,
    bytes: await buffer(answer.body),
  }
}
