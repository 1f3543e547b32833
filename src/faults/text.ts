import type { z } from 'zod'
import type { Effect } from '../simulation/task.ts'
import { catalogued, KINDS } from './catalogue.ts'
import type { AnyKind } from './kind.ts'

/** An effect that can't be: the message names the word or option, its value and what is allowed. */
export class BadEffect extends Error {}

/**
 * Reads effects as people write them: `fail api_error after=30, callback-doubled gap=2`.
 *
 * An effect is its name, its argument if it has one, and `option=value`s; commas stand between effects. Case and number
 * of spaces don't matter in names.
 * @throws BadEffect
 */
export function effectsOf(text: string): Effect[] {
  return text.split(',').map(part => effectOf(part.trim().split(/\s+/)))
}

function effectOf([word = '', ...rest]: readonly string[]): Effect {
  const kind = kindOf(word.toLowerCase())
  const options: Record<string, string> = {}
  for (const [index, token] of rest.entries()) {
    const equals = token.indexOf('=')
    const name = equals > 0 ? camel(token.slice(0, equals).toLowerCase()) : index === 0 ? kind.argument : undefined
    if (name === undefined)
      throw new BadEffect(`${kind.name}: '${token.slice(0, 100)}' is no option=value; ${usageOf(kind)}`)
    if (Object.hasOwn(options, name)) throw new BadEffect(`${kind.name}: ${kebab(name)} is given twice`)
    options[name] = token.slice(equals + 1)
  }
  return checked(kind, options)
}

/**
 * Reads an effect given as data: `{ "name": "fail", "code": "api_error", "after": 30 }`.
 * @throws BadEffect
 */
export function effectFrom({
  name,
  ...options
}: Readonly<Record<string, unknown>> & { readonly name: string }): Effect {
  return checked(kindOf(name), options)
}

/** Effects in their shortest form, which `effectsOf` reads back as they are. */
export function textOf(effects: readonly Effect[]): string {
  return effects.map(one).join(', ')
}

function one({ name, options }: Effect): string {
  const kind = kindOf(name)
  const parts = Object.entries(options).map(([key, value]) =>
    key === kind.argument ? String(value) : `${kebab(key)}=${String(value)}`,
  )
  const argumentFirst = parts.sort((a, b) => Number(a.includes('=')) - Number(b.includes('=')))
  return [name, ...argumentFirst].join(' ')
}

/** How a kind is written: `fail <code> [after=<seconds>]`. */
export function usageOf(kind: AnyKind): string {
  const shape = (kind.options as unknown as z.ZodObject).shape
  const words = Object.entries(shape).map(([key, schema]) => {
    const word = key === kind.argument ? `<${kebab(key)}>` : `${kebab(key)}=<…>`
    return (schema as z.ZodType).safeParse(undefined).success ? `[${word}]` : word
  })
  return [kind.name, ...words].join(' ')
}

function kindOf(name: string): AnyKind {
  const kind = catalogued(name)
  if (kind) return kind
  throw new BadEffect(
    `there is no outcome or fault '${name.slice(0, 100)}'; known are ${KINDS.map(known => known.name).join(', ')}`,
  )
}

function checked(kind: AnyKind, options: Readonly<Record<string, unknown>>): Effect {
  const parsed = kind.options.safeParse(options)
  if (parsed.success) return { name: kind.name, options: parsed.data as Effect['options'] }
  const [issue] = parsed.error.issues
  if (issue?.code === 'unrecognized_keys') {
    throw new BadEffect(`${kind.name}: there is no option ${issue.keys.map(kebab).join(', ')}; ${usageOf(kind)}`)
  }
  const key = String(issue?.path[0] ?? '')
  const given = options[key] === undefined ? 'is missing' : `may not be ${JSON.stringify(options[key]).slice(0, 100)}`
  throw new BadEffect(`${kind.name}: ${kebab(key)} ${given}; it must be ${issue?.message}`)
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, capital => `-${capital.toLowerCase()}`)
}

function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
