/**
 * How sure we are of a fact, from best to least:
 *
 * - `guide`: stated in guide A or guide B;
 * - `vendor`: stated in Ace Data Cloud's OpenAPI file, other docs, SDK or clients;
 * - `kling`: the model vendor's own documented or seen text, passed through;
 * - `inferred`: concluded from samples;
 * - `chosen`: nobody says; decided here, and said so;
 * - `observed`: seen from the real API by a verify or record run (none yet).
 */
export const GRADES = ['guide', 'vendor', 'kling', 'inferred', 'chosen', 'observed'] as const

export type Grade = (typeof GRADES)[number]

/** Where a fact was read and how sure it is. Every row, rule, error, message and price carries one. */
export interface Evidence {
  /** The document and place, such as `guide B, matrix` or `gateway §3.2`. */
  readonly source: string
  readonly grade: Grade
}

/** The wording of the vendor's SDKs, whose local checks are the only texts there are for many rules. */
export const SDK: Evidence = { source: 'gateway §3.2 (SDK)', grade: 'vendor' }

/** A fact that no source states. */
export const CHOSEN: Evidence = { source: 'mockling', grade: 'chosen' }
