import { createHmac } from 'node:crypto'
import { uuidOf } from '../simulation/random.ts'
import type { Post, PostContext } from './kind.ts'

/** The secret of callbacks that name none: known to everybody, so good for tests alone. */
export const TEST_SECRET = 'whsec_bW9ja2xpbmctdGVzdC1zZWNyZXQtMjQtYnl0ZXM='

/**
 * The post with the three headers of Standard Webhooks: id, timestamp in virtual seconds, HMAC-SHA256 (`v1`). The same
 * message has the same id however often it comes; one that contradicts it is another message.
 */
export function signed(post: Post, secret: string = TEST_SECRET, { task, index, now }: PostContext): Post {
  const text = post.text ?? JSON.stringify(post.body)
  const message = task.deliveries[index]?.isContradiction ? 'contradiction' : 'result'
  const id = `msg_${uuidOf('webhook', task.id, message)}`
  return { ...post, text, headers: { ...post.headers, ...signatureHeaders(secret, id, now, text) } }
}

/** The three headers for `text`; `at` in Unix milliseconds. */
export function signatureHeaders(secret: string, id: string, at: number, text: string): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000))
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}

/** The same headers as somebody would send them who does not know the secret. */
export function forged(headers: Readonly<Record<string, string>>): Record<string, string> {
  const right = headers['webhook-signature'] ?? ''
  // The last character may carry padding bits that decoders ignore; the first one counts always.
  const wrong = right.replace(/^v1,(.)/, (_, first) => `v1,${first === 'A' ? 'B' : 'A'}`)
  return { ...headers, 'webhook-signature': wrong }
}
