/** At most `limit` of one name at a time, first come first served. Remembers only names with work under way. */
export function turnsOf(limit: number) {
  const names = new Map<string, { running: number; waiting: Set<() => void> }>()
  return {
    /** Does `work` when it is the caller's turn; throws `signal.reason`, having done nothing, if that aborts first. */
    async inTurn<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
      await this.take(name, signal)
      try {
        return await work()
      } finally {
        this.release(name)
      }
    },
    async take(name: string, signal: AbortSignal): Promise<void> {
      signal.throwIfAborted()
      const { running, waiting } = names.get(name) ?? { running: 0, waiting: new Set() }
      if (running < limit) return void names.set(name, { running: running + 1, waiting })
      await new Promise<void>((resolve, reject) => {
        waiting.add(resolve)
        signal.addEventListener('abort', () => waiting.delete(resolve) && reject(signal.reason), { once: true })
      })
    },
    release(name: string): void {
      const { running, waiting } = names.get(name) ?? { running: 0, waiting: new Set() }
      const [next] = waiting
      if (next) {
        waiting.delete(next) // `running` stays: the turn is handed on
        next()
      } else if (running > 1) names.set(name, { running: running - 1, waiting })
      else names.delete(name)
    },
  }
}
