import { Client } from './client.ts'
import { clientEnvironment } from './environment.ts'
import { type Count, type Expected, type Tolerance, verification } from './verify.ts'
import type { ClockView, Entry, EntryFilter, Health, Message, Rule, Task, When } from './shapes.ts'

/** Seconds or an instant: where a clock is to be moved. */
export type Move =
  | { readonly seconds: number }
  | { readonly ms: number }
  /** Unix milliseconds, or ISO 8601 with its zone. */
  | { readonly to: number | string }

/** How a task is to go on. `at` is an instant, not before now; without it, at once. */
export type Fate =
  | { readonly to: 'succeed'; readonly at?: number | string }
  | { readonly to: 'fail'; readonly code?: string; readonly message?: string; readonly at?: number | string }
  | { readonly to: 'settle'; readonly at: number | string }
  | { readonly to: 'stall' }

/** A running server, seen through its control door; of one token if it was narrowed by `as`. */
export class Mockling {
  /** Base URL for the client under test. No slash at the end. */
  readonly url: string
  /** The bearer token whose namespace this is about; `undefined`: the whole server. */
  readonly token: string | undefined
  readonly #client: Client
  readonly #expected: Expected[] = []
  readonly #tolerated = new Set<Tolerance>()

  constructor(client: Client, token?: string) {
    this.#client = client
    this.url = client.url
    this.token = token
  }

  /**
   * The same server for one bearer token, which has its own tasks, clock, money, rules, journal and ids.
   *
   * @example
   * const mine = connect('http://127.0.0.1:4180').as('worker-7')
   */
  as(token: string): Mockling {
    return new Mockling(this.#client, token)
  }

  /** Variables that point clients here: base URL and token under every name that is known to be read. */
  get env(): Record<string, string> {
    return clientEnvironment({ url: this.url, token: this.token ?? 'mockling', key: this.#client.key })
  }

  health(): Promise<Health> {
    return this.#client.get('/health')
  }

  readonly clock = {
    get: (): Promise<ClockView> => this.#client.get('/v1/clock', this.#scope),
    /** Changes how it runs: `real`, `frozen`, `auto-skip`, or `scaled` with a rate. `at` moves it there first. */
    set: (mode: ClockView['mode'], more: { rate?: number; at?: number | string } = {}): Promise<ClockView> =>
      this.#client.put('/v1/clock', { ...this.#scope, mode, ...more }),
    /** Moves it forward. Resolves when everything that was due is done. */
    advance: (move: Move): Promise<ClockView> => this.#client.post('/v1/clock/advance', { ...this.#scope, ...move }),
    /** Moves it to the next instant that somebody waits for. */
    toNextEvent: (): Promise<ClockView> => this.#client.post('/v1/clock/next-event', this.#scope),
    /** Moves the clock of a task to the instant it settles. */
    untilSettled: (task: string): Promise<ClockView> => this.#client.post('/v1/clock/until-settled', { task }),
  }

  readonly tasks = {
    /** Newest first. The guides' own three are in every namespace, after all others. */
    list: async (filter: { state?: string; model?: string; limit?: number } = {}): Promise<readonly Task[]> =>
      (await this.#client.get<{ items: Task[] }>('/v1/tasks', { ...this.#scope, ...filter })).items,
    get: (id: string): Promise<Task> => this.#client.get(`/v1/tasks/${encodeURIComponent(id)}`),
    /** Replaces the future of a pending task. */
    reroute: (id: string, fate: Fate): Promise<Task> =>
      this.#client.post(`/v1/tasks/${encodeURIComponent(id)}/reroute`, fate),
  }

  readonly callbacks = {
    /** Tries to deliver callbacks so far, oldest first. */
    list: (): Promise<readonly Entry[]> => this.requests.list({ kind: 'callback' }),
    /** Sends a task's callback by hand, now and once; to its own address and with its own body if nothing is said. */
    send: (task: string, edit: CallbackEdit = {}): Promise<Entry> => this.#client.post('/v1/callbacks', { task, ...edit }),
  }

  /** A built-in receiver for callbacks, there as soon as it is named; of its own for each token. */
  inbox(name = 'inbox'): Inbox {
    const own = this.token === undefined ? name : `${this.token}.${name}`.replace(/[^\w.-]/g, '_').slice(0, 100)
    return new Inbox(this.#client, own)
  }

  /** Outcomes of creates, chosen by rules: the first that matches. */
  readonly outcomes = this.#rules('rules')

  /** What is added to whatever was chosen, for creates, polls and downloads: each that matches. */
  readonly faults = this.#rules('faults')

  readonly timelines = {
    /** Starts an incident: dated changes, counted from now. */
    start: (timeline: { name: string; events: readonly object[] }): Promise<unknown> =>
      this.#client.post('/v1/timelines', { ...this.#scope, ...timeline }),
    stop: (name: string): Promise<void> => this.#client.delete(`/v1/timelines/${encodeURIComponent(name)}`),
  }

  /** The journal: requests of the API, downloads and tries to deliver callbacks. */
  readonly requests = {
    /** Oldest first. */
    list: async (filter: EntryFilter = {}): Promise<readonly Entry[]> =>
      (await this.#client.get<{ items: Entry[] }>('/v1/journal', this.#query(filter))).items,
    count: async (filter: EntryFilter = {}): Promise<number> =>
      (await this.#client.get<{ count: number }>('/v1/journal/count', this.#query(filter))).count,
  }

  /** Says what must have happened by the time of `verify`. Without a count: at least once. */
  expect(filter: EntryFilter, count: Count = {}): void {
    this.#expected.push({ filter, count })
  }

  /** Lets `verify` pass over unexpected requests, or over duplicates. */
  tolerate(...what: readonly Tolerance[]): void {
    for (const each of what) this.#tolerated.add(each)
  }

  /**
   * Checks what was expected, that no request was one the API does not understand, and that nothing was paid for twice.
   * @throws VerificationError whose text needs no second run.
   */
  verify(): Promise<void> {
    return verification(this.#client, this, { expected: this.#expected, tolerated: this.#tolerated })
  }

  /** Forgets tasks, journal, money and expectations, and sets the clock back. Rules, faults and settings stay. */
  async reset(): Promise<void> {
    this.#expected.length = 0
    await this.#client.post('/v1/reset', this.#scope)
  }

  get #scope(): { token?: string } {
    return this.token === undefined ? {} : { token: this.token }
  }

  #query({ body, taskId, ...filter }: EntryFilter) {
    return {
      ...this.#scope,
      ...filter,
      ...(taskId !== undefined && { task: taskId }),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }
  }

  #rules(kind: 'rules' | 'faults') {
    return {
      /**
       * @param effects such as `fail api_error after=30, callback-doubled`; `mockling outcomes` lists them
       * @example
       * await mockling.outcomes.add('refuse too_many_requests', { next: 3 })
       */
      add: (effects: string, when: When = {}): Promise<Rule> =>
        this.#client.post(`/v1/${kind}`, { ...this.#scope, effects, ...when }),
      list: async (): Promise<readonly Rule[]> =>
        (await this.#client.get<{ items: Rule[] }>(`/v1/${kind}`, this.#scope)).items,
      remove: (id: string): Promise<void> => this.#client.delete(`/v1/${kind}/${encodeURIComponent(id)}`),
      /** Removes all of this token; of all tokens if none was named. */
      clear: (): Promise<void> => this.#client.delete(`/v1/${kind}`, this.#scope),
    }
  }
}

/** What is to be different about a callback sent by hand. */
export interface CallbackEdit {
  readonly url?: string
  /** Added to the others; `null` takes one away. */
  readonly headers?: Readonly<Record<string, string | null>>
  /** Text goes as it is, anything else as JSON. */
  readonly body?: unknown
}

/** A receiver inside the server. */
export class Inbox {
  /** To be given as `callback_url`. */
  readonly url: string
  readonly #client: Client
  readonly #name: string

  constructor(client: Client, name: string) {
    this.#client = client
    this.#name = name
    this.url = `${client.url}/_mockling/inbox/${name}`
  }

  /** What came, oldest first. */
  async list(): Promise<readonly Message[]> {
    return (await this.#client.get<{ items: Message[] }>(`/v1/inbox/${this.#name}`)).items
  }

  /**
   * What came, as soon as so many are there.
   * @throws Error if they are not within `seconds` of real time.
   */
  async arrived(count = 1, seconds = 10): Promise<readonly Message[]> {
    const { items } = await this.#client.get<{ items: Message[] }>(`/v1/inbox/${this.#name}`, { wait: seconds, count })
    if (items.length >= count) return items
    throw new Error(`${this.url} has ${items.length} of ${count} messages after ${seconds} s`)
  }

  /** Says how it answers from now on. Default 200, at once. `delay` in virtual seconds. */
  async answer(answer: { status?: number; delay?: number; drop?: boolean; next?: number }): Promise<void> {
    await this.#client.put(`/v1/inbox/${this.#name}/answer`, answer)
  }
}

/**
 * A server that runs already, in another process or container.
 *
 * @param url where it listens; default: `MOCKLING_URL`, as `mockling exec` sets it
 * @param key of the control door, if it is bound wider than loopback; default: `MOCKLING_CONTROL_KEY`
 * @throws ControlError if there is no URL, or it is none
 *
 * @example
 * const mockling = connect('http://127.0.0.1:4180').as('worker-7')
 * await mockling.outcomes.add('answer-dropped', { next: 1 })
 */
export function connect(
  url: string | undefined = process.env['MOCKLING_URL'],
  key: string | undefined = process.env['MOCKLING_CONTROL_KEY'],
): Mockling {
  return new Mockling(new Client(url ?? '', key === '' ? undefined : key))
}
