/*
 * Not Intl.Segmenter, which knows more of this: what it does depends on the version of Unicode it was built with, and a
 * clip's bytes must not.
 */

const ZERO_WIDTH_JOINER = 0x200d

/** First and last code points of what belongs to the character before it. */
const EXTENDERS = [
  [0x0300, 0x036f], // accents
  [ZERO_WIDTH_JOINER, ZERO_WIDTH_JOINER],
  [0x20e3, 0x20e3], // the frame of a key
  [0xfe00, 0xfe0f], // variation selectors
  [0x1f3fb, 0x1f3ff], // colours of skin
  [0xe0000, 0xe007f], // tags, as in the flag of Scotland
  [0xe0100, 0xe01ef], // more variation selectors
] as const

/** The characters of a text, each with what belongs to it: accents, or all that makes up one emoji. */
export function* clustersOf(text: string): Generator<string> {
  let cluster = ''
  let before = 0
  let isHalfFlag = false
  for (const character of text) {
    const code = character.codePointAt(0) as number
    const isFlag = code >= 0x1f1e6 && code <= 0x1f1ff
    const belongs = before === ZERO_WIDTH_JOINER || isExtender(code) || (isFlag && isHalfFlag)
    if (!belongs && cluster !== '') yield cluster
    cluster = belongs ? cluster + character : character
    isHalfFlag = isFlag && !isHalfFlag
    before = code
  }
  if (cluster !== '') yield cluster
}

/** Whether a code point only changes its neighbours: joiners, selectors and tags. */
export function isInvisible(code: number): boolean {
  return code === ZERO_WIDTH_JOINER || (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0000 && code <= 0xe01ef)
}

function isExtender(code: number): boolean {
  return code >= 0x0300 && EXTENDERS.some(([first, last]) => code >= first && code <= last)
}
