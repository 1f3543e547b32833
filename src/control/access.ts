import { timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { parsedUrl } from '../contract/url.ts'
import { sha256 } from '../simulation/random.ts'

/** Who may command. */
export interface AccessOptions {
  /** Asked for in `x-mockling-key`; `undefined`: no key is needed, as on loopback. */
  readonly key: string | undefined
  /** Host names, beside the loopback's, under which the door may be called without a key. */
  readonly hosts: readonly string[]
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i

/** Why this request may not command, or if no key is asked for may not even look; `undefined` if it may. */
export function objectionTo(
  request: FastifyRequest,
  { key, hosts }: AccessOptions,
  isKeyless = false,
): { status: 401 | 403; detail: string } | undefined {
  const { origin, host = '' } = request.headers
  const { name } = partsOf(host)
  if (origin !== undefined && !isSameOrigin(origin, host)) {
    return { status: 403, detail: `pages of another origin (${shown(origin)}) may not command mockling` }
  }
  if (key === undefined) {
    // A page may have its own name resolve to this machine; then Origin and Host agree and only the name tells.
    if (LOOPBACK.test(name) || hosts.includes(name)) return undefined
    return { status: 403, detail: `without a key the control door answers loopback names only, not '${shown(name)}'` }
  }
  if (isKeyless) return undefined
  const given = keyIn(request)
  if (typeof given === 'string' && timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(key))))
    return undefined
  return {
    status: 401,
    detail:
      'the control door needs its key in the header x-mockling-key: the one of --control-key, or the one printed at start',
  }
}

function keyIn({ headers, routeOptions }: FastifyRequest): string | string[] | undefined {
  const [, bearer] = (routeOptions.config.takesBearer && /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')) || []
  return headers['x-mockling-key'] ?? bearer
}

function partsOf(host: string): { name: string } {
  return { name: host.replace(/:\d+$/, '').toLowerCase() }
}

function isSameOrigin(origin: string, host: string): boolean {
  return parsedUrl(origin)?.host === host.toLowerCase()
}

function shown(text: string): string {
  return text.slice(0, 100)
}
