/** The control door said no, or could not be reached. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
  /** The answer's status; `undefined` if none came. */
  readonly status: number | undefined

  constructor(message: string, status?: number, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}

/** Values of a query; what is `undefined` is left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** Asks the control door of one server. The only place that makes requests for tests. */
export class Client {
  /** Scheme, host and port, without a slash at the end. */
  readonly url: string
  /** The key asked for by a door that is bound wider than loopback. */
  readonly key: string | undefined

  /** @throws ControlError if `url` is no http or https URL. */
  constructor(url: string, key?: string) {
    if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
      throw new ControlError(`${JSON.stringify(url)} is no http or https URL of a mockling server`)
    }
    this.url = url.replace(/\/+$/, '')
    this.key = key
  }

  get<Answer>(path: string, query: Query = {}): Promise<Answer> {
    return this.#call('GET', path, query)
  }

  post<Answer>(path: string, body: object = {}): Promise<Answer> {
    return this.#call('POST', path, {}, body)
  }

  put<Answer>(path: string, body: object): Promise<Answer> {
    return this.#call('PUT', path, {}, body)
  }

  delete<Answer>(path: string, query: Query = {}): Promise<Answer> {
    return this.#call('DELETE', path, query)
  }

  /**
   * @param path below `/_mockling`
   * @throws ControlError with the door's own words if it refuses, or saying that it can't be reached.
   */
  async #call<Answer>(method: string, path: string, query: Query, body?: object): Promise<Answer> {
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value))
    const shown = `${method} ${this.url}/_mockling${path}`
    let answer: Response
    let text: string
    try {
      answer = await fetch(`${this.url}/_mockling${path}${search.size > 0 ? `?${search}` : ''}`, {
        method,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(this.key !== undefined && { 'x-mockling-key': this.key }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        redirect: 'error',
        // Real time: a server that hangs must not hang the test until the runner's own limit, which says less.
        signal: AbortSignal.timeout(30_000),
      })
      text = await answer.text()
    } catch (cause) {
      throw new ControlError(`${shown}: ${reasonOf(cause)}`, undefined, { cause })
    }
    const value = parsed(text)
    if (answer.ok && value !== undefined) return value as Answer
    throw new ControlError(
      `${shown}: ${answer.status} ${detailOf(value) ?? 'no answer of a mockling server'}`,
      answer.status,
    )
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a problem+json says. */
function detailOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('detail' in value)) return undefined
  return String(value.detail)
}

/** The cause of a failed fetch says more than the failure itself. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  const inner = cause instanceof AggregateError ? cause.errors.map(each => String(each?.message ?? each)) : []
  return cause.message || inner.join('; ') || cause.name
}
