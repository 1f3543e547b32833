import type { ClockOwings } from '../../src/replicas/convoy.ts'

/** Callbacks that are owed, as all replicas have them: due, or under way. */
export class FakeOwings implements ClockOwings {
  readonly due: { readonly namespace: string; at: number }[] = []
  underway = 0

  add(namespace: string, at: number) {
    this.due.push({ namespace, at })
  }

  /** Somebody takes it on, if nobody has. */
  claim(namespace: string, now: number): boolean {
    const index = this.due.findIndex(one => one.namespace === namespace && one.at <= now)
    if (index === -1) return false
    this.due.splice(index, 1)
    this.underway++
    return true
  }

  async earliest(namespace: string): Promise<number | undefined> {
    const instants = this.due.filter(one => one.namespace === namespace).map(({ at }) => at)
    return instants.length === 0 ? undefined : Math.min(...instants)
  }

  async isAtRest(namespace: string, now: number): Promise<boolean> {
    return this.underway === 0 && !this.due.some(one => one.namespace === namespace && one.at <= now)
  }

  async owingNamespaces(): Promise<readonly string[]> {
    return [...new Set(this.due.map(({ namespace }) => namespace))]
  }
}
