import type { Sample } from './soak-verdict.mjs'

/** What was seen of a simulator under load, as far as the verdict goes by it. */
export interface Seen {
  readonly samples: readonly Sample[]
  readonly lines: readonly string[]
  readonly odd: readonly string[]
  readonly exit: number | string
  readonly before: Readonly<Record<string, number>>
  readonly after: Readonly<Record<string, number>>
  readonly gaps: number
  readonly skipped: number
  readonly count: number
}

export function drill(options: {
  readonly minutes: number
  readonly seed: number
  readonly rate?: number
  readonly onMinute?: (row: Readonly<Record<string, number>>) => void
}): Promise<Seen & { readonly ends: { readonly answered: number } }>

export function reasonsAgainst(seen: Seen): string[]
