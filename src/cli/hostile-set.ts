import type { Trickle } from '../callbacks/trickle.ts'
import { failure, success } from './callback-body.ts'

/** What a receiver is graded for. */
export type Group = 'idempotency' | 'discipline' | 'tolerance' | 'signature'

/** One post of a case. */
export interface Shot {
  readonly body: string | Trickle
  readonly headers?: Readonly<Record<string, string>>
  /** How it is signed, if a secret is known. Default: as it should be. */
  readonly signature?: 'forged' | 'stale' | 'none'
}

/** One thing a receiver is put through. */
export interface Case {
  readonly name: string
  readonly group: Group
  /** As one sentence. */
  readonly summary: string
  /** The answers that are right: any 2xx; anything below 500; 4xx alone. */
  readonly wants: '2xx' | 'an answer' | '4xx'
  readonly shots: readonly [Shot, ...Shot[]]
  /** All shots leave at the same time. */
  readonly isAtOnce?: true
  /** A 2xx is allowed, but can't be honest. */
  readonly suspects2xx?: string
  /** Hanging up without an answer is rude, but no failure: the answer may have been lost on the way. */
  readonly mayHangUp?: true
  /** What the receiver keeps must be the same after the last shot as after the first. */
  readonly keepsState?: true
}

/** Where the cases get their particulars. */
export interface Particulars {
  /** A task id of its own for a case; the same for the same name. */
  taskOf(name: string): string
  /** Under which `video_url` is handed out. */
  readonly origin: string
  readonly isSigned: boolean
}

/** Bytes of the oversized callback: above the 1 MiB that many frameworks read at most. */
const OVERSIZED = 2_000_000

/** Everything a receiver is put through, gentlest first. Signature cases only for one that checks them. */
export function hostileSet({ taskOf, origin, isSigned }: Particulars): Case[] {
  const won = (name: string) => success(taskOf(name), origin)
  const lost = (name: string) => failure(taskOf(name), 'api_error')
  const shot = (body: object): Shot => ({ body: JSON.stringify(body) })
  const { video_url: _, ...withoutUrl } = won('no-video-url')
  const text = JSON.stringify(won('malformed'))
  const padding = 'x'.repeat(OVERSIZED - JSON.stringify({ ...won('oversized'), x_mockling_padding: '' }).length)

  // biome-ignore format: one case a line or two, as a table
  const cases: Case[] = [
    { name: 'success', group: 'discipline', summary: 'A task has succeeded.', wants: '2xx', shots: [shot(won('success'))] },
    { name: 'failure', group: 'discipline', summary: 'A task has failed.', wants: '2xx', shots: [shot(lost('failure'))] },
    { name: 'twice', group: 'idempotency', summary: 'The same callback comes twice.', wants: '2xx', keepsState: true,
      shots: [shot(won('twice')), shot(won('twice'))] },
    { name: 'twice-at-once', group: 'idempotency', summary: 'The same callback comes twice at the same time.', wants: '2xx', isAtOnce: true,
      shots: [shot(won('twice-at-once')), shot(won('twice-at-once'))] },
    { name: 'success-then-failure', group: 'idempotency', summary: 'After its success a task is said to have failed.', wants: 'an answer', keepsState: true,
      shots: [shot(won('success-then-failure')), shot(lost('success-then-failure'))] },
    { name: 'extra-fields', group: 'tolerance', summary: 'The body has fields that no document knows.', wants: '2xx',
      shots: [shot({ ...won('extra-fields'), x_mockling_note: 'unannounced', x_mockling_detail: { nested: [1, null] } })] },
    { name: 'slow', group: 'tolerance', summary: 'The body arrives in pieces over a second and a half.', wants: '2xx',
      shots: [{ body: { text: JSON.stringify(won('slow')), pieces: 16, pauseMs: 100 } }] },
    { name: 'charset', group: 'tolerance', summary: 'The content type names its charset.', wants: '2xx',
      shots: [{ ...shot(won('charset')), headers: { 'content-type': 'application/json; charset=utf-8' } }] },
    { name: 'unknown-task', group: 'discipline', summary: 'The task id is nobody’s.', wants: 'an answer', shots: [shot(won('unknown-task'))] },
    { name: 'no-video-url', group: 'discipline', summary: 'A success has no video_url.', wants: 'an answer', shots: [shot(withoutUrl)] },
    { name: 'numeric-duration', group: 'tolerance', summary: 'The duration is a number, not text.', wants: 'an answer',
      shots: [shot({ ...won('numeric-duration'), duration: 5.1 })] },
    { name: 'unknown-state', group: 'tolerance', summary: 'The state is a word that no document knows.', wants: 'an answer',
      shots: [shot({ ...won('unknown-state'), state: 'archived' })] },
    { name: 'no-task-id', group: 'discipline', summary: 'The body is an empty object.', wants: 'an answer', shots: [shot({})] },
    { name: 'array', group: 'discipline', summary: 'The body is JSON, but an array.', wants: 'an answer', shots: [{ body: '[]' }] },
    { name: 'null', group: 'discipline', summary: 'The body is JSON, but null.', wants: 'an answer', shots: [{ body: 'null' }] },
    { name: 'malformed', group: 'discipline', summary: 'The body is JSON that ends half way.', wants: 'an answer', suspects2xx: 'it can’t have read that',
      shots: [{ body: text.slice(0, text.length >> 1) }] },
    { name: 'empty', group: 'discipline', summary: 'There is no body.', wants: 'an answer', suspects2xx: 'there was nothing to read', shots: [{ body: '' }] },
    { name: 'wrong-type', group: 'discipline', summary: 'The content type is text/plain.', wants: 'an answer',
      shots: [{ ...shot(won('wrong-type')), headers: { 'content-type': 'text/plain' } }] },
    { name: 'oversized', group: 'discipline', summary: 'The body is two megabytes long.', wants: 'an answer', mayHangUp: true,
      shots: [shot({ ...won('oversized'), x_mockling_padding: padding })] },
  ]
  if (!isSigned) return cases
  // biome-ignore format: as above
  return [
    ...cases,
    { name: 'wrong-signature', group: 'signature', summary: 'The signature is a stranger’s.', wants: '4xx', shots: [{ ...shot(won('wrong-signature')), signature: 'forged' }] },
    { name: 'stale-signature', group: 'signature', summary: 'The signature is right and ten minutes old.', wants: '4xx', shots: [{ ...shot(won('stale-signature')), signature: 'stale' }] },
    { name: 'no-signature', group: 'signature', summary: 'There is no signature.', wants: '4xx', shots: [{ ...shot(won('no-signature')), signature: 'none' }] },
  ]
}
