import type { EntryFilter } from '../journal/conditions.ts'
import type { Duplicates } from '../journal/duplicates.ts'
import type { Entry } from '../journal/entries.ts'
import type { Ledger } from '../journal/ledger.ts'
import type { Report } from './books.ts'
import { type For, type Instant, query, type Send } from './faces.ts'

/** Which entries are meant; each part given must hold. */
export interface Match extends Omit<EntryFilter, 'namespace' | 'taskId' | 'from' | 'to'> {
  /** Id of a task: made by it, of it, or asking for it. */
  readonly task?: string
  readonly from?: Instant
  readonly to?: Instant
}

/** How many entries must match. Without any of it: at least one. */
export interface Count {
  readonly atLeast?: number
  readonly atMost?: number
  /** Stands alone. */
  readonly exactly?: number
}

/** What a check came to. */
export interface Checked {
  readonly passed: boolean
  /** Places of the entries that match, oldest first. */
  readonly matching: readonly number[]
  /** The whole of it for people, so that no second run is needed. */
  readonly text: string
}

/** The journal: requests of the API, downloads and tries to deliver callbacks. */
export interface RequestsFace {
  /** Oldest first: the newest `limit`, 1000 unless given. */
  list(filter?: For & Match & { readonly limit?: number }): Promise<Entry[]>
  count(filter?: For & Match): Promise<number>
  /** Checks how many entries match. Resolves whether it holds or not. */
  verify(match: Match, count?: For & Count): Promise<Checked>
  /** Checks that entries match in this order; others may lie between. */
  sequence(steps: readonly Match[], of?: For): Promise<Checked>
}

/** What happened, and what it cost. */
export interface JournalFaces {
  readonly requests: RequestsFace
  /** What was bought, and what became of it. Prices are estimates in Credits. */
  ledger(of?: For): Promise<Ledger & { readonly dollars: number }>
  /** What was bought twice. */
  duplicates(of?: For): Promise<Duplicates>
  /** Money, duplicates and polling manners; `text` is for people. */
  report(of?: For): Promise<Report>
}

export function journalFaces(send: Send): JournalFaces {
  return {
    requests: requestsFace(send),
    ledger: of => send('GET', `/v1/ledger${query(of ?? {})}`) as ReturnType<JournalFaces['ledger']>,
    duplicates: of => send('GET', `/v1/duplicates${query(of ?? {})}`) as Promise<Duplicates>,
    report: of => send('GET', `/v1/report${query(of ?? {})}`) as Promise<Report>,
  }
}

function requestsFace(send: Send): RequestsFace {
  const asked = ({ body, ...rest }: For & Match) => query({ ...rest, ...(body && { body: JSON.stringify(body) }) })
  return {
    list: async (filter = {}) => ((await send('GET', `/v1/journal${asked(filter)}`)) as { items: Entry[] }).items,
    count: async (filter = {}) => ((await send('GET', `/v1/journal/count${asked(filter)}`)) as { count: number }).count,
    verify: (match, count = {}) => send('POST', '/v1/journal/verify', { match, ...count }) as Promise<Checked>,
    sequence: (steps, of = {}) => send('POST', '/v1/journal/sequence', { steps, ...of }) as Promise<Checked>,
  }
}
