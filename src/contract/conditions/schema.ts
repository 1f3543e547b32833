/** The part of JSON Schema 2020-12 that conditions are written in. */
export interface JsonSchema {
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema
  readonly prefixItems?: readonly JsonSchema[]
  readonly contains?: JsonSchema
  readonly minContains?: number
  readonly maxContains?: number
  readonly allOf?: readonly JsonSchema[]
  readonly anyOf?: readonly JsonSchema[]
  readonly if?: JsonSchema
  readonly then?: JsonSchema
  readonly else?: JsonSchema
}

/** A value of one of these JSON types, or `null`, which means that the field is absent. */
export function typed(...types: string[]): JsonSchema {
  return { type: [...types, 'null'] }
}

/** One of some values, or absent. */
export function oneOf(values: readonly unknown[]): JsonSchema {
  return { enum: [...values, null] }
}

/** The field is absent. */
export function absent(...fields: string[]): JsonSchema {
  return { properties: Object.fromEntries(fields.map(field => [field, { type: 'null' }])) }
}

/** The field is given, with a value of its JSON type. */
export function given(field: string, type: string, more: JsonSchema = {}): JsonSchema {
  // Spectral asks for `items` beside every array.
  return { required: [field], properties: { [field]: { type, ...(type === 'array' && { items: {} }), ...more } } }
}

/**
 * Something other than what `String.prototype.trim` takes away. Spelled out, since regular expressions of other
 * languages mean something else by `\S`.
 */
export const NOT_BLANK = '[^\\t\\n\\v\\f\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]'

/** The field is given, with something in it to read. */
export function words(field: string): JsonSchema {
  return given(field, 'string', { pattern: NOT_BLANK })
}

/** The field has one of these values, the default among them if it is absent. */
export function among(field: string, values: readonly unknown[], standard: unknown): JsonSchema {
  if (values.includes(standard)) return { properties: { [field]: oneOf(values) } }
  return { required: [field], properties: { [field]: { enum: values } } }
}

/** Whoever meets `condition` meets `consequence` too, and whoever doesn't, `otherwise`. */
export function implies(condition: JsonSchema, consequence: JsonSchema, otherwise?: JsonSchema): JsonSchema {
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema; nobody awaits a schema.
  return { if: condition, then: consequence, ...(otherwise && { else: otherwise }) }
}

type Merge = (one: never, other: never) => unknown

const least: Merge = (one: number, other: number) => Math.max(one, other)
const most: Merge = (one: number, other: number) => Math.min(one, other)
const common: Merge = (one: readonly unknown[], other: readonly unknown[]) => one.filter(value => other.includes(value))
const either: Merge = (one: readonly string[], other: readonly string[]) => [...new Set([...one, ...other])]
const chained: Merge = (one: readonly JsonSchema[], other: readonly JsonSchema[]) => [...one, ...other]

/** How two schemas say both. A keyword that is not here may stand in one of them only. */
const MERGES: Readonly<Record<string, Merge>> = {
  type: (one: string | string[], other: string | string[]) => narrowed([one].flat(), [other].flat()),
  enum: common,
  minLength: least,
  maxLength: most,
  minimum: least,
  maximum: most,
  minItems: least,
  maxItems: most,
  required: either,
  allOf: chained,
  properties: (one: Record<string, JsonSchema>, other: Record<string, JsonSchema>) => {
    const merged = { ...one }
    for (const [name, schema] of Object.entries(other)) merged[name] = merge(merged[name] ?? {}, schema)
    return merged
  },
  items: (one: JsonSchema, other: JsonSchema) => merge(one, other),
}

function narrowed(one: readonly string[], other: readonly string[]): string | string[] {
  const allows = (types: readonly string[], type: string) =>
    types.includes(type) || (type === 'integer' && types.includes('number'))
  const both = [...new Set([...one, ...other])].filter(type => allows(one, type) && allows(other, type))
  return both.length === 1 ? (both[0] as string) : both
}

/**
 * One schema that holds where both do.
 * @throws Error if they use one keyword in ways that can't be put into one.
 */
export function merge(one: JsonSchema, other: JsonSchema): JsonSchema {
  const merged: Record<string, unknown> = { ...one }
  for (const [keyword, value] of Object.entries(other)) {
    const before = merged[keyword]
    if (before === undefined || JSON.stringify(before) === JSON.stringify(value)) merged[keyword] = value
    else {
      const both = MERGES[keyword]
      if (!both) throw new Error(`two conditions use ${keyword} in different ways: ${JSON.stringify([before, value])}`)
      merged[keyword] = both(before as never, value as never)
    }
  }
  return merged
}
