import { signal } from '@preact/signals'

const KEPT_AS = 'mockling-key'

/** The control key, if one was entered: kept for this tab alone. */
const key = signal(sessionStorage.getItem(KEPT_AS) ?? '')

/** Whether the door asks for a key that is missing or wrong. */
export const isLocked = signal(false)

/** The control door refused, or nobody answered. The message is the reason, in one sentence. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, reason: string) {
    super(reason)
    this.status = status
  }
}

/** The reason where there was no answer at all. */
export const UNANSWERED = 'mockling does not answer'

/** Takes a key and has everything be asked for again. */
export function unlock(entered: string): void {
  sessionStorage.setItem(KEPT_AS, entered)
  key.value = entered
  isLocked.value = false
}

/** Whether there is a key to try. */
export function hasKey(): boolean {
  return key.peek() !== ''
}

/** What a header can carry: no door has a key of anything else. */
const SENDABLE = /^[\x20-\x7e]*$/

/** A request to the control door, `path` being below `/_mockling/`. The only place that makes requests. */
export async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  if (!SENDABLE.test(key.peek())) {
    isLocked.value = true
    return new Response(null, { status: 401 })
  }
  const headers = new Headers(options.headers)
  if (key.peek() !== '') headers.set('x-mockling-key', key.peek())
  const answer = await fetch(path, { ...options, headers })
  if (answer.status === 401) isLocked.value = true
  return answer
}

/** Gives a command. Resolves to the JSON answered. */
export async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const text = await textOf(path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    ...(signal && { signal }),
  })
  return (text === '' ? undefined : JSON.parse(text)) as T
}

/** What is answered, as it is. Rejects with `Refusal`. */
export async function textOf(path: string, options: RequestInit = {}): Promise<string> {
  const unanswered = (cause: unknown) => {
    throw options.signal?.aborted ? cause : new Refusal(0, UNANSWERED)
  }
  const answer = await ask(path, options).catch(unanswered)
  const text = await answer.text().catch(unanswered)
  if (!answer.ok) throw new Refusal(answer.status, reasonIn(text))
  return text
}

function reasonIn(text: string): string {
  try {
    return String((JSON.parse(text) as { detail?: unknown }).detail ?? text)
  } catch {
    // Some proxy's page, say.
    return text.slice(0, 500)
  }
}

/** Fields as a query; those that are empty are left out. */
export function queryOf(fields: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)] as [string, string])).toString()
  return text && `?${text}`
}

/** Text as a part of a path. */
export const part = encodeURIComponent
