import { LRUCache } from 'lru-cache'
import { parsedUrl } from '../contract/url.ts'

/** An address, taken apart. */
export interface Target {
  readonly url: URL
  readonly origin: string
  readonly path: string
  /** Whose turn it has to be: of one receiver, of one origin, of all. */
  readonly names: readonly string[]
}

/** Addresses that are not parsed anew: most callbacks go where others went. */
const MOST_KNOWN = 1000
const known = new LRUCache<string, Target>({ max: MOST_KNOWN })

/** `undefined` if it is no http or https URL. */
export function targetOf(address: string): Target | undefined {
  const before = known.get(address)
  if (before) return before
  const url = parsedUrl(address)
  if (!url || !/^https?:$/.test(url.protocol)) return undefined
  const { origin, pathname, search } = url
  const target = { url, origin, path: pathname + search, names: [origin + pathname, origin, ''] }
  known.set(address, target)
  return target
}

/** So many receivers of one origin may be slow before they delay another. */
const PATHS_PER_ORIGIN = 8

/** Posts at a time in all: each is an open file, of which there may be few. */
const MOST_POSTS = 2048

/** Default of posts to one receiver, which is an origin and path, at a time. */
export const POSTS_PER_RECEIVER = 32

/** How many may be under way at a time, of each of a target's names. */
export function limitsFor(postsPerReceiver: number): readonly number[] {
  return [postsPerReceiver, postsPerReceiver * PATHS_PER_ORIGIN, MOST_POSTS]
}
