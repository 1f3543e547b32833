import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { addressOf, inboxAddresses, isLoopback, policyOf } from './addresses.ts'
import { Dispatcher } from './callbacks/dispatcher.ts'
import { createPoster } from './callbacks/post.ts'
import { clipNamesOf } from './clip-files.ts'
import { type Config, type ConfigInput, fromCode, readConfig } from './config.ts'
import { Control } from './control/control.ts'
import { fillDemo } from './control/demo.ts'
import { readAnswer, type Send } from './control/faces.ts'
import { type Handle, handleOf } from './control/handle.ts'
import { Inboxes } from './control/inboxes.ts'
import { controlRoutes, healthRoutes, refuseBadUrl } from './control/routes.ts'
import { RuleDesk } from './control/rules.ts'
import type { Identity } from './control/shapes.ts'
import { Rulebook } from './faults/rulebook.ts'
import { createApp, upstreamDoor } from './http/app.ts'
import { Arrivals } from './http/arrivals.ts'
import { denialOf } from './http/auth.ts'
import { type Door, originOf } from './http/door.ts'
import { filesDoor } from './http/files.ts'
import { startIncident } from './incident.ts'
import { type DownloadEntry, Journal, type RequestEntry } from './journal/journal.ts'
import { openApiRoutes } from './openapi/routes.ts'
import { Tape } from './replay/tape.ts'
import { Replaying, stateDesk } from './replaying.ts'
import { clockSetting, Settings } from './settings.ts'
import { isRunning } from './simulation/clock.ts'
import { Namespaces } from './simulation/namespaces.ts'
import { machineTime, parseIsoTime, type Timebase } from './simulation/timebase.ts'
import { MemoryStore } from './store/memory.ts'
import type { Store } from './store/store.ts'
import { openStudio } from './studio.ts'
import { VERSION } from './version.ts'

/** Where the simulator reports to. All silent by default. */
export interface Reports {
  /** One request has ended. */
  readonly onRequest?: (entry: RequestEntry | DownloadEntry) => void
  /** Something a person should know. */
  readonly onWarning?: (text: string) => void
  /** A defect of ours, answered with 500 or, where an answer had begun, by the end of the connection. */
  readonly onDefect?: (error: unknown) => void
}

/** A running simulator. */
export interface Simulator extends Handle, AsyncDisposable {
  /** Where it listens, such as `http://127.0.0.1:4180`. No slash at the end. */
  readonly url: string
  /** The settings, as they are by now. */
  readonly config: Config
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

/** What was not finished at a stop. */
export interface Leftover {
  readonly pendingTasks: number
  readonly callbacks: number
  readonly heldRequests: number
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

/**
 * Starts a simulator; resolves when it listens.
 *
 * Settings are those of the command line in camelCase, all optional; unlike there, `port` is 0 by default: a free one.
 * @throws ConfigError if a setting is unknown or its value not allowed.
 * @throws Error if the address can't be listened on.
 *
 * @example
 * await using simulator = await createSimulator({ pace: 'instant' })
 * await fetch(`${simulator.url}/kling/videos`, { method: 'POST', … })
 */
export async function createSimulator(settings: ConfigInput = {}, around: Surroundings = {}): Promise<Simulator> {
  const config = readConfig(fromCode({ port: 0, ...settings }))
  const timebase = around.timebase ?? machineTime
  const setting = clockSetting(config.clock)
  const namespaces = new Namespaces({
    seed: config.seed,
    setting,
    quietMs: config.quiet,
    epoch: isRunning(setting.mode) ? undefined : parseIsoTime(config.epoch),
    timebase,
  })
  const store = new MemoryStore({
    retain: config.retain,
    onEvict: evictionNotice(around.onWarning),
    nowOf: key => (namespaces.find(key) ?? namespaces.server).clock.now(),
  })
  const journal = new Journal(config.journalSize, config.journalMemory * 1_000_000)
  const rulebook = new Rulebook(config.seed)
  const clips: ReadonlySet<string> = new Set(clipNamesOf(config.clip ?? {}))
  const live = new Settings(config)
  const inboxes = new Inboxes({
    timebase,
    clock: () => namespaces.server.clock,
    postNamed: name => dispatcher.postNamed(name),
  })
  const ownInboxes = () => inboxAddresses(app, config)
  const tape = new Tape(namespaces.server.clock.now())
  const replaying = new Replaying()
  const dispatcher = new Dispatcher({
    store,
    clockOf: key => namespaces.of(key).clock,
    retries: () => live.config.callbackRetries,
    place: attempt => {
      const seq = replaying.place(attempt) ?? journal.place()
      tape.begin({ ...attempt, seq })
      return seq
    },
    onAttempt: report => {
      tape.end(report.seq)
      journal.record({ kind: 'callback', ...report })
    },
    isOurs: url => ownInboxes().some(own => url.startsWith(own)),
    poster: replaying.posterOr(
      createPoster({ policy: policyOf(config, ownInboxes), userAgent: `mockling/${VERSION}` }),
    ),
  })
  const identity: Identity = { name: 'mockling', version: VERSION, revision: config.revision, seed: config.seed }
  const controlKey = config.controlKey ?? (isLoopback(config.host) ? undefined : randomBytes(12).toString('base64url'))
  const studio = await openStudio(config, text => around.onWarning?.(text))
  const rules = new RuleDesk({
    rulebook,
    namespaces,
    revisionsOf: namespace =>
      namespace === undefined ? [config.revision, ...live.ownRevisions.values()] : [live.revisionOf(namespace)],
    clips,
    denialOf: (token, operation) => denialOf(token, operation, live.door),
  })
  const control = new Control({ namespaces, store, journal, rulebook, dispatcher, inboxes, settings: live, tape })
  const state = stateDesk(
    () => ({ origin: addressOf(app, config.host), send, control, rules, namespaces, journal, settings: live, tape }),
    replaying,
  )
  const door: Door = {
    get settings() {
      return live.door
    },
    revisionOf: namespace => live.revisionOf(namespace),
    namespaces,
    store,
    journal,
    deliver: task => {
      // Not at the start: most who start a simulator for a test never ask for a file.
      studio.warm()
      return dispatcher.schedule(task)
    },
    rulebook,
    clips,
    media: studio.media,
    arrivals: new Arrivals(),
    recognise: header => replaying.recognise(header),
    onDefect: error => around.onDefect?.(error),
    onEnd: entry => around.onRequest?.(entry),
    address: () => config.publicUrl ?? addressOf(app, config.host),
  }
  if (config.timeline !== undefined) await startIncident(config.timeline, rules, tape)
  const app = createApp(door, refuseBadUrl)
  await app.register(async upstream => upstreamDoor(upstream, door))
  await app.register(async files => filesDoor(files, door))
  await app.register(async ours => healthRoutes(ours, identity))
  openApiRoutes(app, { revision: config.revision, originOf: request => originOf(door, request) })
  const hosts = config.publicUrl === undefined ? [] : [new URL(config.publicUrl).hostname]
  await app.register(controlRoutes, {
    prefix: '/_mockling',
    control,
    rules,
    state,
    identity,
    timebase,
    origin: door.address,
    access: { key: controlKey, hosts },
    print: async (commands, form, request) => {
      const { printControlDocument } = await import('./openapi/control-document.ts')
      return printControlDocument(commands, form, { version: VERSION, serverUrl: originOf(door, request) })
    },
  })
  try {
    await app.listen({ host: config.host, port: config.port })
  } catch (error) {
    await studio.close()
    throw error
  }
  const url = addressOf(app, config.host)
  if (config.demo > 0) {
    const { demo: count, seed, revision } = config
    await fillDemo({ count, seed, revision, origin: config.publicUrl ?? url, store, namespaces })
  }

  const { warmAfterMs } = around
  const callOffWarming = warmAfterMs === undefined ? () => {} : timebase.after(warmAfterMs, () => studio.warm())

  const send: Send = async (method, path, body) => {
    const headers = { host: 'localhost', ...(controlKey !== undefined && { 'x-mockling-key': controlKey }) }
    const request = { method: method as 'GET', url: `/_mockling${path}`, headers, ...(body && { payload: body }) }
    const { statusCode, payload } = await app.inject(request)
    return readAnswer(statusCode, payload)
  }

  let closing: Promise<Leftover> | undefined
  const close = () => {
    callOffWarming()
    closing ??= stop(app, namespaces, store, dispatcher, config.drain * 1000, timebase).finally(() => studio.close())
    return closing
  }
  return {
    ...handleOf(send, url),
    url,
    get config() {
      return live.config
    },
    controlKey,
    control,
    rules,
    app,
    close,
    [Symbol.asyncDispose]: async () => {
      await close()
    },
  }
}

/** No more connections; held requests get their 503; callbacks under way may take `drainMs`. */
async function stop(
  app: FastifyInstance,
  namespaces: Namespaces,
  store: Store,
  dispatcher: Dispatcher,
  drainMs: number,
  timebase: Timebase,
): Promise<Leftover> {
  app.server.close()
  const pendingTasks = await store.pending()
  const heldRequests = namespaces.all().reduce((sum, namespace) => sum + namespace.held.size, 0)
  let callOff = () => {}
  const drained = new Promise<void>(resolve => {
    callOff = timebase.after(drainMs, resolve)
  })
  const undone = dispatcher.close(drained)
  namespaces.close()
  const callbacks = await undone
  callOff()
  await app.close()
  return { pendingTasks, callbacks, heldRequests }
}

/** Says that tasks are being forgotten: at the first, and then each time their number has doubled. */
function evictionNotice(warn: Reports['onWarning']): () => void {
  let evicted = 0
  let next = 1
  return () => {
    if (++evicted < next) return
    next *= 2
    warn?.(`${evicted} settled task(s) forgotten so far to make room; raise --retain to keep more`)
  }
}
