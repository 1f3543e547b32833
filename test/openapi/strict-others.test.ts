import fc from 'fast-check'
import type { OpenAPIObject, SchemaObject } from 'openapi3-ts/oas31'
import { describe, expect, it } from 'vitest'
import { HTTP_URL } from '../../src/contract/conditions/http-url.ts'
import { examineFor } from '../../src/contract/creates.ts'
import { ENDPOINTS, type TaskType } from '../../src/contract/endpoints.ts'
import { REVISIONS, type Revision } from '../../src/contract/revisions.ts'
import { openApiDocument } from '../../src/openapi/document.ts'
import type { SchemaName } from '../../src/openapi/schemas.ts'
import { otherBodies } from '../../src/openapi/strict-document.ts'
import { bodiesNear, changesTo } from './bodies.ts'
import { checksOf } from './reading.ts'

type Body = Record<string, unknown>

/** The schemas of each endpoint's bodies, and the one to check a body by. */
const BODIES: Readonly<Record<Exclude<TaskType, 'videos'>, { whole: string; variants: readonly string[] }>> = {
  motion: { whole: 'CreateMotion', variants: ['CreateMotion'] },
  'lip-sync': { whole: 'CreateLipSync', variants: ['LipSyncFromText', 'LipSyncFromAudio'] },
  'talking-photo': { whole: 'CreateTalkingPhoto', variants: ['CreateTalkingPhoto'] },
}

/** Fields that go together, which good fields chosen one by one seldom do. */
const TOGETHER: Readonly<Record<string, readonly Body[]>> = {
  LipSyncFromText: [{ video_id: 'any', video_url: null }],
  LipSyncFromAudio: [
    {
      video_id: 'any',
      video_url: null,
      audio_type: 'url',
      audio_url: 'https://example.com/voice.mp3',
      audio_file: null,
    },
    { video_id: null, video_url: 'https://example.com/a.mp4', audio_type: 'file', audio_file: ' SUQzBA==\n' },
  ],
}

/** Mutation drills, which run this thousands of times, ask for fewer. */
const RANDOM_BODIES = Number(process.env['MOCKLING_RANDOM_BODIES'] ?? 20_000)

const places = REVISIONS.flatMap(revision =>
  (Object.keys(BODIES) as (keyof typeof BODIES)[])
    .filter(type => ENDPOINTS[type].revisions.includes(revision))
    .map(type => ({ revision, type })),
)

/** The document, its bodies alone strict. */
function strictBodies(revision: Revision): OpenAPIObject {
  const document = openApiDocument(revision)
  const schemas = document.components?.schemas as Record<SchemaName, SchemaObject>
  return { ...document, components: { schemas: { ...schemas, ...otherBodies(revision, schemas) } } }
}

/** A URL that the document refuses and the rules may take; see `x-mockling-beyond-schema`. */
function isBeyond(body: Body): boolean {
  const pattern = new RegExp(HTTP_URL, 'u')
  const urls = ['callback_url', 'image_url', 'video_url', 'audio_url'].map(name => body[name])
  return urls.some(url => typeof url === 'string' && /^\s*https?:/i.test(url) && !pattern.test(url))
}

describe.each(places)('the strict document of revision $revision on $type', ({ revision, type }) => {
  const document = strictBodies(revision)
  const { whole, variants } = BODIES[type]
  const schemas = variants.map(name => document.components?.schemas?.[name] as SchemaObject)
  const bodies = variants.map((name, at) =>
    fc
      .tuple(bodiesNear(schemas[at] as SchemaObject), fc.constantFrom({}, ...(TOGETHER[name] ?? [])))
      .map(([body, together]): Body => ({ ...body, ...together })),
  )
  const refused = checksOf(document)('components', 'schemas', whole)
  const tally = { bodies: 0, accepted: 0, beyond: 0 }

  function disagreement(body: Body): string | undefined {
    const rules = examineFor(type, body, revision, 'documented').objections.map(({ rule }) => rule)
    const byDocument = refused(body)
    tally.bodies += 1
    if (byDocument === undefined) tally.accepted += 1
    if (isBeyond(body)) tally.beyond += 1
    if ((byDocument === undefined) === (rules.length === 0)) return undefined
    if (isBeyond(body) && rules.length === 0) return undefined
    return `${JSON.stringify(body)}: by the rules ${rules.join(', ') || 'accepted'}, by the document ${byDocument ?? 'accepted'}`
  }

  it(`accepts ${RANDOM_BODIES} random bodies exactly if no rule objects`, { timeout: 300_000 }, () => {
    const agreed = fc.property(fc.oneof(...bodies), body => {
      expect(disagreement(body)).toBeUndefined()
    })
    fc.assert(agreed, { numRuns: RANDOM_BODIES })
    expect(tally.accepted).toBeGreaterThan(RANDOM_BODIES / 20)
  })

  it('accepts what is one change away from accepted bodies exactly if no rule objects', {
    timeout: 300_000,
    tags: 'thorough',
  }, () => {
    for (const near of bodies) {
      const accepted = fc.sample(near, 400).filter(body => refused(body) === undefined)
      expect(accepted.length).toBeGreaterThan(10)
      for (const body of accepted) {
        for (const changed of changesTo(body)) {
          if (typeof changed === 'object' && changed !== null && !Array.isArray(changed))
            expect(disagreement(changed as Body)).toBeUndefined()
        }
      }
    }
    process.stdout.write(`${revision}, ${type}: ${tally.bodies} bodies, ${tally.accepted} accepted\n`)
  })

  it('describes every field', () => {
    const silent = schemas.flatMap(({ properties = {} }) =>
      Object.entries(properties).filter(([, property]) => !(property as SchemaObject).description),
    )
    expect(silent).toEqual([])
  })
})
