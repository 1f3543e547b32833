import fc from 'fast-check'
import { KINDS } from '../../src/faults/catalogue.ts'
import type { Operation } from '../../src/faults/kind.ts'
import { optionsOf } from '../../src/faults/text.ts'

/** A character of any kind that may stand in a text: spaces, quotes, brackets and other scripts with them. */
const printable = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    fc.constantFrom(' ', ',', '"', '\\', ']', '=', "'"),
  )
  .filter(text => /^\P{C}$/u.test(text))

function textUpTo(most: number) {
  return fc
    .array(printable, { minLength: 1, maxLength: most })
    .map(parts => parts.join('').slice(0, most))
    .filter(isSound)
}

/** Cutting may have left half a character. */
function isSound(text: string): boolean {
  return text !== '' && /^\P{C}+$/u.test(text)
}

const seconds = (least: number) =>
  fc.oneof(
    fc.integer({ min: Math.round(least * 1000), max: 31_536_000_000 }).map(ms => ms / 1000),
    // The latter are just short of whole milliseconds when multiplied by a thousand.
    fc.constantFrom(1, 30, 31_536_000, 1.001, 1.005, 16.001),
  )

const status = (least: number) => fc.integer({ min: least, max: 599 }).filter(code => ![204, 205, 304].includes(code))

const secret = fc
  .uint8Array({ minLength: 24, maxLength: 64 })
  .map(key => `whsec_${Buffer.from(key).toString('base64')}`)

/** Valid values of each option, by what `allowed` says of it. */
const VALUES: readonly [RegExp, (...numbers: number[]) => fc.Arbitrary<string | number>][] = [
  [/^a number of seconds from ([\d.]+) to/, seconds],
  [/^a whole number from (\d+) to (\d+)$/, (min = 0, max = 0) => fc.integer({ min, max })],
  [/^a status from (\d+) to 599/, (least = 0) => status(least)],
  [/^text of 1 to (\d+) printable/, (most = 1) => textUpTo(Math.min(most, 40))],
  [
    /^a media type/,
    () => fc.constantFrom('text/plain', 'application/json', 'text/html; charset=utf-8', 'a/b;c="d, e"'),
  ],
  [/^whsec_/, () => secret],
  [/^1 to 40 of a-z/, () => fc.stringMatching(/^[a-z0-9_-]{1,40}$/)],
]

function valuesOf(allowed: string): fc.Arbitrary<string | number> {
  const words = /^one of (.*)$/.exec(allowed)?.[1]
  if (words !== undefined) return fc.constantFrom(...words.split(', '))
  for (const [form, make] of VALUES) {
    const found = form.exec(allowed)
    if (found) return make(...found.slice(1).map(Number))
  }
  throw new Error(`no values are known for an option that must be ${allowed}`)
}

/** One effect of that kind with random options, as it may be given as data: what is optional is there or not. */
export function givenOf(name: string): fc.Arbitrary<Record<string, unknown> & { name: string }> {
  const kind = KINDS.find(known => known.name === name)
  if (!kind) throw new Error(`there is no ${name}`)
  const options = optionsOf(kind)
  const fields = Object.fromEntries(options.map(option => [camel(option.name), valuesOf(option.allowed)]))
  const requiredKeys = options.filter(({ isRequired }) => isRequired).map(option => camel(option.name))
  return fc.record(fields, { requiredKeys }).map(values => ({ name, ...values }))
}

export function camel(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

/** Kinds by what they may happen to. */
export function namesFor(operation: Operation): string[] {
  return KINDS.filter(({ operations }) => operations.includes(operation)).map(({ name }) => name)
}
