import { randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { AttemptReport } from './callbacks/dispatcher.ts'
import type { Poster } from './callbacks/post.ts'
import { type Config, ConfigError, SETTING_NAMES } from './config.ts'
import { isErrorCode } from './contract/errors.ts'
import type { Control } from './control/control.ts'
import { CommandRefused, type Send } from './control/faces.ts'
import { Refused } from './control/refused.ts'
import type { RuleDesk } from './control/rules.ts'
import type { Played, StateDesk } from './control/state-routes.ts'
import { BAD_CREDENTIALS, type Credential } from './http/auth.ts'
import type { DownloadEntry, Entry, Journal, RequestEntry } from './journal/journal.ts'
import { trim } from './journal/trimming.ts'
import { differences } from './replay/differences.ts'
import { Play } from './replay/play.ts'
import { Playback } from './replay/playback.ts'
import { gapOf, REPRO_FORMAT, type Repro } from './replay/repro.ts'
import type { Tape, TapedCommand } from './replay/tape.ts'
import { clockSetting, type Settings } from './settings.ts'
import { isRunning } from './simulation/clock.ts'
import type { Namespaces } from './simulation/namespaces.ts'
import { sha256 } from './simulation/random.ts'
import { VERSION } from './version.ts'

/** Settings that a run does not depend on, or that say where and to whom. */
const OWN: ReadonlySet<string> = new Set<keyof Config>([
  ...(['host', 'port', 'tokens', 'timeline', 'controlKey', 'logRequests', 'drain'] as const),
  ...(['callbackPrivate', 'callbackAllow', 'callbackDeny', 'mediaCache', 'demo', 'state', 'stateSync'] as const),
  ...(['redisUrl', 'redisPrefix'] as const),
  ...(['maxConnections', 'maxHeld', 'maxPending', 'maxStreams', 'maxHead', 'maxBody'] as const),
  ...(['taskMemory', 'bodyMemory', 'headTimeout', 'requestTimeout', 'keepAlive'] as const),
])

/** Settings that can't change while a simulator runs, and that ids, answers or files depend on. */
const FIXED = ['seed', 'revision', 'publicUrl', 'trustProxy', 'retain', 'clip'] as const

/** What a run is taken from and played on. */
export interface Theatre {
  /** Scheme, host and port where it listens. */
  readonly origin: string
  /** Gives commands to its control door. */
  readonly send: Send
  readonly control: Control
  readonly rules: RuleDesk
  readonly namespaces: Namespaces
  readonly journal: Journal
  readonly settings: Settings
  readonly tape: Tape
  /** Callbacks that are due and wait for their turn. */
  inLine(): number
}

/** The places where a simulator behaves otherwise while a run is played on it. */
export class Replaying {
  #playback: Playback | undefined
  /** The last one, some of whose posts may be unanswered. */
  #last: Playback | undefined
  /** Begins the credentials that stand for masked ones; nobody else knows it. */
  readonly #secret = `mockling-replay-${randomBytes(18).toString('base64url')}.`

  /** A callback's place in the journal if a run is played; `undefined` otherwise. */
  place(attempt: Pick<AttemptReport, 'callbackId' | 'attempt'>): number | undefined {
    return this.#playback?.place(attempt)
  }

  /** Posts by `poster` unless a run is played. */
  posterOr(poster: Poster): Poster {
    return {
      post: (...given) => (this.#playback ?? poster).post(...given),
      namesOf: url => (this.#playback ?? poster).namesOf(url),
      close: async () => {
        await this.#last?.close()
        await poster.close()
      },
    }
  }

  /** An `Authorization` header that stands for one masked in a journal. */
  authorizationOf(entry: RequestEntry | DownloadEntry): string {
    return `Bearer ${this.#secret}${Buffer.from(JSON.stringify(credentialOf(entry))).toString('base64url')}`
  }

  recognise(header: string | undefined): Credential | undefined {
    if (!this.#playback || !header?.startsWith(`Bearer ${this.#secret}`)) return undefined
    return JSON.parse(Buffer.from(header.slice(`Bearer ${this.#secret}`.length), 'base64url').toString())
  }

  /** Has `play` done with callbacks answered as they were. */
  async during<T>(playback: Playback, play: () => Promise<T>): Promise<T> {
    if (this.#playback) throw new Refused('a run is being played already', 409)
    await this.#last?.close()
    this.#playback = playback
    this.#last = playback
    try {
      return await play()
    } finally {
      this.#playback = undefined
    }
  }
}

function credentialOf(entry: RequestEntry | DownloadEntry): Credential {
  const { namespace } = entry
  const { magic, code = '' } = entry.kind === 'request' ? entry : { magic: undefined }
  if (namespace !== '') return { namespace, denied: undefined, magic }
  const refused = isErrorCode(code) && BAD_CREDENTIALS.has(code) ? code : 'invalid_token'
  return { namespace, denied: magic ?? refused, magic }
}

/** The desk at which runs are taken out and in. */
export function stateDesk(theatre: () => Theatre, replaying: Replaying): StateDesk {
  return {
    keep: request => keep(theatre(), request),
    export: () => exported(theatre()),
    import: run => imported(theatre(), replaying, run),
  }
}

/** Puts a command on the tape. Tokens are named by their hashes there. */
function keep({ tape, journal, namespaces }: Theatre, request: FastifyRequest): () => void {
  const url = new URL(request.url.slice('/_mockling'.length), 'http://localhost')
  const token = url.searchParams.get('token')
  if (token !== null) {
    url.searchParams.delete('token')
    url.searchParams.set('namespace', sha256(token))
  }
  const body = withoutToken(request.body)
  return tape.add({
    method: request.method as TapedCommand['method'],
    url: url.pathname + url.search,
    ...(body !== undefined && { body }),
    after: journal.newest,
    clocks: clocksOf(namespaces, url.searchParams.get('namespace') ?? namespaceIn(body)),
  })
}

function namespaceIn(body: unknown): string | undefined {
  const named = typeof body === 'object' && body !== null && 'namespace' in body ? body.namespace : undefined
  return typeof named === 'string' ? named : undefined
}

function withoutToken(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('token' in body) || typeof body.token !== 'string') return body
  const { token, ...rest } = body
  return { ...rest, namespace: sha256(token) }
}

/**
 * What the clocks show: the server's and, of the namespaces whose names begin as `named` does, those that something was
 * accepted for. Of others, nothing depends on the clock. A command to one of a thousand namespaces is about its clock.
 */
function clocksOf(namespaces: Namespaces, named = ''): Record<string, number> {
  const kept = namespaces.all().filter(({ isKept, key }) => key === '' || (isKept && key.startsWith(named)))
  return Object.fromEntries(kept.map(({ key, clock }) => [key, clock.now()]))
}

async function exported({ tape, journal, namespaces, settings, control, inLine }: Theatre): Promise<Repro> {
  const entries = (await journal.readAll()).map(asKept)
  const { dropped } = journal
  const waiting = inLine() === 0 ? [] : [`${inLine()} callbacks were due and waited for their turn`]
  const { started } = settings
  const lost = dropped.entries === 0 ? [] : [`${dropped.entries} entries of the journal had to make room`]
  const demo = started.demo === 0 ? [] : ['it began with demo tasks, which are not made again']
  const modes = control.clockLog.entries.flatMap(entry => ('mode' in entry ? [entry.mode] : []))
  const hadRealTime = tape.hadRealTime || [clockSetting(started.clock).mode, ...modes].some(isRunning)
  return {
    mockling: 'run',
    format: REPRO_FORMAT,
    version: VERSION,
    config: Object.fromEntries(SETTING_NAMES.filter(name => !OWN.has(name)).map(name => [name, started[name]])),
    startedAt: tape.startedAt,
    clocks: clocksOf(namespaces),
    isSimulatedTime: !hadRealTime,
    commands: [...tape.commands],
    underWay: [...tape.underWay],
    clockLog: [...control.clockLog.entries],
    gaps: [
      ...new Set([...lost, ...demo, ...waiting, ...tape.gaps, ...entries.map(gapOf).filter(gap => gap !== undefined)]),
    ],
    journal: entries,
  }
}

/** As it would be kept if it ended now: nothing that is masked then is shown before. */
function asKept(entry: Entry): Entry {
  if (entry.endedAt !== undefined) return entry
  const kept = { ...entry }
  trim(kept)
  return kept
}

async function imported(theatre: Theatre, replaying: Replaying, run: Repro): Promise<Played> {
  const { control, rules, namespaces, journal, settings, tape } = theatre
  if (settings.config.redisUrl !== undefined)
    throw new Refused('a run is played on one process alone; this is one of replicas (--redis-url)', 409)
  refuseOtherSettings(settings.started, run)
  const nowOf = (key: string) => namespaces.of(key).clock.now()
  const playback: Playback = new Playback(run, nowOf, post => play.onOpen(post))
  const play: Play = new Play(
    {
      namespaces,
      journal,
      origin: theatre.origin,
      authorizationOf: entry => replaying.authorizationOf(entry),
      command: command => give(theatre, command),
    },
    run,
  )
  await replaying.during(playback, async () => {
    await control.reset('server')
    rules.startOver()
    restart(settings, run)
    namespaces.standAt(run.startedAt)
    await play.run()
  })
  tape.load(run)
  return { entries: run.journal.length, gaps: run.gaps, differences: differences(run.journal, journal.list(), run) }
}

function restart(settings: Settings, { config }: Repro): void {
  try {
    settings.restart(config)
  } catch (cause) {
    throw cause instanceof ConfigError ? new Refused(cause.message) : cause
  }
}

/** @throws Refused naming the settings that would have to be others. */
function refuseOtherSettings(config: Config, run: Repro): void {
  const shown = (value: unknown) => JSON.stringify(value ?? null)
  const others = FIXED.filter(name => shown(config[name]) !== shown(run.config[name])).map(
    name => `${name} is ${shown(config[name])} here and ${shown(run.config[name])} in the run`,
  )
  if (run.journal.length > config.journalSize) {
    others.push(`the journal here keeps ${config.journalSize} entries and the run has ${run.journal.length}`)
  }
  if (others.length === 0) return
  throw new Refused(`${others.join('; ')}: start mockling so, or use mockling replay, which does`, 409)
}

/** Gives a command of the tape; one that was refused then is refused again. */
async function give({ send }: Theatre, { method, url, body }: TapedCommand): Promise<void> {
  try {
    await send(method, url, body as object | undefined)
  } catch (refusal) {
    if (!(refusal instanceof CommandRefused)) throw refusal
  }
}
