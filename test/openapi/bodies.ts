import fc from 'fast-check'
import type { SchemaObject } from 'openapi3-ts/oas31'

type Body = Record<string, unknown>

const TEXTS = [
  '',
  ' ',
  '\u00a0\ufeff',
  'a white mug',
  '0.5',
  '1.5',
  '.5',
  '1e-1',
  '-0',
  'yes',
  'base',
  '{"type":"down_back"}',
  '{"type":"spin"}',
  'https://example.com/a.png',
  'http://127.0.0.1:4180/hook?a=b#c',
  'HTTP://[::1]:9/\n',
  'https://a-b.example:65535',
  'https://example.com:65536/',
  'http://256.1.1.1/',
  'http://müller.example/ü',
  'http://user@example.com/',
  'https:///nowhere',
  'https://exa mple.com/',
  'ftp://example.com/',
  'nowhere',
  '030bb06d-98d4-4044-9042-0aa0822e8c8c',
]

/** Of characters that are two code units each, so that lengths in code units give themselves away. */
const long = (length: number) => '🎬'.repeat(length)

/** Lengths that some rule draws a line at, and their neighbours. */
const LONG = [200, 201, 512, 513, 2500, 2501].map(long)

const NUMBERS = [0, 1, -1, 0.5, 1.01, -0.1, 2, 3, 3.5, 4, 5, 7, 10, 12, 15, 16, 3600, 3601, 1e300]

const anything = fc.oneof(
  fc.constantFrom(null, true, false, [], {}, [{}], [[]], [null], ...NUMBERS, ...TEXTS, ...LONG),
  fc.jsonValue({ maxDepth: 2 }),
)

type Properties = Readonly<Record<string, SchemaObject>>

const propertiesOf = (schema: unknown) => ((schema as SchemaObject | undefined)?.properties ?? {}) as Properties

const typesOf = ({ type = [] }: SchemaObject) => [type].flat()

/** A value as the schema wants it, by type, words, bounds and pattern. */
function good(schema: SchemaObject): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const types = typesOf(schema)
  const kinds: fc.Arbitrary<unknown>[] = []
  if (types.includes('boolean')) kinds.push(fc.boolean())
  if (types.includes('string')) kinds.push(fc.constantFrom(...textsFor(schema)))
  if (types.includes('array')) kinds.push(listOf(schema))
  if (types.includes('object')) kinds.push(objectOf(schema))
  if (types.includes('integer')) kinds.push(fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 20 }))
  if (types.includes('number')) kinds.push(numberOf(schema))
  return kinds.length === 0 ? anything : fc.oneof(...kinds)
}

function numberOf({ minimum: min = 0, maximum: max = 20 }: SchemaObject): fc.Arbitrary<number> {
  return fc.oneof(
    fc.constantFrom(min, max),
    fc.integer({ min: Math.ceil(min), max: Math.floor(max) }),
    fc.double({ min, max, noNaN: true }),
  )
}

function textsFor({ pattern, minLength = 0 }: SchemaObject): string[] {
  return TEXTS.filter(text => text.length >= minLength && (!pattern || new RegExp(pattern, 'u').test(text)))
}

/** Lists of every length alike: those fast-check makes of itself are short. */
function listOf({ minItems = 0, maxItems = 2, items }: SchemaObject): fc.Arbitrary<unknown[]> {
  const item = good((items ?? {}) as SchemaObject)
  const lengths = Array.from({ length: maxItems - minItems + 1 }, (_, more) => minItems + more)
  return fc.oneof(...lengths.map(length => fc.array(item, { minLength: length, maxLength: length })))
}

function objectOf(schema: SchemaObject): fc.Arbitrary<Body> {
  return fieldsOf(propertiesOf(schema), name => (schema.required?.includes(name) ? 1 : 0.5))
}

/** Good fields; `chanceOf` says how likely each is there at all. */
function fieldsOf(properties: Properties, chanceOf: (name: string) => number): fc.Arbitrary<Body> {
  const absent = Symbol('absent')
  const fields = Object.entries(properties).map(([name, schema]) => {
    const weight = Math.round(chanceOf(name) * 100)
    return fc
      .oneof({ weight, arbitrary: good(schema) }, { weight: 100 - weight, arbitrary: fc.constant(absent) })
      .map(value => [name, value] as const)
  })
  return fc.tuple(...fields).map(entries => Object.fromEntries(entries.filter(([, value]) => value !== absent)))
}

/** Good fields that meet what a condition asks about, and what it then wants, as far as that can be chosen. */
function fieldsFor(condition: SchemaObject, whole: Properties): fc.Arbitrary<Body> {
  const { if: asked, then } = condition as { if?: SchemaObject; then?: SchemaObject }
  const wanted = [...(then?.anyOf ?? [then ?? {}])].map(propertiesOf)
  const within = (some: Properties) =>
    Object.fromEntries(Object.entries(some).map(([name, schema]) => [name, { ...whole[name], ...schema }]))
  return fc
    .tuple(
      fieldsOf(within(propertiesOf(asked)), () => 0.9),
      fc.oneof(...wanted.map(properties => fieldsOf(within(properties), () => 0.9))),
    )
    .map(([first, second]) => ({ ...second, ...first }))
}

/**
 * Bodies near a strict schema: good as far as single fields go, with what one of the conditions asks for; and in half of
 * them one field is something else. So some are accepted, and of the others most are refused for one reason.
 */
export function bodiesNear({ properties = {}, required = [], allOf = [] }: SchemaObject): fc.Arbitrary<Body> {
  const known = properties as Properties
  const chanceOf = (name: string) => (required.includes(name) ? 0.99 : known[name]?.enum ? 0.3 : 0.15)
  const aimed = (allOf as SchemaObject[]).map(condition => fieldsFor(condition, known))
  const odd = fc.tuple(fc.constantFrom(...Object.keys(known)), anything).map(([name, value]) => ({ [name]: value }))
  return fc
    .tuple(fieldsOf(known, chanceOf), fc.oneof(fc.constant({}), ...aimed), fc.oneof(fc.constant({}), odd))
    .map(parts => Object.assign({}, ...parts))
}

/** A value with one change made to it, in every place and of every kind that a rule might mind. */
export function* changesTo(value: unknown): Generator<unknown> {
  yield* [null, true, {}, [], '', 'AAA']
  if (typeof value === 'number') yield* [value + 1, value - 1, value + 0.01, -value, value * 2, String(value)]
  if (typeof value === 'string') yield* [`${value} `, ` ${value}`, ...LONG, 5]
  if (Array.isArray(value)) {
    for (let count = 1; count <= 8; count++)
      yield Array.from({ length: count }, (_, at) => value[at % value.length] ?? {})
    for (const [at, item] of value.slice(0, 1).entries())
      for (const changed of changesTo(item)) yield value.with(at, changed)
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      const { [name]: _, ...others } = value as Body
      yield others
      for (const changed of changesTo(inner)) yield { ...value, [name]: changed }
    }
  }
}
