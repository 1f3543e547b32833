import type { Revision } from '../contract/revisions.ts'
import type { Operation } from '../faults/kind.ts'
import { BadRule, type RuleInput, ruleFrom, rulesOf, type Site, type TimelineInput } from '../faults/rule-input.ts'
import type { Hits, NamedRule, Rule, Rulebook } from '../faults/rulebook.ts'
import { neverFires, shadowOf } from '../faults/sense.ts'
import { BadEffect } from '../faults/text.ts'
import type { ClockScope, Namespaces } from '../simulation/namespaces.ts'
import { Refused, short } from './control.ts'

/** Rules kept at most: each is looked at for each request. */
const MOST_RULES = 5000

/** What people call them. */
const WORDS = { outcome: 'rule', fault: 'fault' } as const

export interface RuleDeskOptions {
  readonly rulebook: Rulebook
  readonly namespaces: Namespaces
  /** The revisions that requests of a namespace, or of any, may be judged by. */
  readonly revisionsOf: (namespace: string | undefined) => readonly Revision[]
  readonly clips: ReadonlySet<string>
  /** Why requests with a token never get as far as having `operation` done, if that is so. */
  readonly denialOf: (token: string, operation: Operation) => string | undefined
}

/** A rule as shown at this door. */
export interface RuleView extends Omit<Rule, 'effects' | 'namespace'>, Hits {
  /** First eight digits; `null`: for all tokens. */
  readonly namespace: string | null
}

/** A timeline as shown at this door. */
export interface TimelineView {
  readonly name: string
  /** First eight digits; `null`: for all tokens. */
  readonly namespace: string | null
  readonly rules: RuleView[]
}

/** All that a desk goes by. */
export interface KeptRules {
  readonly rules: readonly NamedRule[]
  readonly made: readonly (readonly [series: string, n: number])[]
}

/** Commands about outcome rules, faults and timelines. */
export class RuleDesk {
  readonly #options: RuleDeskOptions
  /** Ids made up so far, by scope: each token's are what they would be without the others. */
  readonly #made = new Map<string, number>()

  constructor(options: RuleDeskOptions) {
    this.#options = options
  }

  /**
   * Puts a rule or fault behind those there are; one with the id of another of the same scope takes its place.
   * `token`, if it is known, tells more of what may happen than the scope does.
   * @throws Refused if it could never fire, or there are too many.
   */
  add(role: Rule['role'], scope: ClockScope, input: RuleInput, token?: string): RuleView {
    const made = this.#nextId(role, scope)
    const rule = this.#understood(() => ruleFrom(input, role, input.id ?? made.id, this.#site(scope)))
    this.#put([rule], token, input.id ?? `the ${WORDS[role]}`)
    if (input.id === undefined) this.#made.set(made.series, made.n)
    return this.#view(rule, scope)
  }

  /**
   * Starts a timeline: its changes, dated from now.
   * @throws Refused if one of them could never fire, or the timeline is running already.
   */
  start(scope: ClockScope, input: TimelineInput, token?: string): TimelineView {
    const isThere = (rule: Rule) => rule.timeline === input.name && rule.namespace === keyOf(scope)
    if (this.#options.rulebook.rules.some(isThere)) {
      throw new Refused(`timeline '${input.name}' is there already; remove it to start it again`, 409)
    }
    const rules = this.#understood(() => rulesOf(input, this.#site(scope)))
    this.#put(rules, token)
    return { name: input.name, namespace: shown(keyOf(scope)), rules: rules.map(rule => this.#view(rule, scope)) }
  }

  /** The rules of one role, or of a timeline; those of one namespace, with the ones for all. */
  list(filter: { role?: Rule['role'] | undefined; timeline?: string | undefined; scope: ClockScope }): RuleView[] {
    const { role, timeline, scope } = filter
    return this.#options.rulebook.rules
      .filter(rule => role === undefined || (rule.role === role && rule.timeline === timeline))
      .filter(rule => timeline === undefined || rule.timeline === timeline)
      .filter(rule => isIn(scope, rule))
      .map(rule => this.#view(rule, scope))
  }

  /** The timelines that were started: of one namespace, with the ones for all, or every one. */
  timelines(scope: ClockScope = 'server'): TimelineView[] {
    const rules = this.#options.rulebook.rules.filter(rule => rule.timeline !== undefined && isIn(scope, rule))
    const first = rules.filter(
      (rule, at) => rules.findIndex(other => other.timeline === rule.timeline && isOfOneScope(other, rule)) === at,
    )
    return first.map(one => ({
      name: one.timeline as string,
      namespace: shown(one.namespace),
      rules: rules
        .filter(rule => rule.timeline === one.timeline && isOfOneScope(rule, one))
        .map(rule => this.#view(rule, scope)),
    }))
  }

  /** @throws Refused if there is none of that id, or several tokens have one and none is named. */
  remove(role: Rule['role'], id: string, scope: ClockScope = 'server'): void {
    this.#removeOne(`${WORDS[role]} '${id}'`, scope, rule => rule.role === role && rule.id === id)
  }

  /** @throws Refused if there is none of that name, or several tokens have one and none is named. */
  stop(name: string, scope: ClockScope = 'server'): void {
    this.#removeOne(`timeline '${name}'`, scope, rule => rule.timeline === name)
  }

  /** The rules and what ids were made up so far, as plain data: `load` takes it. */
  get kept(): KeptRules {
    return { rules: this.#options.rulebook.named, made: [...this.#made] }
  }

  load({ rules, made }: KeptRules): void {
    this.#options.rulebook.load(rules)
    this.#made.clear()
    for (const [series, n] of made) this.#made.set(series, n)
  }

  /** Takes everything away, as if there had never been a rule. */
  startOver(): void {
    this.#options.rulebook.remove(() => true)
    void this.#options.rulebook.resetCounts()
    this.#made.clear()
  }

  /** Takes all of one role away: of one namespace, or of all. Answers how many. */
  clear(role: Rule['role'], scope: ClockScope): number {
    return this.#options.rulebook.remove(
      rule => rule.role === role && (scope === 'server' || rule.namespace === scope.namespace),
    )
  }

  /** Removes what is meant, which is of one scope: of the one named, else what is for all, else the only one there is. */
  #removeOne(what: string, scope: ClockScope, isMeant: (rule: Rule) => boolean): void {
    const { rulebook } = this.#options
    const meant = rulebook.rules.filter(
      rule => isMeant(rule) && (scope === 'server' || rule.namespace === keyOf(scope)),
    )
    const one = meant.find(rule => rule.namespace === undefined) ?? meant[0]
    if (!one) throw new Refused(`there is no ${what}`, 404)
    if (one.namespace !== undefined && !meant.every(rule => isOfOneScope(rule, one))) {
      throw new Refused(`${what} is there for several tokens; name one of them`, 409)
    }
    rulebook.remove(rule => isMeant(rule) && isOfOneScope(rule, one))
  }

  /** The id of a rule that is given none: the first of its series that is neither taken nor was made up before. */
  #nextId(role: Rule['role'], scope: ClockScope): { series: string; n: number; id: string } {
    const namespace = keyOf(scope)
    const series = `${role} ${namespace ?? ''}`
    for (let n = (this.#made.get(series) ?? 0) + 1; ; n++) {
      const id = `${role}-${n}`
      const isTaken = this.#options.rulebook.rules.some(rule => rule.id === id && rule.namespace === namespace)
      if (!isTaken) return { series, n, id }
    }
  }

  #site(scope: ClockScope): Site {
    const { namespaces, clips } = this.#options
    const namespace = keyOf(scope)
    // Looking makes no namespace: one that comes later starts where the server's clock stands.
    const { clock } = (namespace === undefined ? undefined : namespaces.find(namespace)) ?? namespaces.server
    return { now: clock.now(), clips, ...(namespace !== undefined && { namespace }) }
  }

  /** All of them or, if one could never fire or would leave nothing for another, none. `name`: the only one’s, in refusals. */
  #put(added: readonly Rule[], token: string | undefined, name?: string): void {
    const { rulebook, revisionsOf, denialOf } = this.#options
    const rules = rulebook.with(added)
    if (rules.length > MOST_RULES) {
      throw new Refused(`there may be ${MOST_RULES} rules at most; there are ${rulebook.rules.length}`, 409)
    }
    for (const rule of added) {
      const denial = token === undefined ? undefined : denialOf(token, rule.operation)
      const around = { rules, now: this.#present(rule), denial }
      const reason = neverFires(rule, { ...around, revisions: revisionsOf(rule.namespace) })
      if (reason) throw new Refused(`${name ?? rule.id} can never fire: ${reason}`)
    }
    for (const rule of rules) this.#leaveAlone(rule, rules, added)
    rulebook.put(added)
  }

  /** A rule that takes the place of another may come before those that could fire so far. */
  #leaveAlone(rule: Rule, rules: readonly Rule[], added: readonly Rule[]): void {
    const now = this.#present(rule)
    const shadow = (rule.until ?? Number.POSITIVE_INFINITY) > now ? shadowOf(rule, rules, now) : undefined
    if (!shadow || !added.includes(shadow)) return
    throw new Refused(`with ${shadow.id}, rule '${rule.id}' behind it could never fire; remove that one first`)
  }

  /** The earliest present of those the rule is for. */
  #present({ namespace }: Rule): number {
    const { namespaces } = this.#options
    if (namespace !== undefined) return (namespaces.find(namespace) ?? namespaces.server).clock.now()
    return namespaces.all().reduce((least, { clock }) => Math.min(least, clock.now()), Number.POSITIVE_INFINITY)
  }

  #understood<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      if (error instanceof BadEffect || error instanceof BadRule) throw new Refused(error.message)
      throw error
    }
  }

  /** As shown to somebody who asks for one namespace, or for all: with how often it fired there. */
  #view(kept: Rule, scope: ClockScope): RuleView {
    const { effects: _, namespace, ...rule } = kept
    return {
      ...rule,
      namespace: shown(namespace),
      ...this.#options.rulebook.hits(kept, keyOf(scope)),
    }
  }
}

function keyOf(scope: ClockScope): string | undefined {
  return scope === 'server' ? undefined : scope.namespace
}

function shown(namespace: string | undefined): string | null {
  return namespace === undefined ? null : short(namespace)
}

function isOfOneScope(one: Rule, other: Rule): boolean {
  return one.namespace === other.namespace
}

/** Whether the rule is for the scope; the server's sees all. */
function isIn(scope: ClockScope, { namespace }: Rule): boolean {
  return scope === 'server' || namespace === undefined || namespace === scope.namespace
}
