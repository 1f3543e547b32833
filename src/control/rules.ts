import type { Revision } from '../contract/revisions.ts'
import { BadRule, type RuleInput, ruleFrom, rulesOf, type Site, type TimelineInput } from '../faults/rule-input.ts'
import type { Hits, Rule, Rulebook } from '../faults/rulebook.ts'
import { neverFires } from '../faults/sense.ts'
import { BadEffect } from '../faults/text.ts'
import type { ClockScope, Namespaces } from '../simulation/namespaces.ts'
import { Refused, short } from './control.ts'

/** Rules kept at most: each is looked at for each request. */
const MOST_RULES = 1000

export interface RuleDeskOptions {
  readonly rulebook: Rulebook
  readonly namespaces: Namespaces
  readonly revision: Revision
  readonly clips: ReadonlySet<string>
  /** Whether requests with that namespace's token are let in. */
  readonly isAdmitted: (namespace: string) => boolean
}

/** A rule as shown at this door. */
export interface RuleView extends Omit<Rule, 'effects' | 'namespace'>, Hits {
  /** First eight digits; `null`: for all tokens. */
  readonly namespace: string | null
}

/** Commands about outcome rules, faults and timelines. */
export class RuleDesk {
  readonly #options: RuleDeskOptions
  #made = 0

  constructor(options: RuleDeskOptions) {
    this.#options = options
  }

  /**
   * Puts a rule or fault behind those there are.
   * @throws Refused if it could never fire, or there are too many.
   */
  add(role: Rule['role'], scope: ClockScope, input: RuleInput): RuleView {
    const id = input.id ?? `${role}-${++this.#made}`
    const rule = this.#understood(() => ruleFrom(input, role, id, this.#site(scope)))
    this.#put([rule])
    return this.#view(rule)
  }

  /**
   * Starts a timeline: its changes, dated from now.
   * @throws Refused if one of them could never fire, or the timeline is running already.
   */
  start(scope: ClockScope, input: TimelineInput): { name: string; rules: RuleView[] } {
    if (this.#options.rulebook.rules.some(({ timeline }) => timeline === input.name)) {
      throw new Refused(`timeline '${input.name}' is there already; remove it to start it again`, 409)
    }
    const rules = this.#understood(() => rulesOf(input, this.#site(scope)))
    this.#put(rules)
    return { name: input.name, rules: rules.map(rule => this.#view(rule)) }
  }

  /** The rules of one role, or of a timeline; those of one namespace, with the ones for all. */
  list(filter: { role?: Rule['role'] | undefined; timeline?: string | undefined; scope: ClockScope }): RuleView[] {
    const { role, timeline, scope } = filter
    return this.#options.rulebook.rules
      .filter(rule => role === undefined || (rule.role === role && rule.timeline === timeline))
      .filter(rule => timeline === undefined || rule.timeline === timeline)
      .filter(rule => scope === 'server' || rule.namespace === undefined || rule.namespace === scope.namespace)
      .map(rule => this.#view(rule))
  }

  /** Names of the timelines that were started. */
  timelines(): { name: string; rules: RuleView[] }[] {
    const names = new Set(this.#options.rulebook.rules.flatMap(({ timeline }) => timeline ?? []))
    return [...names].map(name => ({ name, rules: this.list({ timeline: name, scope: 'server' }) }))
  }

  /** @throws Refused if there is none of that id. */
  remove(role: Rule['role'], id: string): void {
    const count = this.#options.rulebook.remove(rule => rule.role === role && rule.id === id)
    if (count === 0) throw new Refused(`there is no ${role} '${id}'`, 404)
  }

  /** @throws Refused if there is none of that name. */
  stop(name: string): void {
    const count = this.#options.rulebook.remove(rule => rule.timeline === name)
    if (count === 0) throw new Refused(`there is no timeline '${name}'`, 404)
  }

  /** Takes all of one role away: of one namespace, or of all. Answers how many. */
  clear(role: Rule['role'], scope: ClockScope): number {
    return this.#options.rulebook.remove(
      rule => rule.role === role && (scope === 'server' || rule.namespace === scope.namespace),
    )
  }

  #site(scope: ClockScope): Site {
    const { namespaces, clips } = this.#options
    if (scope === 'server') return { now: namespaces.server.clock.now(), clips }
    return { namespace: scope.namespace, now: namespaces.of(scope.namespace).clock.now(), clips }
  }

  /** All of them or, if one could never fire, none. */
  #put(rules: readonly Rule[]): void {
    const { rulebook, revision, isAdmitted } = this.#options
    if (rulebook.rules.length + rules.length > MOST_RULES) {
      throw new Refused(`there may be ${MOST_RULES} rules at most; there are ${rulebook.rules.length}`, 409)
    }
    const others = rulebook.rules.filter(({ id }) => !rules.some(rule => rule.id === id))
    for (const [index, rule] of rules.entries()) {
      const { now } = this.#site(rule.namespace === undefined ? 'server' : { namespace: rule.namespace })
      const before = [...others, ...rules.slice(0, index)]
      const reason = neverFires(rule, { revision, rules: before, now, isAdmitted })
      if (reason) throw new Refused(`${rule.id} can never fire: ${reason}`)
    }
    rulebook.put(rules)
  }

  #understood<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      if (error instanceof BadEffect || error instanceof BadRule) throw new Refused(error.message)
      throw error
    }
  }

  #view({ effects: _, namespace, ...rule }: Rule): RuleView {
    return {
      ...rule,
      namespace: namespace === undefined ? null : short(namespace),
      ...this.#options.rulebook.hits(rule.id),
    }
  }
}
