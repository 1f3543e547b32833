import type { Case } from './case.ts'
import type { FileLedger } from './ledger.ts'
import type { Looked } from './looks.ts'
import { lookedAt } from './run.ts'
import type { Studio } from './studio.ts'
import { type Target, Unreachable } from './target.ts'

/** Requests in a row without an answer after which no more are sent. */
const MOST_SILENT = 3

interface SittingOptions {
  readonly target: Target
  readonly studio: Studio
  readonly ledger: FileLedger | undefined
  readonly signal?: AbortSignal
}

/** One run of the suite. Remembers what keeps later cases from being sent. */
export class Sitting {
  readonly #options: SittingOptions
  #halted: string | undefined
  #silent = 0

  constructor(options: SittingOptions) {
    this.#options = options
  }

  /** Why a case can't be sent any more; `undefined` if it can. */
  whyNotSent(one: Case): string | undefined {
    if (this.#options.signal?.aborted) return 'not sent: the run was interrupted'
    if (this.#silent >= MOST_SILENT) return `not sent: ${MOST_SILENT} requests in a row had no answer`
    return isCreate(one) ? this.#halted : undefined
  }

  /** @throws Unreachable, NotProduced */
  async look(one: Case): Promise<Looked> {
    try {
      const looked = await lookedAt(one, this.#options.target, this.#options.studio)
      this.#silent = 0
      this.#remember(one, looked)
      return looked
    } catch (thrown) {
      if (thrown instanceof Unreachable) {
        this.#silent++
        // Held answers are those of creates that were accepted.
        if (one.priceClass === 'at risk') this.#halt(one, 'had no answer and may have been accepted')
      }
      throw thrown
    }
  }

  #remember(one: Case, { differences, observed: { status = 0 } = {} }: Looked): void {
    if (differences.length === 0) this.#options.ledger?.pass(one.id)
    if (one.check.kind !== 'refused' || status === one.check.expected.status) return
    if (status < 300) this.#halt(one, 'was accepted')
    else if (status >= 500 && one.priceClass === 'at risk')
      this.#halt(one, `was answered ${status} and may have been accepted`)
  }

  #halt(one: Case, how: string): void {
    if (this.#options.target.isSimulated || !isCreate(one)) return
    this.#halted ??= `not sent: ${one.id} ${how} though a refusal was expected, which may have cost money`
  }
}

/** Whether it may make something, if the target is otherwise than expected. */
function isCreate({ check }: Case): boolean {
  return check.kind === 'refused' ? check.sending.path !== '/kling/tasks' : check.production !== undefined
}
