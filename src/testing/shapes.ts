/** What the control door answers with, as far as tests read it. Every instant is in Unix milliseconds. */

/** A server, as its health tells. */
export interface Health {
  readonly status: 'ok'
  readonly name: string
  readonly version: string
  readonly revision: string
  readonly seed: number
}

/** A clock. */
export interface ClockView {
  /** `server`, or the first eight digits of the namespace. */
  readonly scope: string
  readonly mode: 'real' | 'scaled' | 'frozen' | 'auto-skip'
  readonly rate: number
  readonly now: number
  /** The same as ISO 8601. */
  readonly time: string
  /** Whether commands to the server's clock move this one. */
  readonly follows: boolean
  /** How many wait on it: held requests and due callbacks. */
  readonly waiting: number
  /** The earliest instant awaited. */
  readonly next: number | null
}

/** A task, as planned. */
export interface Task {
  readonly id: string
  /** First eight digits of it. */
  readonly namespace: string
  readonly state: 'accepted' | 'processing' | 'succeed' | 'failed'
  readonly action: string
  readonly model: string
  readonly mode: string
  readonly outcome: string
  /** Billed if it succeeds. */
  readonly credits: number
  readonly createdAt: number
  /** `null` if it never does. */
  readonly settlesAt: number | null
  readonly steps: readonly { readonly at: number; readonly state: string }[]
  readonly deliveries: readonly { readonly url: string; readonly at: number }[]
  readonly request: Readonly<Record<string, unknown>>
}

/** Something that happened: a request of the API, a download, or a try to deliver a callback. */
export interface Entry {
  readonly kind: 'request' | 'download' | 'callback'
  /** Place in the journal, over all tokens. */
  readonly seq: number
  readonly at: number
  readonly namespace: string
  readonly method?: string
  readonly path?: string
  /** Of a callback. */
  readonly url?: string
  readonly attempt?: number
  /** Absent while there is no answer, or if none came. */
  readonly status?: number
  readonly code?: string
  readonly message?: string
  readonly taskId?: string
  /** What was chosen for a create; of a callback what came of it: `delivered`, or why not. */
  readonly outcome?: string
  /** Rules and faults that had a hand in it, by their ids. */
  readonly effects?: readonly string[]
  /** Everything there is against the body of a refused create. */
  readonly objections?: readonly { readonly rule: string; readonly field: string; readonly message: string }[]
  /** Fields given and not used. */
  readonly ignored?: readonly string[]
  readonly hungUp?: true
  readonly requestBody?: string
  readonly responseBody?: string
  readonly error?: string
}

/** Which entries are meant; each part given must hold. */
export interface EntryFilter {
  readonly kind?: Entry['kind']
  readonly operation?: 'create' | 'tasks' | 'download' | 'callback'
  /** Made by it, of it, or asking for it. */
  readonly taskId?: string
  /** Of a callback its address. */
  readonly path?: string
  readonly method?: string
  /** A number, or a class such as `4xx`. */
  readonly status?: number | `${1 | 2 | 3 | 4 | 5}xx`
  readonly outcome?: string
  readonly code?: string
  /** Unix milliseconds on the namespace's clock. */
  readonly from?: number
  readonly to?: number
  /** Keeps entries after this place. */
  readonly after?: number
  /** What the JSON sent must contain: objects may hold more fields than these, arrays no more items. */
  readonly body?: Readonly<Record<string, unknown>>
}

/** Something that came to an inbox. */
export interface Message {
  readonly seq: number
  readonly inbox: string
  readonly at: number
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The body parsed; absent if it is no JSON. */
  readonly json?: unknown
  readonly taskId?: string
}

/** When a rule or fault fires. Lengths are seconds of virtual time, or text such as `250ms`, `2m`. */
export interface When {
  /** Made up if absent; one that is there already is replaced. */
  readonly id?: string
  /** What it is about. Default `create`. */
  readonly operation?: 'create' | 'tasks' | 'download'
  readonly when?: Readonly<Partial<Record<'model' | 'mode' | 'action' | 'prompt' | 'taskId', string>>>
  /** Fires so often at most. */
  readonly next?: number
  /** Fires at each so manieth match. */
  readonly every?: number
  /** Fires with this chance, drawn from the seed. */
  readonly probability?: number
  /** From an instant on, or so long from now. */
  readonly from?: number | string
  readonly in?: number | string
  readonly until?: number | string
  readonly for?: number | string
}

/** A rule or fault, and how often it matched and fired. */
export interface Rule extends When {
  readonly id: string
  readonly role: 'outcome' | 'fault'
  readonly matched: number
  readonly fired: number
}
