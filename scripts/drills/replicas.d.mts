/** What became of what was accepted. */
export interface Seen {
  readonly accepted: number
  readonly odd: Readonly<Record<string, number>>
  readonly unsettled: number
  readonly differing: number
  readonly missing: number
  readonly doubledIds: number
  readonly owed: number
  readonly arrived: number
  readonly duplicates: number
  readonly warnings: readonly string[]
}

export function drill(options: {
  readonly tasks: number
  readonly seed: number
  readonly pace?: number
  readonly onProgress?: (text: string) => void
}): Promise<Seen>
