import { sumOfCredits } from '../contract/pricing.ts'
import type { Case, Need, PriceClass, Production } from './case.ts'

/** Which cases: an id, the beginning of one up to a slash, or a tag; rules and grades are tags too. */
export interface Selection {
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
}

/** What a run may do. */
export interface Terms extends Selection {
  /** Whether nothing costs anything. */
  readonly isSimulated: boolean
  /** Credits that all creates together may cost at worst. */
  readonly maxCredits: number
  readonly allowSpend: boolean
  /** What is there of what cases need. */
  readonly has: ReadonlySet<Need>
  /** Productions that an earlier run has paid for. */
  readonly isKnown?: (id: string) => boolean
  /** Cases that passed before and are left out. */
  readonly hasPassed?: (id: string) => boolean
  /** Only as many paid videos as it takes to see each two features of a request together. */
  readonly isCovering: boolean
}

/** A case with what becomes of it. */
export interface Planned {
  readonly case: Case
  /** Credits it may cost in this run at worst. */
  readonly credits: number
  /** Why it is not run; absent if it is. */
  readonly skipped?: string
}

/** What a run will do, case by case. Sends nothing. */
export function planned(cases: readonly Case[], terms: Terms): Planned[] {
  const chosen = cases.filter(one => isSelected(one, terms))
  const covering = terms.isCovering ? coveringSet(chosen) : undefined
  const bought = new Set<string>()
  let left = terms.isSimulated ? Number.POSITIVE_INFINITY : terms.maxCredits
  return chosen.map(one => {
    const credits = terms.isSimulated ? 0 : creditsIn(one, bought, terms)
    const skipped = terms.hasPassed?.(one.id) ? 'it passed before' : whySkipped(one, credits, left, terms, covering)
    if (skipped !== undefined) return { case: one, credits, skipped }
    left = sumOfCredits([left, -credits])
    for (const { id } of productionsOf(one)) bought.add(id)
    return { case: one, credits }
  })
}

/** The ids that a selection names and no case has: most often a slip. */
export function unmatched(cases: readonly Case[], { only = [], skip = [] }: Selection): string[] {
  return [...only, ...skip].filter(name => !cases.some(one => isNamed(one, name)))
}

/** Whether a selection takes a case. */
export function isSelected(one: Case, { only, skip = [] }: Selection): boolean {
  const isIn = only === undefined || only.length === 0 || only.some(name => isNamed(one, name))
  return isIn && !skip.some(name => isNamed(one, name))
}

function isNamed({ id, tags, grade }: Case, name: string): boolean {
  return id === name || id.startsWith(`${name}/`) || tags.includes(name) || grade === name
}

function whySkipped(
  { needs, priceClass, check }: Case,
  credits: number,
  left: number,
  { has, allowSpend, isSimulated }: Terms,
  covering: ReadonlySet<string> | undefined,
): string | undefined {
  const missing = needs.find(need => !has.has(need))
  if (missing) return MISSING[missing]
  if (isSimulated || priceClass === 'free') return undefined
  if (check.kind === 'made' && covering && !covering.has(check.production.id)) {
    return 'others show the same for less; --everything runs it'
  }
  if (!allowSpend) return `it may cost ${credits} Credits; --allow-spend lets it`
  // Of what is no number nothing may be spent.
  if (!(credits <= left)) return `${credits} Credits would take the run above --max-credits; ${left} are left`
  return undefined
}

const MISSING: Readonly<Record<Need, string>> = {
  callback: 'no public address for callbacks; --callback-url names one',
  files: 'no files that the API could fetch; --image, --video and --audio name them',
}

/** What a case may cost beside what is there already. */
function creditsIn(one: Case, bought: ReadonlySet<string>, { isKnown }: Terms): number {
  if (one.check.kind === 'refused') return one.credits
  const missing = productionsOf(one).filter(({ id }) => !bought.has(id) && isKnown?.(id) !== true)
  return sumOfCredits(missing.map(({ credits }) => credits))
}

/** The productions that a case needs, those they are made from first. */
function productionsOf({ check }: Case): Production[] {
  const production = check.kind === 'refused' ? undefined : check.production
  return production ? [...(production.of ? [production.of] : []), production] : []
}

/**
 * Productions that show each two of model, mode, length and feature together that any of them shows: greedily, the most
 * pairs for a Credit first. Those of cases that are not about a request's features stay, and those that a guide shows.
 */
export function coveringSet(cases: readonly Case[]): ReadonlySet<string> {
  const productions = new Map(cases.flatMap(one => productionsOf(one).map(made => [made.id, made] as const)))
  const open = new Map([...productions.values()].map(made => [made, pairsOf(made)] as const))
  const others = cases.filter(({ tags }) => tags.some(tag => ALWAYS.has(tag))).flatMap(productionsOf)
  const chosen = new Set(others.map(({ id }) => id))
  const seen = new Set(others.flatMap(pairsOf))
  for (;;) {
    let best: { made: Production; worth: number } | undefined
    for (const [made, pairs] of open) {
      const worth = pairs.filter(pair => !seen.has(pair)).length / Math.max(made.credits, 0.01)
      if (worth > (best?.worth ?? 0)) best = { made, worth }
    }
    if (!best) return chosen
    for (const { id } of [best.made, ...(best.made.of ? [best.made.of] : [])]) chosen.add(id)
    for (const pair of open.get(best.made) ?? []) seen.add(pair)
    open.delete(best.made)
  }
}

const ALWAYS: ReadonlySet<string> = new Set(['answer', 'guide-example'])

/** Each two facts of a request, as text. */
function pairsOf({ path, body }: Production): string[] {
  const facts = [
    path,
    ...['action', 'model', 'mode', 'duration'].map(name => `${name} ${String(body[name] ?? '')}`),
    ...Object.keys(body).filter(name => !PLAIN.has(name)),
  ]
  return facts.flatMap((fact, at) => facts.slice(at + 1).map(other => `${fact} & ${other}`))
}

const PLAIN = new Set(['action', 'model', 'mode', 'duration', 'prompt', 'start_image_url', 'video_id'])

/** Numbers of a plan for people. */
export interface Totals {
  readonly cases: number
  readonly credits: number
}

/** By price class; `covering` and `everything`: the paid videos of each. */
export function totalsOf(cases: readonly Case[]): Record<PriceClass | 'covering' | 'everything', Totals> {
  const of = (priceClass: PriceClass) => cases.filter(one => one.priceClass === priceClass)
  const sum = (some: readonly Case[]) => {
    const bought = new Map(some.flatMap(productionsOf).map(made => [made.id, made.credits] as const))
    const risked = some.filter(({ check }) => check.kind === 'refused').map(({ credits }) => credits)
    return { cases: some.length, credits: sumOfCredits([...bought.values(), ...risked]) }
  }
  const chosen = coveringSet(cases)
  const covering = of('paid').filter(one => productionsOf(one).every(({ id }) => chosen.has(id)))
  return {
    free: sum(of('free')),
    'at risk': sum(of('at risk')),
    paid: sum(of('paid')),
    covering: sum(covering),
    everything: sum(cases),
  }
}
