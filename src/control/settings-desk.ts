import type { z } from 'zod'
import type { Revision } from '../contract/revisions.ts'
import type { Strictness } from '../contract/rules/objection.ts'

/** The settings, and those of them that may change while the simulator runs. */
export interface SettingsDesk {
  readonly config: { readonly balance?: number | undefined; readonly strictness: Strictness }
  /** By name; secrets masked. */
  readonly shown: Readonly<Record<string, unknown>>
  /** Fields of a change. */
  readonly Changes: z.ZodObject
  change(changes: unknown): void
  /** The revision that a namespace is judged by: its own, or else the server's. */
  revisionOf(namespace: string): Revision
  /** Those of single namespaces. */
  readonly ownRevisions: ReadonlyMap<string, Revision>
  /** Gives a namespace a revision of its own; `null` takes it away. */
  setRevision(namespace: string, revision: Revision | null): void
  /** Where those of the names can be set that are no field of a change but settings; `undefined` if there are none. */
  elsewhere(names: readonly string[]): string | undefined
}
