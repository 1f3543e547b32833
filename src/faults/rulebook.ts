import { bytesOf, fractionFrom } from '../simulation/random.ts'
import type { Effect } from '../simulation/task.ts'
import type { Operation } from './kind.ts'

/** What must hold of a request for a rule to match; each part given must. */
export interface Conditions {
  readonly model?: string
  readonly mode?: string
  readonly action?: string
  /** A part of the prompt. */
  readonly prompt?: string
  readonly taskId?: string
}

/** A rule as kept. */
export interface Rule {
  readonly id: string
  /** `outcome`: chooses a create's outcome, the first that fires. `fault`: adds its effects to whatever was chosen. */
  readonly role: 'outcome' | 'fault'
  readonly operation: Operation
  readonly effects: readonly Effect[]
  /** The effects in their shortest form. */
  readonly text: string
  /** SHA-256 of the token it is for; `undefined`: all. */
  readonly namespace?: string
  readonly when: Conditions
  /** Fires so often at most, in each namespace. */
  readonly next?: number
  /** Fires at each so manieth match. */
  readonly every?: number
  /** Fires with this chance, drawn from the seed. */
  readonly probability?: number
  /** Instants on the namespace's clock: fires from `from` on, before `until`. */
  readonly from?: number
  readonly until?: number
  /** The timeline it belongs to. */
  readonly timeline?: string
}

/** What is known of a request. */
export interface Facts extends Conditions {
  readonly operation: Operation
  readonly namespace: string
  readonly now: number
}

/** How often a rule matched and fired, over all namespaces. */
export interface Hits {
  readonly matched: number
  readonly fired: number
}

interface Count {
  matched: number
  fired: number
}

/** What fired for one request. */
export interface Fired {
  readonly outcome: Rule | undefined
  readonly faults: readonly Rule[]
}

const NOTHING: Fired = { outcome: undefined, faults: [] }

/**
 * The rules there are, in order, and how often each has fired.
 *
 * Each namespace counts for itself, also under a rule for all of them: one that is next for three creates is so for
 * three of each token. So tests that run side by side see what they would see alone.
 */
export class Rulebook {
  readonly #seed: number
  #rules: Rule[] = []
  /** By namespace, then by rule. */
  readonly #counts = new Map<string, Map<string, Count>>()

  constructor(seed: number) {
    this.#seed = seed
  }

  get rules(): readonly Rule[] {
    return this.#rules
  }

  /** The rule of that id. */
  find(id: string): Rule | undefined {
    return this.#rules.find(rule => rule.id === id)
  }

  /** Puts rules after those there are; one with the id of another takes its place and starts counting anew. */
  put(rules: readonly Rule[]): void {
    for (const rule of rules) {
      const at = this.#rules.findIndex(({ id }) => id === rule.id)
      this.#forgetCounts(rule.id)
      this.#rules = at < 0 ? [...this.#rules, rule] : this.#rules.with(at, rule)
    }
  }

  /** Takes away the rules that `isGone` picks; answers how many. */
  remove(isGone: (rule: Rule) => boolean): number {
    const gone = this.#rules.filter(isGone)
    for (const { id } of gone) this.#forgetCounts(id)
    this.#rules = this.#rules.filter(rule => !gone.includes(rule))
    return gone.length
  }

  /** Starts all counts anew, of one namespace or of all. */
  resetCounts(namespace?: string): void {
    if (namespace === undefined) this.#counts.clear()
    else this.#counts.delete(namespace)
  }

  hits(id: string): Hits {
    const counts = [...this.#counts.values()].map(counts => counts.get(id))
    return {
      matched: counts.reduce((sum, count) => sum + (count?.matched ?? 0), 0),
      fired: counts.reduce((sum, count) => sum + (count?.fired ?? 0), 0),
    }
  }

  /** Which rules fire for a request, and counts it: the first `outcome` rule that does, and every `fault`. */
  take(facts: Facts): Fired {
    if (this.#rules.length === 0) return NOTHING
    let outcome: Rule | undefined
    const faults: Rule[] = []
    for (const rule of this.#rules) {
      if (rule.role === 'outcome' && outcome) continue
      if (!matches(rule, facts) || !this.#fires(rule, facts.namespace)) continue
      if (rule.role === 'outcome') outcome = rule
      else faults.push(rule)
    }
    return { outcome, faults }
  }

  #fires({ id, next, every, probability }: Rule, namespace: string): boolean {
    const count = this.#countOf(namespace, id)
    if (next !== undefined && count.fired >= next) return false
    count.matched++
    if (every !== undefined && count.matched % every !== 0) return false
    if (probability !== undefined) {
      const drawn = fractionFrom(bytesOf('rule', this.#seed, namespace, id, count.matched), 0)
      if (drawn >= probability) return false
    }
    count.fired++
    return true
  }

  #countOf(namespace: string, id: string): Count {
    const counts = this.#counts.get(namespace) ?? new Map<string, Count>()
    this.#counts.set(namespace, counts)
    const count = counts.get(id) ?? { matched: 0, fired: 0 }
    counts.set(id, count)
    return count
  }

  #forgetCounts(id: string): void {
    for (const counts of this.#counts.values()) counts.delete(id)
  }
}

function matches(rule: Rule, facts: Facts): boolean {
  const { model, mode, action, prompt, taskId } = rule.when
  return (
    rule.operation === facts.operation &&
    (rule.namespace === undefined || rule.namespace === facts.namespace) &&
    (rule.from === undefined || facts.now >= rule.from) &&
    (rule.until === undefined || facts.now < rule.until) &&
    (model === undefined || model === facts.model) &&
    (mode === undefined || mode === facts.mode) &&
    (action === undefined || action === facts.action) &&
    (taskId === undefined || taskId === facts.taskId) &&
    (prompt === undefined || (facts.prompt ?? '').includes(prompt))
  )
}
