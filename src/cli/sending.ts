import { addressPolicy } from '../callbacks/address-policy.ts'
import { type Attempt, createPoster, type Poster } from '../callbacks/post.ts'
import { VERSION } from '../version.ts'

/**
 * Posts for a command. Goes wherever a person may want it to, this machine included; link-local addresses and cloud
 * metadata stay out of reach.
 */
export function posterFor(timeoutMs?: number): Poster {
  const policy = addressPolicy({ private: 'allow', loopback: 'allow', allow: [], deny: [] })
  return createPoster({ policy, userAgent: `mockling/${VERSION}`, ...(timeoutMs !== undefined && { timeoutMs }) })
}

/** Whether anybody was there at all. */
export function wasReached({ outcome }: Attempt): boolean {
  return outcome === 'delivered' || outcome === 'bad-status' || outcome === 'timeout' || outcome === 'bad-answer'
}
