import type { SchemaObject } from 'openapi3-ts/oas31'
import { describe, expect, it } from 'vitest'
import { REVISIONS } from '../../src/contract/revisions.ts'
import { openApiDocument } from '../../src/openapi/document.ts'
import { checksOf, placesIn } from './reading.ts'

/* What generators of clients make nothing of, or the wrong thing. test/clients holds the default document to them. */

describe.each(REVISIONS)('the document of revision %s, for generators', revision => {
  const { paths, components } = openApiDocument(revision)
  const schemas = components?.schemas as Record<string, SchemaObject>
  const shapes = [...placesIn({ paths, schemas })].filter(({ at }) => !at.includes('examples'))
  const placesWhere = (isOdd: (schema: Readonly<Record<string, unknown>>) => boolean) =>
    shapes.filter(({ value }) => isOdd(value)).map(({ at }) => at.join('.'))

  it('tells forms apart by oneOf', () => {
    const isNullable = (forms: unknown) => (forms as SchemaObject[]).at(-1)?.type === 'null'
    expect(placesWhere(({ anyOf }) => anyOf !== undefined && !isNullable(anyOf))).toEqual([])
  })

  it('has no boolean constants, of which some make an enum of strings', () => {
    expect(placesWhere(schema => schema['type'] === 'boolean' && 'const' in schema)).toEqual([])
  })

  it('calls every number a double, of which some take half', () => {
    expect(placesWhere(({ type, format }) => type === 'number' && format !== 'double')).toEqual([])
  })

  it('has links without bodies, for which openapi-generator takes a document for invalid', () => {
    const links = shapes.filter(({ at }) => at.at(-2) === 'links').map(({ value }) => value)
    expect(links.length).toBeGreaterThan(2)
    for (const link of links) expect(link).not.toHaveProperty('requestBody')
  })

  it('names what several bodies share once', () => {
    expect(placesWhere(({ items }) => (items as SchemaObject | undefined)?.properties !== undefined)).toEqual(
      revision === '2026-10' ? ['schemas.VideoResult.properties.data'] : [],
    )
  })

  it('still says which answers have succeeded', () => {
    const check = checksOf(openApiDocument(revision))
    const success = (name: string) => check('components', 'schemas', name, 'properties', 'success')
    for (const value of [true, false, 'true', 1, null]) {
      expect(success('VideoResult')(value) === undefined).toBe(value === true)
      expect(success('ErrorBody')(value) === undefined).toBe(value === false)
    }
  })
})
