import type { FastifyInstance } from 'fastify'
import type { Config } from './config.ts'
import type { Control } from './control/control.ts'
import type { Handle } from './control/handle.ts'
import type { RuleDesk } from './control/rules.ts'
import type { DownloadEntry, RequestEntry } from './journal/journal.ts'
import type { Restored } from './keeping.ts'
import type { Timebase } from './simulation/timebase.ts'
import type { Leftover } from './stopping.ts'

/** Where the simulator reports to. All silent by default. */
export interface Reports {
  /** One request has ended. */
  readonly onRequest?: (entry: RequestEntry | DownloadEntry) => void
  /** Something a person should know. */
  readonly onWarning?: (text: string) => void
  /** A defect of ours, answered with 500 or, where an answer had begun, by the end of the connection. */
  readonly onDefect?: (error: unknown) => void
}

/** How it is reached under TLS. */
export interface ServedTls {
  /** Such as `https://127.0.0.1:4180`: the same port. */
  readonly url: string
  /** What clients have to trust, in PEM; `undefined` if the certificate is the user's own. */
  readonly ca: string | undefined
}

/** A running simulator. */
export interface Simulator extends Handle, AsyncDisposable {
  /** Where it listens, such as `http://127.0.0.1:4180`. No slash at the end. */
  readonly url: string
  /** Where it listens under TLS, too; `undefined` without. */
  readonly tls: ServedTls | undefined
  /** The settings, as they are by now. */
  readonly config: Config
  /** What it found in its state file; `undefined` without `state`. */
  readonly restored: Restored | undefined
  /** The key the control door asks for; `undefined` on loopback. */
  readonly controlKey: string | undefined
  /** The commands of the control door. */
  readonly control: Control
  /** What goes wrong on purpose: outcomes, faults, timelines. */
  readonly rules: RuleDesk
  /** The server itself, for `inject`. */
  readonly app: FastifyInstance
  /** Stops. Resolves to how many tasks and callbacks were left undone. */
  close(): Promise<Leftover>
}

/** How `createSimulator` may be told more than settings. */
export interface Surroundings extends Reports {
  /** The machine's time, for tests. */
  readonly timebase?: Timebase
  /**
   * Real milliseconds from listening until the thread that makes videos is started. Without it, the first accepted
   * create starts it: a simulator for one test as a rule serves no video at all.
   */
  readonly warmAfterMs?: number
}
