import { digestOf } from './canonical.ts'
import type { Entry, RequestEntry } from './entries.ts'
import { readJson } from './reading.ts'

/** Characters of a body that are kept; of a longer one this much of its beginning. */
export const LONGEST_BODY = 65_536

/** Makes an entry fit to be kept: long bodies are cut, names and passwords in URLs masked. */
export function trim(entry: Entry): void {
  if (entry.kind !== 'request') return
  const { requestBody, responseBody } = entry
  if (requestBody !== undefined && requestBody.length > LONGEST_BODY) cutRequest(entry, requestBody)
  if (responseBody !== undefined && responseBody.length > LONGEST_BODY) {
    entry.responseCut = responseBody.length
    entry.responseBody = beginning(responseBody)
  }
  // An answer may tell the callback's address again.
  if (entry.requestBody?.includes('@')) entry.requestBody = withoutUserinfos(entry.requestBody)
  if (entry.responseBody?.includes('@')) entry.responseBody = withoutUserinfos(entry.responseBody)
}

function cutRequest(entry: RequestEntry, text: string): void {
  entry.requestCut = text.length
  // Only where something was bought: there the body has been read before and is known not to be too deep.
  if (entry.accepted) entry.requestDigest = digestOf(readJson(text))
  entry.requestBody = beginning(text)
}

/** A copy: a slice of a string keeps all of it in memory. Cut between characters, not within one. */
function beginning(text: string): string {
  const end = /[\uD800-\uDBFF]/.test(text[LONGEST_BODY - 1] ?? '') ? LONGEST_BODY - 1 : LONGEST_BODY
  return Buffer.from(text.slice(0, end), 'utf16le').toString('utf16le')
}

/** Every URL of a JSON text without the name and password in it, and as long: its length is among the headers. */
function withoutUserinfos(text: string): string {
  return text.replace(/(?<=\w:\\?\/\\?\/)[^\s"/?#\\]*(?=@)/gi, secret => '*'.repeat(Buffer.byteLength(secret)))
}

/** What an entry takes besides its texts, about. */
const BARE_BYTES = 600

/** What an objection takes, which quotes no more than a little of the body. */
const OBJECTION_CHARACTERS = 300

/** Bytes of memory an entry takes, about and at most: a character may take two. */
export function sizeOf(entry: Entry): number {
  return BARE_BYTES + 2 * charactersOf(entry)
}

function charactersOf(entry: Entry): number {
  switch (entry.kind) {
    case 'download':
      return entry.path.length + (entry.query?.length ?? 0) + lengthOf(entry.rawHeaders)
    case 'callback':
      return entry.url.length + entry.requestBody.length + (entry.responseBody?.length ?? 0) + inHeaders(entry)
    case 'request':
      return (
        entry.path.length +
        (entry.query?.length ?? 0) +
        (entry.requestBody?.length ?? 0) +
        (entry.responseBody?.length ?? 0) +
        lengthOf(entry.rawHeaders) +
        lengthOf(entry.ignored) +
        OBJECTION_CHARACTERS * (entry.objections?.length ?? 0)
      )
  }
}

function inHeaders({ requestHeaders, responseHeaders = {} }: Extract<Entry, { kind: 'callback' }>): number {
  return lengthOf([...Object.values(requestHeaders), ...Object.values(responseHeaders)])
}

function lengthOf(texts: readonly string[] | undefined): number {
  let length = 0
  for (const text of texts ?? []) length += text.length + 16
  return length
}
