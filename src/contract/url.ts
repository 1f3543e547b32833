/**
 * The URL that a text is; `undefined` if it is none.
 *
 * Not `URL.canParse`: once it has been called some thousand times, that of Node 20 and 22 finds fault with hosts that have
 * letters such as ü.
 */
export function parsedUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}
