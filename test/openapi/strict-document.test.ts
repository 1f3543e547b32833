import Ajv2020 from 'ajv/dist/2020.js'
import fc from 'fast-check'
import type { SchemaObject } from 'openapi3-ts/oas31'
import { describe, expect, it } from 'vitest'
import { SHARE_AS_TEXT } from '../../src/contract/bodies.ts'
import { modelsOf } from '../../src/contract/capabilities.ts'
import { HTTP_URL } from '../../src/contract/conditions/http-url.ts'
import { isObject } from '../../src/contract/request.ts'
import type { Revision } from '../../src/contract/revisions.ts'
import { rulesOf, validate } from '../../src/contract/rules.ts'
import { CREATE_VARIANTS } from '../../src/openapi/schemas.ts'
import { STRICT_REVISIONS, strictDocument } from '../../src/openapi/strict-document.ts'
import { bodyOf, extendRows, MODELS, rowsOf } from '../contract/matrix-oracle.ts'
import { bodiesNear, changesTo } from './bodies.ts'
import { placesIn } from './reading.ts'

type Body = Record<string, unknown>

const RANDOM_BODIES = 100_000

/** What the strict document's own schema of a create says of a body. */
function acceptorOf(revision: Revision): (body: Body) => boolean {
  const ajv = new Ajv2020.default({ strict: false }).addSchema(strictDocument(revision), 'document')
  const check = ajv.compile({ $ref: 'document#/components/schemas/CreateVideo' })
  return body => check(body) === true
}

/** Whether a body is of a kind that the document says it accepts less of. */
function isBeyond(body: Body): boolean {
  const { camera_control: camera, cfg_scale: share, video_list: videos } = body
  if (typeof camera === 'string' || (typeof share === 'string' && !SHARE_AS_TEXT.test(share))) return true
  const inVideos = Array.isArray(videos) ? videos.map(video => (isObject(video) ? video['video_url'] : undefined)) : []
  const urls = [body['callback_url'], body['start_image_url'], body['end_image_url'], ...inVideos]
  return urls.some(url => typeof url === 'string' && /^https?:/i.test(url) && !new RegExp(HTTP_URL, 'u').test(url))
}

/** How often document and rules said what. */
class Tally {
  bodies = 0
  accepted = 0
  beyond = 0
  /** Beyond, and taken by the rules alone. */
  less = 0
  readonly accepts: (body: Body) => boolean
  readonly #revision: Revision

  constructor(revision: Revision) {
    this.#revision = revision
    this.accepts = acceptorOf(revision)
  }

  /** What document and rules disagree about in a body, where they have to agree. */
  disagreement(body: Body): string | undefined {
    const objections = validate(body, this.#revision, 'documented')
    const byRules = objections.length === 0
    const byDocument = this.accepts(body)
    const beyond = isBeyond(body)
    this.bodies += 1
    if (byDocument) this.accepted += 1
    if (beyond) this.beyond += 1
    if (beyond && byRules && !byDocument) this.less += 1
    else if (byRules !== byDocument) {
      const rules = byRules ? 'accepted' : `refused by ${objections.map(({ rule }) => rule).join(', ')}`
      return `${JSON.stringify(body)}: by the rules ${rules}, by the document ${byDocument ? 'accepted' : 'refused'}`
    }
    return undefined
  }

  toString(): string {
    return `${this.bodies} bodies, ${this.accepted} accepted; ${this.beyond} beyond the schema, ${this.less} of them taken by the rules alone`
  }
}

const URL_OF = (name: string) => `https://example.com/${name}`

/** Each model with each number of frames, elements, images and videos; fields of other revisions are ignored. */
function* withReferences(revision: Revision): Generator<Body> {
  const frames = [[], ['start_image_url'], ['start_image_url', 'end_image_url'], ['end_image_url']]
  const videos = [undefined, [], ['base'], ['feature'], ['feature', 'feature']]
  for (const model of modelsOf(revision))
    for (const action of Object.keys(CREATE_VARIANTS))
      for (const given of frames)
        for (const video of videos)
          for (const elements of [undefined, 0, 1, 2, 3, 4, 5, 6, 7, 8])
            for (const images of [undefined, 1, 4, 7])
              yield JSON.parse(
                JSON.stringify({
                  action,
                  model,
                  prompt: 'a white mug',
                  video_id: 'any',
                  ...Object.fromEntries(given.map(name => [name, URL_OF(name)])),
                  video_list: video?.map(refer_type => ({ video_url: URL_OF('video'), refer_type })),
                  element_list: elements === undefined ? undefined : Array(elements).fill({ element_id: 1 }),
                  image_list: images && Array(images).fill({ image_url: URL_OF('image') }),
                }),
              )
}

describe.each(STRICT_REVISIONS)('the strict document of revision %s', revision => {
  const document = strictDocument(revision)
  const variants = Object.values(CREATE_VARIANTS).map(name => document.components?.schemas?.[name] as SchemaObject)

  it('accepts every combination of the matrix exactly if no rule objects', { timeout: 300_000 }, () => {
    const tally = new Tally(revision)
    const models = new Set([...MODELS, ...modelsOf(revision)])
    const disagreements: string[] = []
    for (const rows of [...[...models].map(rowsOf), extendRows()]) {
      for (const row of rows) {
        const disagreement = tally.disagreement(bodyOf(row))
        if (disagreement) disagreements.push(disagreement)
      }
    }
    process.stdout.write(`${revision}, matrix: ${tally}\n`)
    expect(disagreements.slice(0, 5)).toEqual([])
    expect(tally.bodies).toBeGreaterThan(50_000)
    expect(tally.accepted).toBeGreaterThan(2_000)
    expect(tally.beyond).toBe(0)
  })

  it('accepts every combination of frames and references exactly if no rule objects', { timeout: 300_000 }, () => {
    const tally = new Tally(revision)
    const disagreements = [...withReferences(revision)].flatMap(body => tally.disagreement(body) ?? [])
    process.stdout.write(`${revision}, references: ${tally}\n`)
    expect(disagreements.slice(0, 5)).toEqual([])
    expect(tally.bodies).toBeGreaterThan(10_000)
    expect(tally.accepted).toBeGreaterThan(100)
  })

  it(`accepts ${RANDOM_BODIES} random bodies exactly if no rule objects`, { timeout: 600_000 }, () => {
    const tally = new Tally(revision)
    const agreed = fc.property(fc.oneof(...variants.map(bodiesNear)), body => {
      expect(tally.disagreement(body)).toBeUndefined()
    })
    fc.assert(agreed, { numRuns: RANDOM_BODIES })
    process.stdout.write(`${revision}, random: ${tally}\n`)
    expect(tally.accepted).toBeGreaterThan(RANDOM_BODIES / 20)
    expect(tally.less).toBeGreaterThan(0)
  })

  it('accepts what is one change away from accepted bodies exactly if no rule objects', { timeout: 600_000 }, () => {
    const tally = new Tally(revision)
    for (const variant of variants) {
      const bodies = fc.sample(bodiesNear(variant), 4000).filter(tally.accepts)
      // Beside their own fields, those of another: what does not go together is often well by itself.
      for (const [at, body] of bodies.entries()) {
        const other = Object.entries(bodies[at - 1] ?? {}).map(([name, value]) => ({ ...body, [name]: value }))
        for (const changed of [...changesTo(body), ...other]) {
          if (isObject(changed)) expect(tally.disagreement(changed)).toBeUndefined()
        }
      }
    }
    process.stdout.write(`${revision}, one change away: ${tally}\n`)
    expect(tally.bodies).toBeGreaterThan(RANDOM_BODIES)
  })

  it('names the rule of every condition between fields', () => {
    const ids = rulesOf(revision, 'documented').map(({ id }) => id)
    const conditions = variants.flatMap(({ allOf = [] }) => allOf as SchemaObject[])
    expect(conditions.length).toBeGreaterThan(10)
    for (const { description } of conditions) expect(ids).toContain(description?.split(':')[0])
  })

  it('says what the calls that answers lead to are given', () => {
    const links = [...placesIn(document.paths)].filter(({ at }) => at.at(-2) === 'links').map(({ value }) => value)
    expect(links.length).toBeGreaterThan(2)
    for (const link of links) expect(link).toHaveProperty('requestBody', expect.any(Object))
  })

  it('describes every field of a request', () => {
    const silent = variants.flatMap(({ properties = {} }) =>
      Object.entries(properties).filter(([, property]) => !(property as SchemaObject).description),
    )
    expect(silent).toEqual([])
  })
})
