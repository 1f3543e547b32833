import type { z } from 'zod'

/** The settings, and those of them that may change while the simulator runs. */
export interface SettingsDesk {
  readonly config: { readonly balance?: number | undefined }
  /** By name; secrets masked. */
  readonly shown: Readonly<Record<string, unknown>>
  /** Fields of a change. */
  readonly Changes: z.ZodObject
  change(changes: unknown): void
}
