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

/** Lengths that some rule draws a line at, and their neighbours; of characters that are two code units each. */
const LONG = [200, 201, 512, 513, 2500, 2501].map(length => '🎬'.repeat(length))

const text = fc.oneof({ weight: 30, arbitrary: fc.constantFrom(...TEXTS) }, fc.constantFrom(...LONG), fc.string())

const NUMBERS = [0, 1, -1, 0.5, 1.01, -0.1, 2, 3, 3.5, 4, 5, 7, 10, 12, 15, 16, 3600, 3601, 1e300]

const anything = fc.oneof(
  fc.constantFrom(null, true, false, [], {}, [{}], [[]], [null]),
  fc.constantFrom(...NUMBERS),
  text,
  fc.jsonValue({ maxDepth: 2 }),
)

/** Values near a schema: most of its types and bounds, some just beside, some from elsewhere. */
function near(schema: SchemaObject): fc.Arbitrary<unknown> {
  const types = [schema.type ?? []].flat()
  const apt: fc.Arbitrary<unknown>[] = []
  if (schema.enum) apt.push(fc.constantFrom(...schema.enum))
  else {
    if (types.includes('boolean')) apt.push(fc.boolean())
    if (types.includes('number') || types.includes('integer')) apt.push(numberNear(schema))
    if (types.includes('string')) apt.push(text)
    if (types.includes('array')) apt.push(listNear(schema))
    if (types.includes('object')) apt.push(objectNear(schema))
  }
  return apt.length === 0
    ? anything
    : fc.oneof({ weight: 40, arbitrary: fc.oneof(...apt) }, fc.constant(null), { weight: 1, arbitrary: anything })
}

function numberNear({ minimum = 0, maximum = 20 }: SchemaObject): fc.Arbitrary<number> {
  const inside = fc.double({ min: minimum, max: maximum, noNaN: true })
  const whole = fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) })
  return fc.oneof(whole, inside, fc.constantFrom(minimum, maximum, minimum - 0.01, maximum + 0.01))
}

function listNear({ minItems = 0, items }: SchemaObject): fc.Arbitrary<unknown[]> {
  return fc.array(near((items ?? {}) as SchemaObject), { minLength: Math.max(0, minItems - 1), maxLength: 8 })
}

function objectNear({ properties = {}, required = [] }: SchemaObject): fc.Arbitrary<Body> {
  return fieldsNear(properties as Record<string, SchemaObject>, name => (required.includes(name) ? 30 : 1))
}

/** `weightOf` says how many times as often a field is there as it is not. */
function fieldsNear(
  properties: Readonly<Record<string, SchemaObject>>,
  weightOf: (name: string) => number,
): fc.Arbitrary<Body> {
  const absent = Symbol('absent')
  const fields = Object.entries(properties).map(([name, schema]) =>
    fc
      .oneof({ weight: weightOf(name) * 10, arbitrary: near(schema) }, { weight: 10, arbitrary: fc.constant(absent) })
      .map(value => [name, value] as const),
  )
  return fc.tuple(...fields).map(entries => Object.fromEntries(entries.filter(([, value]) => value !== absent)))
}

/**
 * Bodies near a strict schema, so that many are accepted and most others are refused for one reason. Required fields are
 * nearly always there, others one time in six, and one field in fifty is something from elsewhere.
 */
export function bodiesNear({ properties = {}, required = [] }: SchemaObject): fc.Arbitrary<Body> {
  return fieldsNear(properties as Record<string, SchemaObject>, name => (required.includes(name) ? 60 : 0.2))
}
