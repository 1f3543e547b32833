import type { Create } from '../create.ts'
import type { Evidence, Grade } from '../evidence.ts'
import type { CreateVideo } from '../request.ts'
import type { Revision } from '../revisions.ts'

/** `documented`: what the guides refuse. `upstream`: also what only the model vendor refuses. */
export const STRICTNESSES = ['documented', 'upstream'] as const

export type Strictness = (typeof STRICTNESSES)[number]

/** An edit of a body, as `changed` applies it. */
export interface Change {
  /** The edit in words. */
  readonly says: string
  readonly set?: Readonly<Record<string, unknown>>
  readonly remove?: readonly string[]
}

/** What one rule has against a request. */
export interface Finding {
  /** The wire field that has to change. */
  readonly field: string
  /** What the answer's `error.message` says. */
  readonly message: string
  /** Where the message was read, if not where the rule was. */
  readonly text?: Evidence
  /** The smallest edit that satisfies this rule. A function, since most objections are never shown in full. */
  readonly nearest: () => Change
  /** Other revisions in which the value would be known. */
  readonly knownIn?: readonly Revision[]
}

/** A named condition on a request, with the place it was read. */
export interface Rule<R extends Create = CreateVideo> extends Evidence {
  /**
   * `R…` as in gateway §3.2; from R41 on ours; `U…` are the model vendor's own, under strictness `upstream`. `M…`, `L…`
   * and `T…` are about motion, lip-sync and talking-photo.
   */
  readonly id: string
  /** What should be true. */
  readonly says: string
  readonly revisions: readonly Revision[]
  readonly strictness?: 'upstream'
  readonly check: (request: R) => Finding | undefined
}

/** One rule's complaint about one body, as shown in `explain` and the journal. */
export class Objection implements Evidence {
  readonly rule: string
  readonly field: string
  readonly message: string
  /** Where the rule was read. */
  readonly source: string
  readonly grade: Grade
  /** Where the message was read. */
  readonly text: Evidence
  readonly knownIn: readonly Revision[] | undefined
  readonly #finding: Finding
  readonly #complete: (change: Change) => Change

  /** `complete` may add to the finding's own change what the rest of the body then needs. */
  constructor(rule: Omit<Rule, 'check'>, finding: Finding, complete = (change: Change) => change) {
    this.rule = rule.id
    this.field = finding.field
    this.message = finding.message
    this.source = rule.source
    this.grade = rule.grade
    this.text = finding.text ?? rule
    this.knownIn = finding.knownIn
    // Not as one more function: those outlived several collections.
    this.#finding = finding
    this.#complete = complete
  }

  /** The nearest change that satisfies the rule without breaking one that held. */
  get nearest(): Change {
    return this.#complete(this.#finding.nearest())
  }

  toJSON(): object {
    return { ...summaryOf(this), nearest: this.nearest }
  }
}

/** An objection as it is kept: without the nearest change, which holds on to the whole body. */
export type Complaint = Omit<Objection, 'nearest' | 'toJSON'>

export function summaryOf({ rule, field, message, source, grade, text, knownIn }: Objection): Complaint {
  return { rule, field, message, source, grade, text: { source: text.source, grade: text.grade }, knownIn }
}

/** A value as a message quotes it: bounded, since messages are kept. */
export function quoted(value: unknown): string {
  const text = String(value)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

/** Guide A's own example, so that a suggested extend works against a fresh simulator. */
export const EXAMPLE_VIDEO_ID = '030bb06d-98d4-4044-9042-0aa0822e8c8c'

/** Leaves `fields` out. */
export function without(...fields: string[]): Change {
  return { says: `leave ${fields.join(' and ')} out`, remove: fields }
}

/** Sets one field. */
export function setting(field: string, value: unknown): Change {
  return { says: `set ${field} to ${JSON.stringify(value)}`, set: { [field]: value } }
}

/** The body after the edit. */
export function changed(
  body: Readonly<Record<string, unknown>>,
  { set, remove = [] }: Change,
): Record<string, unknown> {
  const edited: Record<string, unknown> = { ...body, ...set }
  for (const field of remove) delete edited[field]
  return edited
}

/** One edit that does both, the second where they disagree. */
export function both(first: Change, second: Change): Change {
  const remove = [...(first.remove ?? []).filter(field => !(field in (second.set ?? {}))), ...(second.remove ?? [])]
  const set = Object.fromEntries(
    Object.entries({ ...first.set, ...second.set }).filter(([field]) => !second.remove?.includes(field)),
  )
  return {
    says: `${first.says} and ${second.says}`,
    ...(Object.keys(set).length > 0 && { set }),
    ...(remove.length > 0 && { remove }),
  }
}
