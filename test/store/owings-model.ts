import { expect } from 'vitest'
import type { Task } from '../../src/simulation/task.ts'
import type { Owing, OwingName, Owings } from '../../src/store/owings.ts'

interface Entry {
  readonly name: OwingName
  attempt: number
  due: number
  state: 'fresh' | 'waiting' | 'underway'
  isCancelled?: true
}

function text({ namespace, taskId, place }: OwingName): string {
  return `${namespace} ${taskId} ${place}`
}

/** Who is owed what, as plainly as it can be said: what a keeper of owings is held against. */
export class OwingsModel {
  readonly #entries = new Map<string, Entry>()
  /** As they were last changed. */
  readonly #tasks = new Map<string, Task>()
  /** Every callback there ever was. */
  readonly #names = new Map<string, OwingName>()

  get underway(): OwingName[] {
    return this.#in('underway').map(({ name }) => name)
  }

  create(task: Task): void {
    this.#tasks.set(task.id, task)
    for (const place of task.deliveries.keys()) this.#owe(task, place, 'fresh')
  }

  /** The task has another plan, `task`. */
  replan(task: Task): void {
    const known = this.#tasks.get(task.id)?.deliveries.length ?? 0
    this.#tasks.set(task.id, task)
    for (const [place, { at, isCancelled }] of task.deliveries.entries()) {
      const entry = this.#entries.get(text({ namespace: task.namespace, taskId: task.id, place }))
      if (!entry) {
        if (place >= known && !isCancelled) this.#owe(task, place, 'waiting')
      } else if (isCancelled && entry.state === 'underway') entry.isCancelled = true
      else if (isCancelled) this.#entries.delete(text(entry.name))
      else if (entry.state !== 'underway' && entry.attempt === 1) entry.due = at
    }
  }

  release(id: string): void {
    for (const entry of this.#in('fresh')) if (entry.name.taskId === id) entry.state = 'waiting'
  }

  /** Some of the earliest that may be claimed, which of those that are due at once is left open. */
  claimed(namespace: string, now: number, limit: number, claimed: readonly Owing[]): void {
    const due = this.#in('waiting')
      .filter(entry => entry.name.namespace === namespace && entry.due <= now)
      .sort((a, b) => a.due - b.due)
    expect(claimed.map(owing => owing.due)).toEqual(due.slice(0, limit).map(entry => entry.due))
    expect(new Set(claimed.map(text)).size).toBe(claimed.length)
    for (const owing of claimed) {
      const entry = due.find(({ name }) => text(name) === text(owing))
      expect(owing).toEqual(entry && owingOf(entry))
      if (entry) entry.state = 'underway'
    }
  }

  again(name: OwingName, attempt: number, due: number): void {
    const entry = this.#entries.get(text(name))
    if (entry?.state !== 'underway') return
    if (entry.isCancelled) this.#entries.delete(text(name))
    else Object.assign(entry, { attempt, due, state: 'waiting' })
  }

  over(name: OwingName): void {
    if (this.#entries.get(text(name))?.state === 'underway') this.#entries.delete(text(name))
  }

  reset(namespace?: string): void {
    for (const [key, { name }] of this.#entries)
      if (namespace === undefined || name.namespace === namespace) this.#entries.delete(key)
  }

  /** Expects that everything that can be asked is as it is here. */
  async holds(owings: Owings, namespaces: readonly string[], now: number): Promise<void> {
    const waiting = [...this.#in('fresh'), ...this.#in('waiting')]
    const underway = this.#in('underway')
    const checks = namespaces.map(async namespace => {
      const own = waiting.filter(({ name }) => name.namespace === namespace)
      const earliest = Math.min(...own.map(({ due }) => due))
      expect(await owings.earliest(namespace)).toBe(own.length > 0 ? earliest : undefined)
      expect(await owings.isAtRest(namespace, now)).toBe(
        earliest > now && underway.every(({ name }) => name.namespace !== namespace),
      )
      expectSame(await owings.waiting(namespace), own)
    })
    const each = [...this.#names.values()].map(async name => {
      const entry = this.#entries.get(text(name))
      expect(await owings.underway(name)).toEqual(entry?.state === 'underway' ? owingOf(entry) : undefined)
      expect(await owings.owedTask(name)).toEqual(entry && this.#tasks.get(name.taskId))
    })
    const [count, owing, all] = await Promise.all([owings.count(), owings.owingNamespaces(), owings.waiting()])
    expect(count).toEqual({ waiting: waiting.length, underway: underway.length })
    expect(new Set(owing)).toEqual(new Set(waiting.map(({ name }) => name.namespace)))
    expectSame(all, waiting)
    await Promise.all([...checks, ...each])
  }

  #owe({ namespace, id: taskId, deliveries }: Task, place: number, state: 'fresh' | 'waiting'): void {
    const name = { namespace, taskId, place }
    this.#names.set(text(name), name)
    this.#entries.set(text(name), { name, attempt: 1, due: deliveries[place]?.at ?? Number.NaN, state })
  }

  #in(state: Entry['state']): Entry[] {
    return [...this.#entries.values()].filter(entry => entry.state === state)
  }
}

function owingOf({ name, attempt, due }: Entry): Owing {
  return { ...name, attempt, due }
}

/** The earliest first; of those that are due at once, in any order. */
function expectSame(given: readonly Owing[], expected: readonly Entry[]): void {
  expect(given.map(({ due }) => due)).toEqual(expected.map(({ due }) => due).sort((a, b) => a - b))
  const order = (a: Owing, b: Owing) => (text(a) < text(b) ? -1 : 1)
  expect(given.toSorted(order)).toEqual(expected.map(owingOf).sort(order))
}
