import { STATUS_CODES } from 'node:http'
import type { Har, Entry as HarEntry, Header, Request, Response } from 'har-format'
import { parsedUrl } from '../contract/url.ts'
import { isoTime } from '../simulation/timebase.ts'
import type { AnswerHeaders, CallbackEntry, DownloadEntry, Entry, RequestEntry } from './entries.ts'
import type { Dropped } from './journal.ts'
import { droppedText, shortHash } from './wording.ts'

/** What the archive says of where it comes from. */
export interface HarOptions {
  readonly version: string
  /** Scheme and host of requests that named no host. */
  readonly origin: string
  readonly dropped?: Readonly<Dropped>
}

/**
 * Entries as an HTTP Archive 1.2: requests, downloads and callbacks that are over. Its times are the namespaces' own,
 * virtual ones. What HTTP has no field for is in `_mockling` of each entry. Sizes that were not measured are -1.
 */
export function toHar(entries: readonly Entry[], { version, origin, dropped }: HarOptions): Har {
  const comment = [
    'Times are those of the namespaces’ clocks. Credentials are masked.',
    ...(dropped ? droppedText(dropped) : []),
  ].join(' ')
  const log = { version: '1.2', creator: { name: 'mockling', version }, comment }
  return { log: { ...log, entries: entries.filter(isArchivable).map(entry => harEntryOf(entry, origin)) } }
}

/** Over, and read as HTTP. */
function isArchivable(entry: Entry): boolean {
  return entry.kind === 'callback' || (entry.endedAt !== undefined && entry.method !== '')
}

function harEntryOf(entry: Entry, origin: string): HarEntry {
  const timings = timingsOf(entry)
  return {
    startedDateTime: isoTime(entry.at),
    time: timings.wait + timings.receive,
    request: requestOf(entry, origin),
    response: responseOf(entry),
    cache: {},
    timings,
    _mockling: factsOf(entry),
  }
}

function factsOf(entry: Entry): object {
  const { kind, seq, taskId } = entry
  const facts = { kind, seq, namespace: shortHash(entry.namespace), taskId }
  if (kind === 'callback')
    return { ...facts, attempt: entry.attempt, outcome: entry.outcome, durationMs: entry.durationMs }
  const { hungUp, isCut } = entry
  if (kind === 'download') return { ...facts, rules: entry.rules, hungUp, isCut }
  const { outcome, rules, code, accepted, credits, steps, durationMs } = entry
  return { ...facts, outcome, rules, code, accepted, credits, steps, hungUp, isCut, durationMs }
}

/** A callback's length is known in real time only, and real time does not pass here. */
function timingsOf(entry: Entry): { send: number; wait: number; receive: number } {
  if (entry.kind === 'callback') return { send: 0, wait: 0, receive: 0 }
  const { at, endedAt = at } = entry
  const answeredAt = (entry.kind === 'request' ? entry.answeredAt : undefined) ?? endedAt
  return { send: 0, wait: answeredAt - at, receive: endedAt - answeredAt }
}

function requestOf(entry: Entry, origin: string): Request {
  const headers = requestHeadersOf(entry)
  const text = entry.kind === 'download' ? undefined : entry.requestBody
  const isCut = entry.kind === 'request' && entry.requestCut !== undefined
  const query = entry.kind === 'request' ? (entry.query ?? '') : ''
  return {
    method: entry.kind === 'callback' ? 'POST' : entry.method,
    url: urlOf(entry, headers, origin),
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers,
    queryString: [...new URLSearchParams(query)].map(([name, value]) => ({ name, value })),
    ...(text !== undefined && {
      postData: {
        mimeType: headerIn(headers, 'content-type') ?? '',
        text,
        ...(isCut && { comment: `only the beginning of ${entry.requestCut} characters` }),
      },
    }),
    headersSize: -1,
    bodySize: isCut ? -1 : Buffer.byteLength(text ?? ''),
  }
}

function requestHeadersOf(entry: Entry): Header[] {
  switch (entry.kind) {
    case 'callback':
      return headersOf(entry.requestHeaders)
    case 'download':
    case 'request':
      return entry.rawHeaders.flatMap((name, index, all) =>
        index % 2 === 0 ? [{ name, value: all[index + 1] ?? '' }] : [],
      )
  }
}

function urlOf(entry: Entry, headers: readonly Header[], origin: string): string {
  if (entry.kind === 'callback') return entry.url
  const query = entry.query !== undefined ? `?${entry.query}` : ''
  const target = `${entry.path}${query}`.replace(/%(?![\da-f]{2})/gi, '%25')
  const named = `http://${headerIn(headers, 'host') ?? ''}`
  const base = parsedUrl(named)?.origin ?? origin
  return new URL(target.startsWith('/') ? base + target : `${base}/${target}`).href
}

function responseOf(entry: Entry): Response {
  const { status = 0 } = entry
  const headers = entry.kind === 'download' ? [] : headersOf(entry.responseHeaders ?? {})
  return {
    // 0 stands for no answer at all, as in the archives of browsers.
    status,
    statusText: STATUS_CODES[status] ?? '',
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers,
    ...contentOf(entry, headers),
    redirectURL: '',
    headersSize: -1,
  }
}

function contentOf(entry: Entry, headers: readonly Header[]): Pick<Response, 'content' | 'bodySize'> {
  if (entry.kind === 'download') {
    return { content: { size: entry.bytes, mimeType: 'video/mp4' }, bodySize: entry.bytes }
  }
  const text = entry.responseBody ?? ''
  const note = cutNote(entry)
  const size = note === undefined ? Buffer.byteLength(text) : -1
  const mimeType = headerIn(headers, 'content-type') ?? ''
  return { content: { size, mimeType, text, ...(note !== undefined && { comment: note }) }, bodySize: size }
}

function cutNote(entry: Exclude<Entry, DownloadEntry>): string | undefined {
  if (isCutRequest(entry)) return `only the beginning of ${entry.responseCut} characters`
  return entry.kind === 'callback' && entry.truncated ? 'only the beginning' : undefined
}

function isCutRequest(entry: RequestEntry | CallbackEntry): entry is RequestEntry {
  return entry.kind === 'request' && entry.responseCut !== undefined
}

function headersOf(headers: AnswerHeaders): Header[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map(one => ({ name, value: String(one) })),
  )
}

function headerIn(headers: readonly Header[], wanted: string): string | undefined {
  return headers.find(({ name }) => name.toLowerCase() === wanted)?.value
}
