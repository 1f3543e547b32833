import Ajv2020 from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { modelsOf } from '../../src/contract/capabilities.ts'
import type { JsonSchema } from '../../src/contract/conditions/schema.ts'
import { isObject } from '../../src/contract/request.ts'
import { REVISION_FACTS, REVISIONS, type Revision } from '../../src/contract/revisions.ts'
import { rulesOf, validate } from '../../src/contract/rules.ts'
import { CREATE_VARIANTS } from '../../src/openapi/schemas.ts'
import { strictDocument } from '../../src/openapi/strict-document.ts'
import * as guides from '../contract/matrix-oracle.ts'
import * as vendor from '../contract/vendor-oracle.ts'
import { EXPLANATIONS, type Explanation, UNKNOWN_TO_BODIES } from './beyond.ts'
import { bodiesNear, changesTo } from './bodies.ts'
import { withReferences, withShots, withVoices } from './enumerations.ts'
import { placesIn } from './reading.ts'

type Body = Record<string, unknown>

/** Mutation drills, which run this thousands of times, ask for fewer. */
const RANDOM_BODIES = Number(process.env['MOCKLING_RANDOM_BODIES'] ?? 100_000)

/** What the strict document's own schema of a create says of a body. */
function acceptorOf(revision: Revision): (body: Body) => boolean {
  const ajv = new Ajv2020.default({ strict: false }).addSchema(strictDocument(revision), 'document')
  const check = ajv.compile({ $ref: 'document#/components/schemas/CreateVideo' })
  return body => check(body) === true
}

/** How often document and rules said what. */
class Tally {
  bodies = 0
  accepted = 0
  /** Disagreements, by the entry of `x-mockling-beyond-schema` that explains them. */
  readonly beyond = new Map<string, number>()
  readonly accepts: (body: Body) => boolean
  readonly #revision: Revision
  readonly #entries: readonly Explanation[]

  constructor(revision: Revision, accepts: (body: Body) => boolean) {
    this.#revision = revision
    this.accepts = accepts
    const listed = listedIn(revision)
    this.#entries = EXPLANATIONS.filter(({ of }) => listed.includes(of))
  }

  /** @throws Error if document and rules disagree about a body, and no listed entry says why. */
  check(body: Body): void {
    const objections = validate(body, this.#revision, 'documented')
    const byRules = objections.length === 0
    const byDocument = this.accepts(body)
    this.bodies += 1
    if (byRules) this.accepted += 1
    if (byRules === byDocument) return
    const entries = byRules ? this.#plainlySaid(body) : this.#unsayable(body)
    if (entries.length === 0) {
      const rules = byRules ? 'accepted' : `refused by ${objections.map(({ rule }) => rule).join(', ')}`
      const document = byDocument ? 'accepted' : 'refused'
      throw new Error(`${JSON.stringify(body)}: by the rules ${rules}, by the document ${document}`)
    }
    for (const of of entries) this.beyond.set(of, (this.beyond.get(of) ?? 0) + 1)
  }

  /** The entries of which the body is; none unless the document accepts the same body said plainly. */
  #plainlySaid(body: Body): string[] {
    let plain = body
    const entries = this.#entries.filter(({ plain: said }) => {
      const changed = said?.(plain)
      plain = changed ?? plain
      return changed !== undefined
    })
    const agree = this.accepts(plain) && validate(plain, this.#revision, 'documented').length === 0
    return agree ? entries.map(({ of }) => of) : []
  }

  #unsayable(body: Body): string[] {
    const objections = validate(body, this.#revision, 'documented')
    return this.#entries.filter(({ covers }) => covers?.(objections, body, this.#revision)).map(({ of }) => of)
  }

  toString(): string {
    const share = ((100 * this.accepted) / this.bodies).toFixed(1)
    const beyond = [...this.beyond].map(([of, count]) => `${count} of ${of}`).join('; ')
    return `${this.bodies} bodies, ${this.accepted} (${share} %) accepted; beyond the schema: ${beyond || 'none'}`
  }
}

function print(revision: Revision, what: string, tally: Tally): void {
  process.stdout.write(`${revision}, ${what}: ${tally}\n`)
}

/** What the document of a revision says that it can't say. */
function listedIn(revision: Revision): string[] {
  const entries = strictDocument(revision)['x-mockling-beyond-schema'] as { of: string }[]
  return entries.map(({ of }) => of)
}

/** Every combination of the matrix, by guide A and B or by the vendor's documents. */
function* matrixOf(revision: Revision): Generator<Body> {
  if (revision === '2026-03' || revision === '2026-05') {
    for (const model of new Set([...guides.MODELS, ...modelsOf(revision)]))
      for (const row of guides.rowsOf(model)) yield guides.bodyOf(row)
    for (const row of guides.extendRows()) yield guides.bodyOf(row)
  } else {
    for (const model of new Set([...vendor.MODELS, ...modelsOf(revision)]))
      for (const row of vendor.rowsOf(model)) yield vendor.bodyOf(row)
  }
}

const ENUMERATIONS = [
  { what: 'the matrix', bodies: matrixOf, atLeast: 50_000 },
  { what: 'frames and references', bodies: withReferences, atLeast: 2_000 },
]

describe.each(REVISIONS)('the strict document of revision %s', revision => {
  const document = strictDocument(revision)
  const variants = Object.values(CREATE_VARIANTS).map(name => document.components?.schemas?.[name] as JsonSchema)
  const accepts = acceptorOf(revision)

  it.each(ENUMERATIONS)(
    'accepts every combination of $what exactly if no rule objects',
    { timeout: 300_000, tags: 'thorough' },
    each => {
      const tally = new Tally(revision, accepts)
      for (const body of each.bodies(revision)) tally.check(body)
      print(revision, each.what, tally)
      expect(tally.bodies).toBeGreaterThan(each.atLeast)
      expect(tally.accepted).toBeGreaterThan(100)
      expect(tally.beyond.size).toBe(0)
    },
  )

  it(`accepts ${RANDOM_BODIES} random bodies exactly if no rule objects`, { timeout: 600_000 }, () => {
    const tally = new Tally(revision, accepts)
    // Those of other endpoints name their path.
    const known = listedIn(revision).filter(of => !UNKNOWN_TO_BODIES.includes(of) && !of.includes('/kling/'))
    const examples = EXPLANATIONS.filter(({ of }) => known.includes(of)).map(({ example }): [Body] => [example])
    const agreed = fc.property(fc.oneof(...variants.map(bodiesNear)), body => tally.check(body))
    fc.assert(agreed, { numRuns: RANDOM_BODIES + examples.length, examples })
    print(revision, 'random', tally)
    expect(tally.accepted).toBeGreaterThan(RANDOM_BODIES / 5)
    // Each entry that is about bodies is met; else it would be there for nothing.
    expect([...tally.beyond.keys()].toSorted()).toEqual(known.toSorted())
  })

  it('accepts what is one change away from accepted bodies exactly if no rule objects', {
    timeout: 600_000,
    tags: 'thorough',
  }, () => {
    const tally = new Tally(revision, accepts)
    for (const variant of variants) {
      const bodies = fc.sample(bodiesNear(variant), 300).filter(accepts)
      // Beside their own fields, those of another: what does not go together is often well by itself.
      for (const [at, body] of bodies.entries()) {
        const other = Object.entries(bodies[at - 1] ?? {}).map(([name, value]) => ({ ...body, [name]: value }))
        for (const changed of [...changesTo(body), ...other]) if (isObject(changed)) tally.check(changed)
      }
    }
    print(revision, 'one change away', tally)
    expect(tally.bodies).toBeGreaterThan(20_000)
  })

  it('names the rule of every condition between fields', () => {
    const ids = rulesOf(revision, 'documented').map(({ id }) => id)
    const conditions = variants.flatMap(({ allOf = [] }) => allOf)
    expect(conditions.length).toBeGreaterThan(5)
    for (const { description } of conditions) expect(ids).toContain(description?.split(':')[0])
  })

  it('says what the calls that answers lead to are given', () => {
    const links = [...placesIn(document.paths)].filter(({ at }) => at.at(-2) === 'links').map(({ value }) => value)
    expect(links.length).toBeGreaterThan(2)
    for (const link of links) expect(link).toHaveProperty('requestBody', expect.any(Object))
  })

  it('describes every field of a request', () => {
    const silent = variants.flatMap(({ properties = {} }) =>
      Object.entries(properties).filter(([, property]) => !property.description),
    )
    expect(silent).toEqual([])
  })
})

const WITH_SHOTS = REVISIONS.filter(revision => REVISION_FACTS[revision].fields.has('multi_shot'))

describe.each(WITH_SHOTS)('the strict document of revision %s', revision => {
  it('accepts every combination of shots and voices exactly if no rule objects', {
    timeout: 300_000,
    tags: 'thorough',
  }, () => {
    const tally = new Tally(revision, acceptorOf(revision))
    for (const body of withShots()) tally.check(body)
    for (const body of withVoices()) tally.check(body)
    print(revision, 'shots and voices', tally)
    expect(tally.bodies).toBeGreaterThan(10_000)
    expect(tally.accepted).toBeGreaterThan(100)
  })
})
