import { expect } from 'vitest'
import { connect, type Mockling } from '../../../src/testing/connect.ts'
import { type Served, serve } from '../../cli/command.ts'

/** The built command, running, as one bearer token sees it. */
export interface Fake {
  readonly url: string
  readonly token: string
  readonly revision: string
  readonly mockling: Mockling
}

const running = new Map<string, Promise<Served>>()
let tokens = 0

/** A token of its own on the server that was started with these flags. */
export async function fake(...flags: readonly string[]): Promise<Fake> {
  const key = flags.join(' ')
  if (!running.has(key)) running.set(key, serve(flags))
  const { facts } = await (running.get(key) as Promise<Served>)
  const token = `client-${++tokens}`
  return { url: facts.url, token, revision: facts.revision, mockling: connect(facts.url).as(token) }
}

/** Ends all servers. */
export async function closeFakes(): Promise<void> {
  for (const one of running.values()) await (await one)[Symbol.asyncDispose]()
  running.clear()
}

/** Something that a client offers to have made, and since which revision the API has been offering it. */
export interface Offer {
  readonly path?: string
  /** The oldest revision that takes it; without it, every one. */
  readonly since?: string
}

/** Whether the server's revision offers it. Of the path the server is asked itself, by a stranger. */
export async function isOffered(
  { path = '/kling/videos', since = '' }: Offer,
  { url, revision }: Fake,
): Promise<boolean> {
  const headers = { authorization: 'Bearer stranger', 'content-type': 'application/json' }
  const answer = await fetch(url + path, { method: 'POST', headers, body: '{}' })
  const { error } = (await answer.json()) as { error: { code: string } }
  return error.code !== 'api_not_implemented' && since <= revision
}

/** What of a result shows that the work was done: it says so, and its video can be played. */
export async function expectVideo(result: unknown, { url }: Fake): Promise<void> {
  expect(result).toMatchObject({
    success: true,
    task_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    state: 'succeed',
    video_url: expect.stringContaining(`${url}/`),
  })
  const file = await fetch((result as { video_url: string }).video_url)
  expect(file.headers.get('content-type')).toBe('video/mp4')
  expect(Buffer.from(await file.arrayBuffer()).toString('latin1', 4, 8)).toBe('ftyp')
}

/** Resolves to what was posted to the token's inbox of this name. */
export async function posted({ mockling }: Fake, name: string): Promise<unknown> {
  const [message] = await mockling.inbox.list(name, { count: 1, wait: 10 })
  return message?.json
}

/** From now on, for all tokens of its server. */
export async function showPendingAs({ url }: Fake, pendingResponse: string): Promise<void> {
  const answer = await fetch(`${url}/_mockling/v1/settings`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ pendingResponse }),
  })
  expect(answer.status).toBe(200)
}
