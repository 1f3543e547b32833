import { createHash } from 'node:crypto'
import type { Send } from '../control/faces.ts'
import { type Handle, handleOf } from '../control/handle.ts'
import type { Count, Match } from '../control/journal-faces.ts'
import { type Door, doorAt } from './client.ts'
import { clientEnvironment } from './environment.ts'
import { complaintOf, type Tolerance, VerificationError } from './verify.ts'

/** What health says of a server. */
export interface Health {
  readonly status: 'ok'
  readonly name: string
  readonly version: string
  readonly revision: string
  readonly seed: number
}

/**
 * A running server, seen through its control door: the commands of a simulator in this process, and checks for tests.
 * Narrowed by `as`, every command is about that token alone, unless it names another.
 */
export interface Mockling extends Handle {
  /** Base URL for the client under test. No slash at the end. */
  readonly url: string
  /** Key of the control door; `undefined` if it needs none. */
  readonly controlKey: string | undefined
  /** The bearer token this is about; `undefined`: the whole server. */
  readonly token: string | undefined
  /** Variables that point clients here: base URL and token, under every name that is known to be read. */
  readonly env: Readonly<Record<string, string>>
  /**
   * The same server for one bearer token, which has its own tasks, clock, money, rules, journal and ids. Inboxes of the
   * same name are its own, too.
   */
  as(token: string): Mockling
  health(): Promise<Health>
  /** Says what must have happened by the time of `verify`. Without a count: at least once. */
  expect(match: Match, count?: Count): void
  /** Lets `verify` pass over requests that the API does not understand, or over duplicates. */
  tolerate(...what: readonly Tolerance[]): void
  /**
   * Checks what was expected, that no request was one the API does not understand, and that nothing was paid for twice.
   * @throws VerificationError whose text needs no second run.
   */
  verify(): Promise<void>
}

/** Where to connect to: a simulator of this process will do. */
export type Target = string | { readonly url: string; readonly controlKey: string | undefined }

/**
 * A server that runs already: in this process, in another or in a container.
 *
 * @param target its URL, or a simulator; default: `MOCKLING_URL`, as `mockling exec` sets it
 * @param key of the control door, if it is bound wider than loopback; default: `MOCKLING_CONTROL_KEY`
 * @throws Unreachable if there is no URL, or it is none
 *
 * @example
 * const mockling = connect('http://127.0.0.1:4180').as('worker-7')
 * await mockling.outcomes.add('answer-dropped', { next: 1 })
 */
export function connect(target: Target = process.env['MOCKLING_URL'] ?? '', key?: string): Mockling {
  const named = typeof target === 'string' ? { url: target, controlKey: process.env['MOCKLING_CONTROL_KEY'] } : target
  return seen(doorAt(named.url, (key ?? named.controlKey) || undefined), undefined)
}

function seen(door: Door, token: string | undefined): Mockling {
  const { url, key } = door
  const send = token === undefined ? door.send : scoped(door.send, token)
  const handle = handleOf(send, url)
  const expected: { match: Match; count: Count }[] = []
  const tolerated = new Set<Tolerance>()
  return {
    ...handle,
    ...(token !== undefined && { inbox: ownInboxes(handle.inbox, token) }),
    ...{ url, token, controlKey: key },
    env: clientEnvironment({ url, token: token ?? 'mockling', key }),
    as: other => seen(door, other),
    health: () => door.send('GET', '/health') as Promise<Health>,
    expect: (match, count = {}) => void expected.push({ match, count }),
    tolerate: (...what) => {
      for (const each of what) tolerated.add(each)
    },
    async reset(which) {
      expected.length = 0
      await handle.reset(which)
    },
    async verify() {
      const verdicts = await Promise.all(expected.map(({ match, count }) => handle.requests.verify(match, count)))
      const { pairs } = await handle.duplicates()
      const complaint = complaintOf({
        ...{ url, token, verdicts, tolerated, duplicates: pairs },
        entries: await handle.requests.list({ limit: 10_000 }),
      })
      if (complaint !== undefined) throw new VerificationError(complaint)
    },
  }
}

/** Commands that may be about one token. The others name a task, or something of the server's. */
const SCOPED =
  /^\/v1\/(?:clock(?:\/(?:advance|next-event))?|tasks|(?:rules|faults|timelines)(?:\/[^?]+)?|journal(?:\/[\w-]+)?|ledger|duplicates|manners|report|account|token-settings|reset)(?=\?|$)/

/** Names the token in each command that may be about one and names none. */
function scoped(send: Send, token: string): Send {
  return (method, path, body) => {
    const isScoped = SCOPED.test(path) || (method === 'GET' && /^\/v1\/callbacks(?=\?|$)/.test(path))
    if (!isScoped) return send(method, path, body)
    if (body !== undefined || (method !== 'GET' && method !== 'DELETE')) return send(method, path, { token, ...body })
    if (/[?&]token=/.test(path)) return send(method, path)
    return send(method, `${path}${path.includes('?') ? '&' : '?'}token=${encodeURIComponent(token)}`)
  }
}

/** Inboxes named by the token's hash: two tokens never share one, and no token is part of a URL. */
function ownInboxes(inbox: Handle['inbox'], token: string): Handle['inbox'] {
  const whose = createHash('sha256').update(token).digest('hex').slice(0, 16)
  const own = (name: string) => `${whose}.${name}`.replace(/[^\w.-]/g, '_').slice(0, 100)
  return {
    url: name => inbox.url(own(name)),
    list: (name, which) => inbox.list(own(name), which),
    answer: (name, how) => inbox.answer(own(name), how),
    clear: name => inbox.clear(own(name)),
    names: async () => {
      const names = await inbox.names()
      return names.filter(name => name.startsWith(`${whose}.`)).map(name => name.slice(whose.length + 1))
    },
  }
}
