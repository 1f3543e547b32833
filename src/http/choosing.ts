import type { Create } from '../contract/create.ts'
import type { Endpoint } from '../contract/endpoints.ts'
import { inOrder } from '../faults/effects.ts'
import type { Operation } from '../faults/kind.ts'
import { chosenByHeader, chosenByMagic, type Outcome, SUCCEED } from '../faults/outcomes.ts'
import type { Facts, Rule } from '../faults/rulebook.ts'
import { textOf } from '../faults/text.ts'
import type { Effect } from '../simulation/task.ts'
import type { ApiReply, ApiRequest } from './api.ts'
import type { Door } from './door.ts'

/** The outcome that a create names itself, and whether by its header, which no rule overrules. */
export interface Named {
  readonly outcome: Outcome
  readonly isByHeader: boolean
}

/** What header, magic word or magic token choose, the first of these that is there; success without any. */
export function namedOutcome(
  { clips }: Door,
  request: ApiRequest,
  body: Record<string, unknown>,
  { words }: Pick<Endpoint, 'words'>,
): Named | { problem: string } {
  const header = request.headers['x-mockling-outcome']
  const byHeader = chosenByHeader(header === undefined ? undefined : String(header), clips)
  const said = body[words]
  const choice =
    byHeader ?? chosenByMagic(typeof said === 'string' ? said : undefined, request.call.credential.magic, clips, words)
  if (choice && 'problem' in choice) return choice
  return { outcome: choice?.outcome ?? SUCCEED, isByHeader: byHeader !== undefined }
}

/**
 * The outcome of a create that nothing objects to: what it names itself unless a rule says otherwise, and the faults
 * that fire on top. Counts the rules that fire.
 */
export function chosenOutcome(
  door: Door,
  request: ApiRequest,
  named: Named,
  wanted: Create,
): Outcome | Promise<Outcome> {
  return door.rulebook.rules.length === 0 ? named.outcome : ruledOutcome(door, request, named, wanted)
}

async function ruledOutcome(door: Door, request: ApiRequest, named: Named, wanted: Create): Promise<Outcome> {
  const { model, mode, action, prompt, callbackUrl } = wanted
  const fired = await taken(door, request.call.namespace, {
    isChosen: named.isByHeader,
    operation: 'create',
    model,
    mode,
    callback: callbackUrl !== undefined,
    ...(action !== undefined && { action }),
    ...(prompt !== undefined && { prompt }),
  })
  const rule = fired.outcome
  const chosen = rule ? rule.effects : named.outcome.effects
  note(request, [...(rule ? [rule] : []), ...fired.faults])
  const effects = together(chosen, fired.faults)
  if (effects === named.outcome.effects) return named.outcome
  return effects.length === 0 ? SUCCEED : { text: textOf(effects), effects }
}

/** The effects of the faults that fire for a request that is no create. */
export async function effectsOn(
  door: Door,
  namespace: { readonly key: string; readonly clock: { now(): number } },
  facts: Omit<Facts, 'namespace' | 'now'> & { readonly operation: Exclude<Operation, 'create'> },
): Promise<{ readonly effects: readonly Effect[]; readonly rules: readonly Rule[] }> {
  const { faults } = await taken(door, namespace, facts)
  return { effects: together([], faults), rules: faults }
}

/** Writes into the journal, for an API request, which rules had a say. */
export function note(request: ApiRequest, rules: readonly Rule[]): void {
  if (rules.length > 0) request.call.entry.rules = rules.map(({ id }) => id)
}

/** Tells the caller and the journal what was chosen. */
export function announce(request: ApiRequest, reply: ApiReply, { text }: Outcome): void {
  request.call.entry.outcome = text
  reply.header('x-mockling-outcome', text)
}

function taken(
  { rulebook }: Door,
  { key, clock }: { readonly key: string; readonly clock: { now(): number } },
  facts: Omit<Facts, 'namespace' | 'now'>,
) {
  return rulebook.take({ ...facts, namespace: key, now: clock.now() })
}

/** Effects and those of faults, in order; of one kind the first given counts. */
function together(chosen: readonly Effect[], faults: readonly Rule[]): readonly Effect[] {
  if (faults.length === 0) return chosen
  const all = [...chosen, ...faults.flatMap(({ effects }) => effects)]
  return inOrder([...new Map(all.toReversed().map(effect => [effect.name, effect])).values()])
}
