import { closest, distance } from 'fastest-levenshtein'
import type { z } from 'zod'
import type { Effect } from '../simulation/task.ts'
import { catalogued, KINDS } from './catalogue.ts'
import type { AnyKind } from './kind.ts'
import { metaOf } from './options.ts'
import { type Phrase, phrasesOf, spelled, Unreadable } from './words.ts'

/** An effect that can't be: the message names the word or option, its value and what is allowed. */
export class BadEffect extends Error {}

/** Effects named at most; each can be named once anyway. */
const MOST = 50

/**
 * Reads effects as people write them: `fail api_error after=30, callback-doubled gap=2`.
 *
 * An effect is its name, its argument if it has one, and `option=value`s; commas stand between effects. In names and
 * codes case does not matter. Values with spaces or commas stand in quotes.
 * @throws BadEffect
 */
export function effectsOf(text: string): Effect[] {
  const phrases = read(text)
  if (phrases.length > MOST) throw new BadEffect(`${phrases.length} effects are named; at most ${MOST} may be`)
  return phrases.map(effectOf)
}

function read(text: string): Phrase[] {
  try {
    return phrasesOf(text)
  } catch (error) {
    if (error instanceof Unreadable) throw new BadEffect(error.message)
    throw error
  }
}

function effectOf({ name, words }: Phrase): Effect {
  const kind = kindOf(name)
  const given = new Map<string, string>()
  for (const { option, value } of words) {
    const key = option === undefined ? kind.argument : keyOf(kind, option)
    if (key === undefined)
      throw new BadEffect(`${kind.name}: '${shown(value)}' is no option=value; ${howToWrite(kind)}`)
    if (given.has(key)) throw new BadEffect(`${kind.name}: ${kebab(key)} is given twice; ${howToWrite(kind)}`)
    given.set(key, value)
  }
  return checked(kind, Object.fromEntries(given))
}

/**
 * Reads an effect given as data: `{ "name": "fail", "code": "api_error", "after": 30 }`.
 * @throws BadEffect
 */
export function effectFrom({
  name,
  ...options
}: Readonly<Record<string, unknown>> & { readonly name: string }): Effect {
  const kind = kindOf(name)
  const given = new Map<string, unknown>()
  for (const [option, value] of Object.entries(options)) {
    const key = keyOf(kind, option)
    if (given.has(key)) throw new BadEffect(`${kind.name}: ${kebab(key)} is given twice; ${howToWrite(kind)}`)
    given.set(key, value)
  }
  return checked(kind, Object.fromEntries(given))
}

/**
 * Effects in their shortest form, without what is so anyway, which `effectsOf` reads back as they are. It may stand in a
 * header or a prompt.
 */
export function textOf(effects: readonly Effect[]): string {
  return effects.map(one).join(', ')
}

function one({ name, options }: Effect): string {
  const kind = kindOf(name)
  const shape = shapeOf(kind)
  const telling = Object.entries(options).filter(([key, value]) => value !== shape[key]?.safeParse(undefined).data)
  const words = telling.map(([key, value]) => {
    const word = spelled(value as string | number)
    return key === kind.argument ? word : `${kebab(key)}=${word}`
  })
  const first = telling.findIndex(([key]) => key === kind.argument)
  return [name, ...words.splice(Math.max(first, 0), first < 0 ? 0 : 1), ...words].join(' ')
}

/** An option as people are told of it. */
export interface OptionLine {
  /** As written in text; in JSON `retryAfter` may stand for `retry-after`. */
  readonly name: string
  /** What stands for its value: `seconds`. */
  readonly value: string
  readonly allowed: string
  /** It may be given without its name, first. */
  readonly isArgument: boolean
  readonly isRequired: boolean
  readonly default?: string | number
  /** What holds without it, where that is no value of its own. */
  readonly otherwise?: string
}

export function optionsOf(kind: AnyKind): OptionLine[] {
  const options = Object.entries(shapeOf(kind)).map(([key, schema]) => {
    const absent = schema.safeParse(undefined)
    return {
      name: kebab(key),
      ...metaOf(schema),
      isArgument: key === kind.argument,
      isRequired: !absent.success,
      ...(absent.data !== undefined && { default: absent.data as string | number }),
    }
  })
  return options.sort((a, b) => Number(b.isArgument) - Number(a.isArgument))
}

/** How a kind is written: `fail <code> [after=<seconds>]`. */
export function usageOf(kind: AnyKind): string {
  const words = optionsOf(kind).map(({ name, value, isArgument, isRequired }) => {
    const word = isArgument ? `<${name}>` : `${name}=<${value}>`
    return isRequired ? word : `[${word}]`
  })
  return [kind.name, ...words].join(' ')
}

function howToWrite(kind: AnyKind): string {
  return `it is written ${usageOf(kind)}`
}

function kindOf(name: string): AnyKind {
  const kind = catalogued(name.toLowerCase())
  if (kind) return kind
  if (name === '') throw new BadEffect(`an outcome or fault is missing; ${known()}`)
  throw new BadEffect(`there is no outcome or fault '${shown(name)}'; ${meant(name)}${known()}`)
}

function meant(name: string): string {
  const likest = closest(
    name.slice(0, 50).toLowerCase(),
    KINDS.map(kind => kind.name),
  )
  return distance(name.toLowerCase(), likest) <= likest.length / 3 ? `did you mean ${likest}? ` : ''
}

function known(): string {
  return `known are ${KINDS.map(kind => kind.name).join(', ')}`
}

function shapeOf(kind: AnyKind): Readonly<Record<string, z.ZodType>> {
  return (kind.options as unknown as z.ZodObject).shape as unknown as Readonly<Record<string, z.ZodType>>
}

/** The key of an option, however its name is written; a name that nobody knows stays as it is. */
function keyOf(kind: AnyKind, name: string): string {
  return Object.keys(shapeOf(kind)).find(key => bare(key) === bare(name)) ?? name
}

function bare(name: string): string {
  return name.replace(/[-_]/g, '').toLowerCase()
}

function checked(kind: AnyKind, options: Readonly<Record<string, unknown>>): Effect {
  const parsed = kind.options.safeParse(options)
  if (parsed.success) return { name: kind.name, options: parsed.data as Effect['options'] }
  const [issue] = parsed.error.issues
  const unknown = parsed.error.issues.find(({ code }) => code === 'unrecognized_keys')
  if (unknown?.code === 'unrecognized_keys') {
    throw new BadEffect(`${kind.name}: there is no option ${unknown.keys.map(shown).join(', ')}; ${howToWrite(kind)}`)
  }
  const key = String(issue?.path[0] ?? '')
  const given = options[key] === undefined ? 'is missing' : `may not be ${shown(JSON.stringify(options[key]))}`
  throw new BadEffect(`${kind.name}: ${kebab(key)} ${given}; it must be ${issue?.message}`)
}

function shown(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, capital => `-${capital.toLowerCase()}`)
}
