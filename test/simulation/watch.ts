/** A wait under observation: what came of it, once it has. */
export interface Watched {
  state: 'waiting' | 'woken' | 'rejected'
  reason: unknown
}

/** Observes waits and keeps the names of those that woke, in order. */
export class Watch {
  readonly woken: string[] = []

  over(wait: Promise<void>, name = ''): Watched {
    const watched: Watched = { state: 'waiting', reason: undefined }
    wait.then(
      () => {
        watched.state = 'woken'
        this.woken.push(name)
      },
      reason => {
        watched.state = 'rejected'
        watched.reason = reason
      },
    )
    return watched
  }
}
