/** Why a change can't be kept in the file of `--state`. */
export const UNWRITABLE = 'mockling can’t write its state file, and does nothing that it can’t keep'

/** Whole seconds after which to try again. */
const RETRY_AFTER = '1'

/**
 * The simulator itself can't, for now. Nothing has changed, and it may be asked for again. Thrown below any of our doors it is
 * answered with 503, outside of the imitation: marked by a header, as problem+json.
 */
export class Overload extends Error {
  override readonly name = 'Overload'
  readonly statusCode = 503
  readonly headers: Readonly<Record<string, string>>

  /** `what` it is that can't: a word for programs. */
  constructor(what: string, detail: string, options?: ErrorOptions) {
    super(detail, options)
    this.headers = { 'x-mockling-overload': what, 'retry-after': RETRY_AFTER }
  }

  /** The problem (RFC 9457) as JSON. */
  get body(): string {
    return JSON.stringify({
      ...{ type: 'about:blank', title: 'mockling is overloaded', status: this.statusCode, detail: this.message },
    })
  }
}
