import { type Duplicates, duplicatesOf } from '../journal/duplicates.ts'
import type { Entry, EntryFilter, Journal } from '../journal/journal.ts'
import { acceptedCreates, type Ledger, ledgerOf, type Present } from '../journal/ledger.ts'
import { type ClockKind, type Manners, mannersOf, type Thresholds } from '../journal/manners.ts'
import { type Account, reportText } from '../journal/report.ts'
import type { Namespaces } from '../simulation/namespaces.ts'
import type { Step, Task } from '../simulation/task.ts'
import type { Store } from '../store/store.ts'
import type { Earlier } from './earlier.ts'

export interface BooksOptions {
  readonly journal: Journal
  readonly store: Pick<Store, 'task'>
  readonly namespaces: Namespaces
  readonly earlier?: Earlier | undefined
}

/** Which part of the journal an account is of: a namespace's, a stretch of time, what came after an entry. */
export type Span = Pick<EntryFilter, 'namespace' | 'from' | 'to' | 'after'>

/** An account with its text. */
export interface Report extends Account {
  readonly text: string
}

/** The books of a run, kept from the journal and what was accepted before it began: what was bought, what twice, and how tasks were polled. */
export class Books {
  readonly #options: BooksOptions

  constructor(options: BooksOptions) {
    this.#options = options
  }

  /** Every accepted create with its price, and what became of it; at most so many of them, the newest. */
  async ledger(span: Span = {}, most?: number): Promise<Ledger> {
    const entries = await this.#options.journal.readAll(span)
    return ledgerOf(entries, await this.#present(entries), { earlier: await this.#earlier(span), most })
  }

  /** Creates that were bought twice; at most so many pairs, the newest. */
  async duplicates(span: Span = {}, most?: number): Promise<Duplicates> {
    const entries = await this.#options.journal.readAll(span)
    return duplicatesOf(entries, await this.#present(entries), most)
  }

  /** How tasks were polled, by our own opinion of manners. */
  async manners(span: Span = {}, thresholds: Partial<Thresholds> = {}): Promise<Manners> {
    return mannersOf(await this.#options.journal.readAll(span), thresholds, key => this.#clockOf(key))
  }

  /** All of it, also as text. */
  async report(span: Span = {}, thresholds: Partial<Thresholds> = {}): Promise<Report> {
    const { journal } = this.#options
    const entries = await journal.readAll(span)
    const present = await this.#present(entries)
    const account: Account = {
      ledger: ledgerOf(entries, present, { earlier: await this.#earlier(span) }),
      duplicates: duplicatesOf(entries, present),
      manners: await this.manners(span, thresholds),
      dropped: journal.dropped,
    }
    return { ...account, text: reportText(account) }
  }

  /** Tasks accepted by earlier processes: before all entries. */
  async #earlier(span: Span): Promise<Task[]> {
    const { earlier, store } = this.#options
    if (!earlier || span.after !== undefined) return []
    return earlier.tasks(store, key => this.#namespaceOf(key).clock.now(), span)
  }

  /** What the entries can't know: how late it is, and plans that were changed since. */
  async #present(entries: readonly Entry[]): Promise<Present> {
    const nowOf = (key: string) => this.#namespaceOf(key).clock.now()
    const plans = new Map<string, readonly Step[]>()
    await Promise.all(
      acceptedCreates(entries).map(async ({ namespace, taskId }) => {
        const task = await this.#options.store.task(namespace, taskId, nowOf(namespace))
        if (task) plans.set(taskId, task.steps)
      }),
    )
    return { nowOf, planOf: taskId => plans.get(taskId) }
  }

  #clockOf(key: string): ClockKind {
    const { mode } = this.#namespaceOf(key).clock.setting
    return mode === 'frozen' || mode === 'auto-skip' ? mode : 'running'
  }

  /** Looking does not make one. */
  #namespaceOf(key: string) {
    const { namespaces } = this.#options
    return namespaces.find(key) ?? namespaces.server
  }
}
