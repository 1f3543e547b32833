import { Validator } from '@seriousme/openapi-schema-validator'
import type { OpenAPIObject, OperationObject, ParameterObject } from 'openapi3-ts/oas31'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { controlDoor } from '../support/door.ts'
import { placesIn, resolved } from './reading.ts'

const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const

async function documentOf(simulator: Simulator): Promise<OpenAPIObject> {
  return (await controlDoor(simulator).get('/openapi.json')).body
}

function operationsOf(document: OpenAPIObject): { name: string; path: string; operation: OperationObject }[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap(method => {
      const operation = item[method]
      return operation ? [{ name: `${method.toUpperCase()} ${path}`, path, operation }] : []
    }),
  )
}

/** Every route of the server below a path, read from the tree that Fastify prints. */
function routesBelow({ app }: Simulator, prefix: string): string[] {
  const parents: string[] = []
  const found: string[] = []
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent = '', part, methods] = /^((?:│ {3}| {4})*)[├└]── (\S*)(?: \((.+)\))?/.exec(line) ?? []
    if (part === undefined) continue
    const depth = indent.length / 4
    parents.length = depth
    parents.push(part)
    const path = parents.join('')
    if (methods === undefined || !path.startsWith(prefix)) continue
    const below =
      path
        .slice(prefix.length)
        .replaceAll(/:(\w+)/g, '{$1}')
        .replace(/\/?\*/, '/{id}') || '/'
    for (const method of methods.split(', ')) found.push(`${method} ${below}`)
  }
  return [...new Set(found)]
}

describe('the control door’s document', () => {
  it('has every route that there is, and no other', async () => {
    await using simulator = await createSimulator()
    const routes = routesBelow(simulator, '/_mockling')
    expect(routes.length).toBeGreaterThan(35)
    expect(
      operationsOf(await documentOf(simulator))
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(routes.toSorted())
  })

  it('is valid OpenAPI 3.1, as JSON and as YAML', async () => {
    await using simulator = await createSimulator()
    const { body: yaml, type } = await controlDoor(simulator).get('/openapi.yaml')
    expect(type).toBe('application/yaml')
    const document = await documentOf(simulator)
    expect(parse(yaml)).toEqual(document)
    expect(document.openapi).toBe('3.1.0')
    expect(await new Validator().validate({ ...document })).toEqual({ valid: true })
  })

  it('says of each command what it does, takes, answers and is refused for', async () => {
    await using simulator = await createSimulator()
    const operations = operationsOf(await documentOf(simulator))
    for (const { name, path, operation } of operations) {
      expect(operation.summary, name).toMatch(/^[A-Z].*[^.]$/)
      expect(Object.keys(operation.responses ?? {}), name).toEqual(expect.arrayContaining(['400', 'default']))
      const parameters = (operation.parameters ?? []) as ParameterObject[]
      const inPath = parameters.filter(parameter => parameter.in === 'path').map(parameter => `{${parameter.name}}`)
      expect(path.match(/\{\w+\}/g) ?? [], name).toEqual(inPath)
      for (const { name: parameter, required, in: place } of parameters) {
        expect(required, `${name} ${parameter}`).toBe(place === 'path')
      }
    }
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    const open = operations.filter(({ operation }) => operation.security?.length === 1).map(({ name }) => name)
    expect(open).toEqual([
      ...['GET /health', 'GET /live', 'GET /ready', 'GET /ca.pem'],
      ...['PUT /inbox/{name}', 'POST /inbox/{name}'],
    ])
  })

  it('refers to nothing that is not there, and shows nothing of the library it is made with', async () => {
    await using simulator = await createSimulator()
    const document = await documentOf(simulator)
    for (const { at, value } of placesIn(document)) {
      const { $ref } = value
      if (typeof $ref === 'string') expect(resolved(document, $ref), `${at.join('.')}: ${$ref}`).toBeTypeOf('object')
      expect(Object.keys(value)).not.toEqual(expect.arrayContaining(['wire']))
      expect(value['maximum']).not.toBe(Number.MAX_SAFE_INTEGER)
    }
  })

  it('names the server as its caller does, and this version', async () => {
    await using simulator = await createSimulator({ publicUrl: 'http://mockling.test:4180' })
    const { servers, info } = await documentOf(simulator)
    expect(servers?.[0]?.url).toBe('http://mockling.test:4180/_mockling')
    expect(info.version).toMatch(/^\d+\.\d+\.\d+/)
  })
})
