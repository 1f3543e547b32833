import { request } from 'undici'
import { readWithin } from './reading.ts'
import { reasonOf } from './target.ts'

/** Bytes of a file that are read. */
const MOST_BYTES = 500_000_000

/** A file, or what came in its place. */
export interface Download {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
}

/** Nothing came from the address of a file. */
export class NoDownload extends Error {}

/**
 * Gets a file without the token: a CDN asks for none.
 * @throws NoDownload
 */
export async function downloaded(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Download> {
  try {
    const answer = await request(url, { headers })
    return {
      status: answer.statusCode,
      headers: answer.headers as Readonly<Record<string, string>>,
      bytes: await readWithin(MOST_BYTES, answer.body),
    }
  } catch (cause) {
    throw new NoDownload(`${url}: ${reasonOf(cause)}`, { cause })
  }
}
