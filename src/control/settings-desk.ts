import type { z } from 'zod'

/** The settings, and those of them that may change while the simulator runs. */
export interface SettingsDesk {
  readonly config: { readonly balance?: number | undefined }
  /** By name; secrets masked. */
  readonly shown: Readonly<Record<string, unknown>>
  /** Fields of a change. */
  readonly Changes: z.ZodObject
  change(changes: unknown): void
  /** Where those of the names can be set that are no field of a change but settings; `undefined` if there are none. */
  elsewhere(names: readonly string[]): string | undefined
}
