import type { OpenAPIObject, OperationObject, ParameterObject, SchemaObject } from 'openapi3-ts/oas31'
import { describe, expect, it } from 'vitest'
import { createSimulator } from '../../src/simulator.ts'
import { controlDoor } from '../support/door.ts'
import { anchorOf, block, read, table } from './blocks.ts'

const DOCUMENT = 'docs/reference/control.md'

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

const AsyncFunction = (async () => {}).constructor as new (...parts: string[]) => (...given: unknown[]) => Promise<void>

/** Every command, as the door's own document has it. */
async function operations(): Promise<{ name: string; operation: OperationObject }[]> {
  await using simulator = await createSimulator()
  const document: OpenAPIObject = (await controlDoor(simulator).get('/openapi.json')).body
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap(method => {
      const operation = item[method]
      return operation ? [{ name: `${method.toUpperCase()} /_mockling${path}`, operation }] : []
    }),
  )
}

/** What a value must be, in words. */
function wordsFor(schema: SchemaObject): string {
  const { type, enum: words, const: one, anyOf, oneOf, items, pattern, minimum, maximum } = schema
  if (one !== undefined) return `\`${one}\``
  if (words) return words.map(word => `\`${word}\``).join(', ')
  const choices = (anyOf ?? oneOf) as SchemaObject[] | undefined
  if (choices) return [...new Set(choices.map(wordsFor))].join(', or ')
  if (type === 'array') return `a list of ${wordsFor((items ?? {}) as SchemaObject)}`
  if (type === undefined) return schema.properties ? 'an object' : 'anything'
  const name = [type].flat().join(' or ')
  if (pattern) return `text like \`${pattern}\``
  const isBounded = minimum !== undefined || (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER)
  const most = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? '' : ` to ${maximum}`
  return isBounded ? `${name}${minimum === undefined ? '' : ` from ${minimum}`}${most}` : name
}

/** A field and, if it is an object, those in it. */
function rowsOf(name: string, where: string, schema: SchemaObject, isRequired: boolean): string[][] {
  const inner = Object.entries(schema.properties ?? {}) as [string, SchemaObject][]
  const standard = schema.default
  const isShown = standard !== undefined && (typeof standard !== 'object' || standard === null)
  const described = `${schema.description ?? ''}${isShown ? ` Default \`${standard}\`.` : ''}`.trim()
  return [
    [`\`${name}\`${isRequired ? ' *' : ''}`, where, wordsFor(schema), described],
    ...inner.flatMap(([field, value]) =>
      rowsOf(`${name}.${field}`, where, value, schema.required?.includes(field) === true),
    ),
  ]
}

function fieldsOf({ parameters = [], requestBody }: OperationObject): string[][] {
  const given = (parameters as ParameterObject[]).flatMap(({ name, in: where, required, description, schema }) =>
    rowsOf(
      name,
      where,
      { description: description ?? '', ...(schema as SchemaObject) },
      required === true && where !== 'path',
    ),
  )
  const body = (requestBody as { content?: Record<string, { schema?: SchemaObject }> } | undefined)?.content
  const { properties = {}, required = [] } = body?.['application/json']?.schema ?? {}
  const sent = Object.entries(properties).flatMap(([name, schema]) =>
    rowsOf(name, 'body', schema as SchemaObject, required.includes(name)),
  )
  return [...given, ...sent]
}

/** Refusals that are this command's own. */
function refusalsOf({ responses = {} }: OperationObject): string[] {
  return Object.entries(responses).flatMap(([status, response]) =>
    /^[45]/.test(status) && 'description' in response ? [`- ${status}: ${response.description}`] : [],
  )
}

function sectionOf(name: string, operation: OperationObject): string {
  const fields = fieldsOf(operation)
  const refusals = refusalsOf(operation)
  return [
    `### ${name}`,
    `${operation.summary}.${operation.description ? ` ${operation.description.replaceAll('\n', ' ')}` : ''}`,
    ...(fields.length > 0 ? [table(['field', 'in', 'must be', ''], fields)] : []),
    ...(refusals.length > 0 ? [refusals.join('\n')] : []),
  ].join('\n\n')
}

describe(DOCUMENT, () => {
  it('shows every command', async () => {
    const rows = (await operations()).map(({ name, operation }) => [
      `[\`${name}\`](#${anchorOf(name)})`,
      operation.summary ?? '',
    ])
    const expected = table(['command', 'what it does'], rows)
    expect(block(DOCUMENT, 'commands', expected)).toBe(expected)
  })

  it('shows what each command takes and refuses', async () => {
    const all = await operations()
    const expected = all.map(({ name, operation }) => sectionOf(name, operation)).join('\n\n')
    expect(all.length).toBeGreaterThan(50)
    expect(block(DOCUMENT, 'details', expected)).toBe(expected)
  })

  it('shows a program that does what it says', async () => {
    const [, program = ''] = /<!-- handle -->\s+```js\n([\s\S]*?)```/.exec(read(DOCUMENT)) ?? []
    const [, promised] = /console\.log\(.*\/\/ (.*)/.exec(program) ?? []
    const printed: unknown[] = []
    const run = new AsyncFunction('createSimulator', 'console', program.replace(/^import .*$/m, ''))
    await run(createSimulator, { log: (value: unknown) => printed.push(value) })
    expect(JSON.stringify(printed[0])).toBe(
      promised?.replaceAll("'", '"').replaceAll(/\[ | \]|, /g, part => part.trim()),
    )
  })
})
