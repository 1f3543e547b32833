import { z } from 'zod'
import { ERROR_CODES, type ErrorCode } from '../contract/errors.ts'

/** A number, or text that spells one: headers and prompts are text, JSON is not. */
function number(least: number, most: number, allowed: string) {
  const spelled = z.string(allowed).regex(/^\d{1,15}(?:\.\d{1,9})?$/, allowed)
  return z
    .union([z.number(allowed), spelled.transform(Number)], allowed)
    .pipe(z.number(allowed).min(least, allowed).max(most, allowed))
}

/** Seconds on the namespace's clock, up to a year. */
export function seconds(least = 0) {
  return number(least, 31_536_000, `a number of seconds from ${least} to 31536000`)
}

export function whole(least: number, most: number) {
  const allowed = `a whole number from ${least} to ${most}`
  return number(least, most, allowed).pipe(z.number(allowed).int(allowed))
}

export const bytesPerSecond = whole(1, 1_000_000_000)

/** One of the catalogue's error codes. */
export function code(codes: readonly ErrorCode[] = ERROR_CODES) {
  return z.enum(codes as [ErrorCode, ...ErrorCode[]], `one of ${codes.join(', ')}`)
}

/** Text that may stand in a header or a body as it is. */
export function text(most = 200) {
  const allowed = `text of 1 to ${most} printable characters`
  return z
    .string(allowed)
    .min(1, allowed)
    .max(most, allowed)
    .regex(/^\P{C}+$/u, allowed)
}

const CLIP_NAME = '1 to 40 of a-z, 0-9, _ and -'

/** The name a file was given by `--clip 'succeed NAME=FILE'`. */
export const clipName = z.string(CLIP_NAME).regex(/^[a-z0-9_-]{1,40}$/, CLIP_NAME)

const SECRET = 'whsec_ and the key in Base64'

/** A secret as Standard Webhooks writes it. */
export const secret = z.string(SECRET).regex(/^whsec_[A-Za-z0-9+/]{22,}={0,2}$/, SECRET)
