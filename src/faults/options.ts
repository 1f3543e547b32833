import { z } from 'zod'
import { ERROR_CODES, type ErrorCode } from '../contract/errors.ts'

/** What people are told of an option. */
export interface OptionMeta {
  /** Stands for the value in usages: `<seconds>`. */
  readonly value: string
  /** What it may be, after "it must be". */
  readonly allowed: string
  /** What holds without it, where that is no value of its own. */
  readonly otherwise?: string
}

/** The option may be left out; then `otherwise` holds, in words. */
export function optional<Schema extends z.ZodType>(schema: Schema, otherwise: string) {
  return schema.meta({ ...schema.meta(), otherwise }).optional()
}

/** The facts of an option that was made here. */
export function metaOf(schema: z.ZodType): OptionMeta {
  const inner = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? schema.unwrap() : schema
  return (inner as z.ZodType).meta() as unknown as OptionMeta
}

/** A number, or text that spells one: headers and prompts are text, JSON is not. */
function number(least: number, most: number, allowed: string) {
  const spelled = z.string(allowed).regex(/^\d{1,15}(?:\.\d{1,20})?$/, allowed)
  return z
    .union([z.number(allowed), spelled.transform(Number)], allowed)
    .pipe(z.number(allowed).min(least, allowed).max(most, allowed))
}

/** Seconds on the namespace's clock, to the millisecond, up to a year. */
export function seconds(least = 0) {
  const allowed = `a number of seconds from ${least} to 31536000`
  return number(least, 31_536_000, allowed)
    .transform(given => Math.max(least, Math.round(given * 1000) / 1000))
    .meta({ value: 'seconds', allowed })
}

/** Such seconds as milliseconds, which are whole: 1.001 * 1000 is not. */
export function inMs(seconds: number): number {
  return Math.round(seconds * 1000)
}

export function whole(least: number, most: number, value = 'n') {
  const allowed = `a whole number from ${least} to ${most}`
  return number(least, most, allowed).pipe(z.number(allowed).int(allowed)).meta({ value, allowed })
}

export const bytesPerSecond = () => whole(1, 1_000_000_000)

/** Statuses of answers that have no body by definition. */
const BODILESS = [204, 205, 304]

/** An HTTP status of an answer with a body. */
export function status(least: 200 | 400) {
  const allowed = `a status from ${least} to 599 whose answers have a body`
  return number(least, 599, allowed)
    .pipe(
      z
        .number(allowed)
        .int(allowed)
        .refine(given => !BODILESS.includes(given), allowed),
    )
    .meta({ value: 'status', allowed })
}

/** One of some words, in any case. */
export function word<const Words extends readonly [string, ...string[]]>(words: Words, value: string) {
  const allowed = `one of ${words.join(', ')}`
  return z
    .string(allowed)
    .transform(given => given.toLowerCase())
    .pipe(z.enum(words, allowed))
    .meta({ value, allowed })
}

/** One of the catalogue's error codes. */
export function code(codes: readonly ErrorCode[] = ERROR_CODES) {
  return word(codes as [ErrorCode, ...ErrorCode[]], 'code')
}

/** Text that may stand in a body. */
export function text(most: number) {
  const allowed = `text of 1 to ${most} printable characters`
  return z
    .string(allowed)
    .min(1, allowed)
    .max(most, allowed)
    .regex(/^\P{C}+$/u, allowed)
    .meta({ value: 'text', allowed })
}

const MEDIA_TYPE = 'a media type, such as text/plain, of at most 100 characters'

/** A Content-Type. */
export const contentType = () =>
  z
    .string(MEDIA_TYPE)
    .max(100, MEDIA_TYPE)
    .regex(/^[\w.+-]+\/[\w.+-]+(?: *;[\x20-\x7e]*)?$/, MEDIA_TYPE)
    .meta({ value: 'type', allowed: MEDIA_TYPE })

const CLIP_NAME = '1 to 40 of a-z, 0-9, _ and -'

/** The name a file was given by `--clip 'succeed NAME=FILE'`. */
export const clipName = () =>
  z
    .string(CLIP_NAME)
    .transform(given => given.toLowerCase())
    .pipe(z.string().regex(/^[a-z0-9_-]{1,40}$/, CLIP_NAME))
    .meta({ value: 'name', allowed: CLIP_NAME })

const SECRET = 'whsec_ and the key in Base64, 24 to 64 bytes of it'

/** A secret as Standard Webhooks writes it. */
export const secret = () =>
  z
    .string(SECRET)
    .regex(/^whsec_(?:[A-Za-z0-9+/]{4}){8,22}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, SECRET)
    .refine(given => isKeyLong(given), SECRET)
    .meta({ value: 'secret', allowed: SECRET })

function isKeyLong(given: string): boolean {
  const { length } = Buffer.from(given.slice('whsec_'.length), 'base64')
  return length >= 24 && length <= 64
}
