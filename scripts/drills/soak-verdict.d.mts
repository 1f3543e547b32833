/** What was measured of the process at one instant; sizes in bytes. */
export interface Sample {
  readonly atMs: number
  readonly rss: number
  readonly heap: number
  /** Like `handles`, beside connections and posts. */
  readonly fds: number
  readonly threads: number
  readonly handles: number
}

export function growthOf(samples: readonly Sample[]): string[]
