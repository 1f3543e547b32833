import type { Operation } from '../faults/kind.ts'
import type { Conditions } from '../faults/rulebook.ts'
import { type For, type Instant, part, query, type Send } from './faces.ts'
import type { RuleView } from './rules.ts'

/** Seconds of virtual time, or text with a unit such as `250ms`, `30s`, `2m`. */
export type Length = number | string

/** When a rule or fault fires. Without any of it: each time. */
export interface When {
  /** Made up if absent; one that is there already is replaced. */
  readonly id?: string
  /** What it is about. Default `create`. */
  readonly operation?: Operation
  /** What must hold of the request. */
  readonly when?: Conditions
  /** Fires so often at most, for each token. */
  readonly next?: number
  /** Fires at each so manieth match. */
  readonly every?: number
  /** Fires with this chance, drawn from the seed. */
  readonly probability?: number
  /** From an instant on; `in`: so long from now. */
  readonly from?: Instant
  readonly in?: Length
  /** Before an instant; `for`: for so long. */
  readonly until?: Instant
  readonly for?: Length
}

/** Rules: those that choose outcomes, or those that add faults. Without a token, for all tokens. */
export interface RulesFace {
  /**
   * Puts one behind those there are. Refused if it could never fire.
   * @param effects such as `fail api_error after=30, callback-doubled`; `mockling outcomes` lists them
   */
  add(effects: string, when?: For & When): Promise<RuleView>
  /** Those of a token and those for all. */
  list(of?: For): Promise<RuleView[]>
  remove(id: string): Promise<void>
  /** Removes all of one token; without one, all there are. Resolves to how many. */
  clear(of?: For): Promise<number>
}

/** One change of an incident: an outcome or a fault, dated from the start of its timeline. */
export interface Event extends Omit<When, 'id' | 'from' | 'in' | 'until'> {
  readonly at: Length
  readonly outcome?: string
  readonly fault?: string
}

/** Incidents: dated changes. */
export interface TimelinesFace {
  /** Starts one, counted from now. */
  start(timeline: For & { readonly name: string; readonly events: readonly Event[] }): Promise<{ rules: RuleView[] }>
  stop(name: string): Promise<void>
}

/** What can be made to happen. */
export interface RuleFaces {
  /** Outcomes of creates: the first rule that fires chooses. */
  readonly outcomes: RulesFace
  /** Effects on top of whatever was chosen, for creates, polls and downloads. */
  readonly faults: RulesFace
  readonly timelines: TimelinesFace
}

export function ruleFaces(send: Send): RuleFaces {
  return {
    outcomes: rulesFace(send, '/v1/rules'),
    faults: rulesFace(send, '/v1/faults'),
    timelines: timelinesFace(send),
  }
}

function rulesFace(send: Send, path: string): RulesFace {
  return {
    add: (effects, when = {}) => send('POST', path, { ...when, effects }) as Promise<RuleView>,
    list: async (of = {}) => ((await send('GET', path + query(of))) as { items: RuleView[] }).items,
    remove: async id => void (await send('DELETE', `${path}/${part(id)}`)),
    clear: async (of = {}) => ((await send('DELETE', path + query(of))) as { removed: number }).removed,
  }
}

function timelinesFace(send: Send): TimelinesFace {
  return {
    start: timeline => send('POST', '/v1/timelines', timeline) as ReturnType<TimelinesFace['start']>,
    stop: async name => void (await send('DELETE', `/v1/timelines/${part(name)}`)),
  }
}
