/** Everything that comes. @throws Error if it is more than `most` bytes; the rest is not waited for. */
export async function readWithin(most: number, body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body) {
    length += part.length
    if (length > most) throw new Error(`it is longer than ${most} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** A text of somebody else's without what would move a terminal's cursor, or turn the line around. */
export function printable(text: string): string {
  return text.replace(
    /(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    character => `\\u${character.codePointAt(0)?.toString(16).padStart(4, '0')}`,
  )
}

/** A text without the token, if that is long enough to be one. */
export function withoutToken(text: string, token: string): string {
  return token.length < 8 ? text : text.replaceAll(token, '***')
}
