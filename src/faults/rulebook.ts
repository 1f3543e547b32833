import { randomUUID } from 'node:crypto'
import { bytesOf, fractionFrom } from '../simulation/random.ts'
import type { Effect } from '../simulation/task.ts'
import { type Count, JointCounts } from './joint-counts.ts'
import type { Operation } from './kind.ts'

/** What must hold of a request for a rule to match; each part given must. */
export interface Conditions {
  readonly model?: string
  readonly mode?: string
  readonly action?: string
  /** A part of the prompt. */
  readonly prompt?: string
  readonly taskId?: string
  /** Whether the create has a `callback_url`. */
  readonly callback?: boolean
}

/** A rule as kept. */
export interface Rule {
  /** Another rule for the same token, or for all of them, can't have it. */
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
export interface Facts extends Omit<Conditions, 'taskId'> {
  /** The task it is about; several for a batch. */
  readonly taskId?: string | readonly string[]
  readonly operation: Operation
  readonly namespace: string
  readonly now: number
  /** The request has an outcome already that no rule overrules: none is asked, and none is used up. */
  readonly isChosen?: boolean
}

/** How often a rule matched and fired. */
export interface Hits {
  readonly matched: number
  readonly fired: number
}

/** A rule with a name of its own, unlike that of any other there ever was. */
export type NamedRule = readonly [name: string, rule: Rule]

/** How often rules matched and fired where several replicas go by them: by the namespace of the request and the rule's name. */
export interface SharedCounts {
  read(namespace: string, names: readonly string[]): Promise<readonly Hits[]>
  /** Writes what has become of `before`; `false` if that is no longer so. */
  write(namespace: string, names: readonly string[], before: readonly Hits[], after: readonly Hits[]): Promise<boolean>
  /** Nobody goes by these any more. */
  forget(names: readonly string[]): void
  /** Starts anew, for one namespace or all. */
  reset(namespace: string | undefined): Promise<void>
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
  #rules: readonly Rule[] = []
  /** By the namespace of the request, then by rule. */
  readonly #counts = new Map<string, Map<Rule, Count>>()
  readonly #names = new WeakMap<Rule, string>()
  readonly #shared: SharedCounts | undefined
  readonly #joint: JointCounts | undefined

  /** With `shared`, counts are those of all replicas; what `hits` says is as it was loaded. */
  constructor(seed: number, shared?: SharedCounts) {
    this.#seed = seed
    this.#shared = shared
    this.#joint = shared && new JointCounts(shared)
  }

  get rules(): readonly Rule[] {
    return this.#rules
  }

  /** The rules as they would be with these put after them; one with the id of another takes its place. */
  with(added: readonly Rule[]): readonly Rule[] {
    const rules = [...this.#rules]
    for (const rule of added) {
      const at = rules.findIndex(other => isSame(other, rule))
      rules[at < 0 ? rules.length : at] = rule
    }
    return rules
  }

  /** Puts rules as `with` has them. One that takes the place of another starts counting anew. */
  put(added: readonly Rule[]): void {
    const rules = this.with(added)
    this.#forget(this.#rules.filter(rule => !rules.includes(rule)))
    this.#rules = rules
  }

  /** Takes away the rules that `isGone` picks; answers how many. */
  remove(isGone: (rule: Rule) => boolean): number {
    const gone = new Set(this.#rules.filter(isGone))
    this.#forget([...gone])
    this.#rules = this.#rules.filter(rule => !gone.has(rule))
    return gone.size
  }

  /** Starts all counts anew, of one namespace or of all. */
  async resetCounts(namespace?: string): Promise<void> {
    if (namespace === undefined) this.#counts.clear()
    else this.#counts.delete(namespace)
    await this.#shared?.reset(namespace)
  }

  /** The rules with their names, as plain data: `load` takes it. */
  get named(): NamedRule[] {
    return this.#rules.map(rule => [this.#nameOf(rule), rule])
  }

  /** Goes by exactly these rules from now on, which another replica has named. */
  load(named: readonly NamedRule[]): void {
    const known = new Map(this.named)
    this.#rules = named.map(([name, rule]) => known.get(name) ?? rule)
    for (const [index, [name]] of named.entries()) this.#names.set(this.#rules[index] as Rule, name)
  }

  /** What `hits` is to say, by the namespace of the request and the rule's name. */
  loadCounts(counts: readonly (readonly [namespace: string, name: string, hits: Hits])[]): void {
    const rules = new Map(this.named)
    this.#counts.clear()
    for (const [namespace, name, hits] of counts) {
      const rule = rules.get(name)
      if (rule) Object.assign(this.#countOf(namespace, rule), hits)
    }
  }

  /** Of requests of one namespace, or of all. */
  hits(rule: Rule, namespace?: string): Hits {
    const books = namespace === undefined ? [...this.#counts.values()] : [this.#counts.get(namespace)]
    const counts = books.map(counts => counts?.get(rule))
    return {
      matched: counts.reduce((sum, count) => sum + (count?.matched ?? 0), 0),
      fired: counts.reduce((sum, count) => sum + (count?.fired ?? 0), 0),
    }
  }

  /** Which rules fire for a request, and counts it: the first `outcome` rule that does, and every `fault`. */
  take(facts: Facts): Fired | Promise<Fired> {
    if (this.#rules.length === 0) return NOTHING
    const matching = this.#rules.filter(rule => matches(rule, facts) && !(rule.role === 'outcome' && facts.isChosen))
    if (matching.length === 0) return NOTHING
    if (this.#joint) {
      const names = new Map(matching.map(rule => [rule, this.#nameOf(rule)]))
      const take = (counts: ReadonlyMap<string, Count>) =>
        this.#fired(facts, matching, rule => counts.get(names.get(rule) as string) as Count)
      return this.#joint.take(facts.namespace, [...names.values()], take)
    }
    return this.#fired(facts, matching, rule => this.#countOf(facts.namespace, rule))
  }

  #fired({ namespace }: Facts, matching: readonly Rule[], countOf: (rule: Rule) => Count): Fired {
    let outcome: Rule | undefined
    const faults: Rule[] = []
    for (const rule of matching) {
      if ((rule.role === 'outcome' && outcome) || !this.#fires(rule, namespace, countOf(rule))) continue
      if (rule.role === 'outcome') outcome = rule
      else faults.push(rule)
    }
    return { outcome, faults }
  }

  #fires(rule: Rule, namespace: string, count: Count): boolean {
    const { id, next, every, probability } = rule
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

  #nameOf(rule: Rule): string {
    const name = this.#names.get(rule) ?? randomUUID()
    this.#names.set(rule, name)
    return name
  }

  #countOf(namespace: string, rule: Rule): Count {
    const counts = this.#counts.get(namespace) ?? new Map<Rule, Count>()
    this.#counts.set(namespace, counts)
    const count = counts.get(rule) ?? { matched: 0, fired: 0 }
    counts.set(rule, count)
    return count
  }

  #forget(rules: readonly Rule[]): void {
    this.#shared?.forget(rules.map(rule => this.#nameOf(rule)))
    for (const [namespace, counts] of this.#counts) {
      for (const rule of rules) counts.delete(rule)
      if (counts.size === 0) this.#counts.delete(namespace)
    }
  }
}

function isSame(one: Rule, other: Rule): boolean {
  return one.id === other.id && one.namespace === other.namespace
}

function matches(rule: Rule, facts: Facts): boolean {
  const { model, mode, action, prompt, taskId, callback } = rule.when
  return (
    rule.operation === facts.operation &&
    (rule.namespace === undefined || rule.namespace === facts.namespace) &&
    (rule.from === undefined || facts.now >= rule.from) &&
    (rule.until === undefined || facts.now < rule.until) &&
    (model === undefined || model === facts.model) &&
    (mode === undefined || mode === facts.mode) &&
    (action === undefined || action === facts.action) &&
    (callback === undefined || callback === facts.callback) &&
    (taskId === undefined || [facts.taskId ?? []].flat().includes(taskId)) &&
    (prompt === undefined || (facts.prompt ?? '').includes(prompt))
  )
}
