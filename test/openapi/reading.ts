import { createRequire } from 'node:module'
import type { MediaTypeObject, OpenAPIObject, OperationObject } from 'openapi3-ts/oas31'

/** Says what is wrong with a value; `undefined` if nothing is. */
export type Check = (value: unknown) => string | undefined

interface Ajv {
  addSchema(schema: object, key: string): Ajv
  compile(schema: object): ((value: unknown) => boolean) & { errors?: unknown }
}

/** Ajv as Fastify has it: a validator of JSON Schema 2020-12 that owes nothing to Zod. */
function newAjv(): Ajv {
  const inFastify = createRequire(createRequire(import.meta.url).resolve('fastify'))
  const inCompiler = createRequire(inFastify.resolve('@fastify/ajv-compiler'))
  const { default: Ajv2020 } = inCompiler('ajv/dist/2020.js')
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  inCompiler('ajv-formats').default(ajv)
  return ajv
}

/** Checks against the document's own schemas, each named by its place in the document. */
export function checksOf(document: OpenAPIObject): (...place: string[]) => Check {
  const ajv = newAjv().addSchema(document, 'document')
  return (...place) => {
    const pointer = place.map(step => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
    const validate = ajv.compile({ $ref: `document#/${pointer}` })
    return value => (validate(value) ? undefined : JSON.stringify(validate.errors))
  }
}

/** One object of a document, and where it stands. */
export interface Place {
  readonly at: readonly string[]
  readonly value: Readonly<Record<string, unknown>>
}

/** Every object and array of the document, outermost first. */
export function* placesIn(value: unknown, at: readonly string[] = []): Generator<Place> {
  if (typeof value !== 'object' || value === null) return
  yield { at, value: value as Record<string, unknown> }
  for (const [key, inner] of Object.entries(value)) yield* placesIn(inner, [...at, key])
}

/** Every `content.application/json`: requests, answers and callbacks. */
export function mediaTypesIn(document: OpenAPIObject): { at: readonly string[]; media: MediaTypeObject }[] {
  return [...placesIn(document)]
    .filter(({ at }) => at.at(-1) === 'application/json' && at.at(-2) === 'content')
    .map(({ at, value }) => ({ at, media: value as MediaTypeObject }))
}

/** What stands at a pointer such as `#/components/schemas/ErrorBody`. */
export function resolved(document: OpenAPIObject, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], document)
}

/** The request examples of a call, by name. */
export function examplesOf(operation: OperationObject): Record<string, { value: Record<string, unknown> }> {
  const body = operation.requestBody as { content: Record<string, { examples: object }> }
  return { ...body.content['application/json']?.examples } as Record<string, { value: Record<string, unknown> }>
}
