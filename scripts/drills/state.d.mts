/** What became of what was accepted. */
export interface Seen {
  readonly accepted: number
  readonly lost: number
  readonly owed: number
  readonly missing: number
  readonly failedStarts: number
  readonly cuts: number
}

export function drill(options: {
  readonly cycles: number
  readonly seed: number
  readonly sync?: 'always' | 'interval' | 'never'
}): Promise<Seen>
