import { type Examined, examineFor } from './creates.ts'
import { fieldsOf } from './differences.ts'
import type { TaskType } from './endpoints.ts'
import { type Citations, citationsOf } from './materials.ts'
import type { Price } from './pricing.ts'
import type { CreateVideo } from './request.ts'
import { REVISION_FACTS, REVISIONS, type Revision } from './revisions.ts'
import type { Objection, Strictness } from './rules/objection.ts'

/** A field that is given and not used, and the revisions that would. */
export interface Ignored {
  readonly field: string
  readonly knownIn: readonly Revision[]
}

/** What a revision makes of a body. */
export interface Explanation {
  readonly revision: Revision
  readonly accepted: boolean
  /** The first one answers. */
  readonly objections: readonly Objection[]
  readonly ignored: readonly Ignored[]
  /** What the prompt cites of its references; absent where that does not count. */
  readonly citations?: Citations
  /** Absent if it is refused. */
  readonly price?: Price
}

/** What a revision makes of a body, with every reason. */
export function explained(
  endpoint: TaskType,
  body: Record<string, unknown>,
  revision: Revision,
  strictness: Strictness,
): Explanation {
  const { objections, request, price } = examineFor(endpoint, body, revision, strictness)
  const accepted = objections.length === 0
  const citations = citationsIn(request)
  return {
    revision,
    accepted,
    objections,
    ignored: ignoredOf(request),
    ...(citations && { citations }),
    ...(accepted && { price: price() }),
  }
}

type Request = Examined['request']

/** What the prompt cites of its references, in revisions in which that counts. */
function citationsIn(request: Request): Citations | undefined {
  if (request.type !== 'videos' || !REVISION_FACTS[request.revision].readsCitations) return undefined
  const citations = citationsOf(request as CreateVideo)
  return citations.given + citations.dangling.length > 0 ? citations : undefined
}

/** What is ignored, and who would read it. What the body's own revision reads, it ignores for the sake of other fields. */
function ignoredOf({ type, revision: own, ignored }: Request): Ignored[] {
  const readers = (field: string) => REVISIONS.filter(revision => fieldsOf(type, revision).has(field))
  return ignored.map(field => ({ field, knownIn: fieldsOf(type, own).has(field) ? [] : readers(field) }))
}
