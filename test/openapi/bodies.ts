import fc from 'fast-check'
import type { JsonSchema } from '../../src/contract/conditions/schema.ts'

type Body = Record<string, unknown>

/** Some of each kind that some rule tells apart. */
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
  'customize',
  'end_frame',
  'a mug that says <<<voice_1>>>',
  '<<<voice_0002>>>, <<<<voice_01>>>> and <<<image_1>>>',
  '<<<voice_00001>>> <<<voice_2>>> <<<voice_12>>>',
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

type Properties = Readonly<Record<string, JsonSchema>>

const propertiesOf = ({ properties = {} }: JsonSchema): Properties => properties

const typesOf = ({ type = [] }: JsonSchema) => [type].flat()

const NOTHING: JsonSchema = {}

/** What a schema and a second one beside it say of a value, as far as it matters to make one. */
function narrowed(one: JsonSchema, other: JsonSchema): JsonSchema {
  const members = { ...propertiesOf(one) }
  for (const [name, schema] of Object.entries(propertiesOf(other)))
    members[name] = narrowed(members[name] ?? {}, schema)
  return {
    ...one,
    ...other,
    ...(Object.keys(members).length > 0 && { properties: members }),
    ...(one.items && other.items && { items: narrowed(one.items, other.items) }),
    ...(one.enum && other.enum && { enum: either(one.enum, other.enum) }),
    ...(one.pattern && other.pattern && { pattern: `^(?=[^]*${one.pattern})(?=[^]*${other.pattern})` }),
    required: [...(one.required ?? []), ...(other.required ?? [])],
  }
}

/** Words of both; where there are none, no value can be right. */
function either(one: readonly unknown[], other: readonly unknown[]): readonly unknown[] {
  const common = one.filter(word => other.includes(word))
  return common.length > 0 ? common : other
}

/** A value as the schema wants it, by type, words, bounds and pattern; each of its parts may be spoiled. */
function good(schema: JsonSchema, spoiled: Spoiled = part => part): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const types = typesOf(schema)
  const kinds: fc.Arbitrary<unknown>[] = []
  if (types.includes('boolean')) kinds.push(fc.boolean())
  if (types.includes('string')) kinds.push(textFor(schema))
  if (types.includes('array')) kinds.push(listOf(schema, spoiled))
  if (types.includes('object')) kinds.push(objectOf(schema, spoiled))
  if (types.includes('integer')) kinds.push(fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 20 }))
  if (types.includes('number')) kinds.push(numberOf(schema))
  if (types.length === 1 && types[0] === 'null') return fc.constant(null)
  return kinds.length === 0 ? anything : fc.oneof(...kinds)
}

type Spoiled = (part: fc.Arbitrary<unknown>) => fc.Arbitrary<unknown>

const sometimes: Spoiled = part => fc.oneof({ weight: 9, arbitrary: part }, { weight: 1, arbitrary: anything })

function numberOf({ minimum: min = 0, maximum: max = 20 }: JsonSchema): fc.Arbitrary<number> {
  return fc.oneof(
    fc.constantFrom(min, max),
    fc.integer({ min: Math.ceil(min), max: Math.floor(max) }),
    fc.double({ min, max, noNaN: true }),
  )
}

/** Texts that fit, and hardly ever one like them or another: rules may take more of those than the schema does. */
function textFor({ pattern, minLength = 0 }: JsonSchema): fc.Arbitrary<string> {
  const fitting = TEXTS.filter(text => text.length >= minLength && (!pattern || new RegExp(pattern, 'u').test(text)))
  if (fitting.length === 0) throw new Error(`bodies.ts has no text for ${pattern}`)
  const like = TEXTS.filter(text => fitting.some(fit => fit.slice(0, 4) === text.slice(0, 4)))
  return fc.oneof(
    { weight: 28, arbitrary: fc.constantFrom(...fitting) },
    { weight: 1, arbitrary: fc.constantFrom(...like) },
    { weight: 1, arbitrary: fc.constantFrom(...TEXTS) },
  )
}

/** Lists of every length alike: those fast-check makes of itself are short. */
function listOf(schema: JsonSchema, spoiled: Spoiled): fc.Arbitrary<unknown[]> {
  const { minItems = 0, maxItems = 2, items = NOTHING, contains, allOf = [] } = schema
  const { prefixItems = [] } = allOf.find(part => part.prefixItems) ?? schema
  const itemAt = (at: number) => {
    const own = at === 0 && contains ? contains : (prefixItems[at] ?? NOTHING)
    return spoiled(good(narrowed(items, own), spoiled))
  }
  const all = Array.from({ length: maxItems }, (_, at) => itemAt(at))
  const lengths = Array.from({ length: maxItems - minItems + 1 }, (_, more) => minItems + more)
  return fc.oneof(...lengths.map(length => fc.tuple(...all.slice(0, length))))
}

function objectOf(schema: JsonSchema, spoiled: Spoiled): fc.Arbitrary<Body> {
  return fieldsOf(propertiesOf(schema), name => (schema.required?.includes(name) ? 1 : 0.5), spoiled)
}

const ABSENT = Symbol('absent')

/** Good fields; `chanceOf` says how likely each is there at all. */
function fieldsOf(
  properties: Properties,
  chanceOf: (name: string) => number,
  spoiled: Spoiled = part => part,
): fc.Arbitrary<Body> {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const weight = Math.round(chanceOf(name) * 100)
    const field = spoiled(good(schema, spoiled))
    return fc
      .oneof({ weight, arbitrary: field }, { weight: 100 - weight, arbitrary: fc.constant(ABSENT) })
      .map(value => [name, value] as const)
  })
  return fc.tuple(...fields).map(entries => Object.fromEntries(entries.filter(([, value]) => value !== ABSENT)))
}

/** Whoever meets the first schema meets the second too, as far as that is plain to see. */
function includes(one: JsonSchema, other: JsonSchema): boolean {
  return Object.entries(propertiesOf(other)).every(([name, wanted]) => {
    const { items: _, ...given } = propertiesOf(one)[name] ?? {}
    const { items: __, enum: words, ...more } = wanted
    if (words) return given.enum?.every(word => words.includes(word)) === true
    return Object.entries(more).every(([keyword, value]) => given[keyword as keyof typeof given] === value)
  })
}

/** Good fields that meet what a condition asks about, and what it and others then want, as far as that can be chosen. */
function fieldsFor(condition: JsonSchema, conditions: readonly JsonSchema[], whole: Properties): fc.Arbitrary<Body> {
  const others = conditions.filter(other => other !== condition)
  const forms = consequencesOf(condition).flatMap(form => widened(narrowed(condition.if ?? NOTHING, form), others))
  return fc.oneof(
    ...forms.map(form => {
      const all = propertiesOf(narrowed({ properties: whole }, form))
      const fields = Object.keys(propertiesOf(form)).map(name => [name, all[name] ?? NOTHING])
      return fieldsOf(Object.fromEntries(fields), name => (form.required?.includes(name) ? 0.95 : 0.3))
    }),
  )
}

/** What a form is when everything is added that the conditions want of it. */
function widened(form: JsonSchema, conditions: readonly JsonSchema[]): JsonSchema[] {
  const next = conditions.find(condition => includes(form, condition.if ?? NOTHING))
  if (!next) return [form]
  const [first = NOTHING, ...rest] = consequencesOf(next)
  // What is always wanted has a usual form; the others are made where the condition itself is aimed at.
  const consequences = next.if ? [first, ...rest] : [first]
  const others = conditions.filter(condition => condition !== next)
  return consequences.flatMap(consequence => widened(narrowed(form, consequence), others))
}

function consequencesOf(condition: JsonSchema): readonly JsonSchema[] {
  const wanted = condition.if ? (condition.then ?? NOTHING) : condition
  return wanted.anyOf ?? [wanted]
}

/** Shots that sum to the duration asked for: the first ones short, the last one what is left. */
function addedUp(body: Body): Body {
  const { multi_prompt: shots, duration } = body
  if (!Array.isArray(shots) || shots.length === 0) return body
  const rest = (typeof duration === 'number' ? duration : 5) - (shots.length - 1)
  const last = shots.length - 1
  return { ...body, multi_prompt: shots.map((shot, at) => Object.assign({}, shot, { duration: at < last ? 1 : rest })) }
}

/**
 * Bodies near a strict schema: good as far as single fields go, with what one of the conditions asks for; and in half of
 * them one field is something else, or has something else in it. So some are accepted, and of the others most are refused
 * for one reason.
 */
export function bodiesNear({ properties = {}, required = [], allOf = [] }: JsonSchema): fc.Arbitrary<Body> {
  const chanceOf = (name: string) => {
    if (required.includes(name)) return 0.99
    const { enum: words, type = [] } = properties[name] ?? NOTHING
    if (words) return 0.3
    return type.includes('array') ? 0.03 : 0.1
  }
  const aimed = [NOTHING, ...allOf].map(condition => fieldsFor(condition, allOf, properties))
  const odd = fc.oneof(
    ...Object.entries(properties).map(([name, schema]) =>
      fc.oneof(anything, good(schema, sometimes)).map(value => ({ [name]: value })),
    ),
  )
  const whole = fc
    .tuple(fieldsOf(properties, chanceOf), fc.oneof(...aimed))
    .map(([first, second]): Body => ({ ...first, ...second }))
  return fc
    .tuple(whole, fc.boolean(), fc.oneof(fc.constant({}), odd))
    .map(([body, adds, other]) => ({ ...(adds ? addedUp(body) : body), ...other }))
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
