import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { addressOf, distrustText, inboxAddresses, isLoopback, namesTls, policyOf, securedOf } from './addresses.ts'
import type { Deliveries } from './callbacks/deliveries.ts'
import { Dispatcher, type DispatcherOptions } from './callbacks/dispatcher.ts'
import { createPoster } from './callbacks/post.ts'
import { clipNamesOf } from './clip-files.ts'
import { type Config, type ConfigInput, fromCode, readConfig } from './config.ts'
import { Control } from './control/control.ts'
import { fillDemo } from './control/demo.ts'
import { readAnswer, type Send } from './control/faces.ts'
import { handleOf } from './control/handle.ts'
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
import { Load } from './http/load.ts'
import { Records } from './http/records.ts'
import { startIncident } from './incident.ts'
import { Journal } from './journal/journal.ts'
import { type Kept, openKept } from './keeping.ts'
import { capsOf, memoryOf, serverLimitsOf } from './limits.ts'
import { Monitoring } from './monitoring.ts'
import { openApiRoutes } from './openapi/routes.ts'
import { recordingsOf } from './recordings.ts'
import { Tape } from './replay/tape.ts'
import { Replaying, stateDesk } from './replaying.ts'
import type { Simulator, Surroundings } from './running.ts'
import { clockSetting, Settings } from './settings.ts'
import { isRunning } from './simulation/clock.ts'
import { Namespaces } from './simulation/namespaces.ts'
import { machineTime, parseIsoTime } from './simulation/timebase.ts'
import { type Leftover, stop } from './stopping.ts'
import { openStudio } from './studio.ts'
import { VERSION } from './version.ts'

export type { Simulator, Surroundings } from './running.ts'

/** Connections that wait to be accepted. Where there is no room, the kernel lets callers try again a second later. */
const BACKLOG = 4096

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
  const held: Held = {}
  try {
    return await assemble(config, around, held)
  } catch (error) {
    await held.dispatcher?.close(Promise.resolve())
    await held.kept?.close()
    throw error
  }
}

/** What has to be let go of, however it ends. */
interface Held {
  kept?: Kept
  dispatcher?: Deliveries
}

async function assemble(config: Config, around: Surroundings, held: Held): Promise<Simulator> {
  const timebase = around.timebase ?? machineTime
  const certificate = namesTls(config) ? await (await import('./certificate.ts')).certificateOf(config) : undefined
  const setting = clockSetting(config.clock)
  const load = new Load(capsOf(config))
  const memory = memoryOf(config)
  const onDefect = (error: unknown) => {
    try {
      around.onDefect?.(error)
    } catch {
      // One defect of somebody else's more, and nobody to be told of it: it is not to be the end of the process.
    }
  }
  const kept = await openKept(config, {
    load,
    memory,
    timebase,
    nowOf: key => namespaces.find(key)?.clock.now(),
    onDefect,
    onWarning: text => around.onWarning?.(text),
  })
  held.kept = kept
  const { store, state, replicas } = kept
  const namespaces = new Namespaces({
    seed: config.seed,
    setting,
    quietMs: config.quiet,
    epoch: isRunning(setting.mode) ? undefined : parseIsoTime(config.epoch),
    timebase: replicas?.fleet.timebase ?? timebase,
    keeper: state,
    fleet: replicas?.fleet,
  })
  const { earlier, restored } = await kept.goOn(namespaces)
  const journal = new Journal(config.journalSize, memory.journal, replicas?.places)
  const rulebook = new Rulebook(config.seed, replicas?.counts)
  const clips: ReadonlySet<string> = new Set(clipNamesOf(config.clip ?? {}))
  const live = new Settings(config)
  const inboxes = new Inboxes({
    timebase,
    clock: () => namespaces.server.clock,
    postNamed: name => dispatcher.postNamed(name),
    company: replicas?.inboxes,
  })
  let inboxesThere: readonly string[] | undefined
  /** Asked for with every callback; they are known for good once it listens. */
  const ownInboxes = () => {
    if (inboxesThere) return inboxesThere
    const addresses = inboxAddresses(app, config)
    if (app.server.listening) inboxesThere = addresses
    return addresses
  }
  const tape = new Tape(namespaces.server.clock.now())
  if (restored && restored.tasks > 0) tape.continue()
  const replaying = new Replaying()
  const deliveries: DispatcherOptions = {
    store,
    clockOf: key => namespaces.of(key).clock,
    retries: () => live.config.callbackRetries,
    place: attempt => {
      const seq = replaying.place(attempt) ?? journal.place()
      const { namespace, taskId, callbackId } = attempt
      tape.begin({ seq, namespace, taskId, callbackId, attempt: attempt.attempt })
      return seq
    },
    onAttempt: report => {
      tape.end(report.seq)
      monitoring.onAttempt(report)
      journal.record(report)
    },
    book: state,
    isOurs: url => ownInboxes().some(own => url.startsWith(own)),
    poster: replaying.posterOr(
      createPoster({ policy: policyOf(config, ownInboxes), userAgent: `mockling/${VERSION}` }),
    ),
  }
  const dispatcher: Deliveries = replicas?.dispatcher(deliveries) ?? new Dispatcher(deliveries)
  held.dispatcher = dispatcher
  const identity: Identity = { name: 'mockling', version: VERSION, revision: config.revision, seed: config.seed }
  const isConnected = replicas && (() => replicas.isConnected)
  const monitoring = new Monitoring({
    load,
    store,
    journal,
    namespaces,
    dispatcher: () => dispatcher,
    identity,
    isConnected,
    gaps: () => replicas?.gaps ?? 0,
  })
  const controlKey = config.controlKey ?? (isLoopback(config.host) ? undefined : randomBytes(12).toString('base64url'))
  const recordings = recordingsOf(config)
  const studio = await openStudio(config, recordings?.videos ?? {}, text => around.onWarning?.(text))
  const rules = new RuleDesk({
    rulebook,
    namespaces,
    revisionsOf: namespace =>
      namespace === undefined ? [config.revision, ...live.ownRevisions.values()] : [live.revisionOf(namespace)],
    clips,
    denialOf: (token, operation) => denialOf(token, operation, live.door),
  })
  const control = new Control({
    namespaces,
    store,
    journal,
    rulebook,
    dispatcher,
    inboxes,
    settings: live,
    tape,
    earlier,
    company: replicas?.control,
    fleet: replicas?.fleet,
  })
  const runs = stateDesk(
    () => ({
      ...{ origin: addressOf(app, config.host), send, control, rules, namespaces, journal, settings: live, tape },
      inLine: () => dispatcher.inLine,
    }),
    replaying,
  )
  const door: Door = {
    limits: serverLimitsOf(config),
    timebase,
    load,
    get settings() {
      return live.door
    },
    revisionOf: namespace => live.revisionOf(namespace),
    namespaces,
    store,
    journal,
    deliver: (task, isEager) => {
      // Not at the start: most who start a simulator for a test never ask for a file.
      studio.warm()
      return dispatcher.deliver(task, isEager)
    },
    rulebook,
    clips,
    media: studio.media,
    arrivals: new Arrivals(),
    records: new Records(),
    recordings: recordings?.answers,
    recognise: header => replaying.recognise(header),
    onDefect,
    onEnd: entry => {
      monitoring.tally.request(entry)
      around.onRequest?.(entry)
    },
    address: () => config.publicUrl ?? addressOf(app, config.host),
  }
  /** What is done once for all replicas. */
  const begin = async () => {
    if (config.timeline !== undefined) await startIncident(config.timeline, rules, tape)
  }
  const members = { config, namespaces, journal, inboxes, rulebook, rules, settings: live, control }
  const isFirst = replicas ? await replicas.join(members, begin) : true
  if (!replicas) await begin()
  const onDistrusted = () => around.onWarning?.(distrustText(certificate?.ca, addressOf(app, config.host)))
  const app = createApp(door, refuseBadUrl, certificate && { ...certificate, onDistrusted })
  await app.register(async upstream => upstreamDoor(upstream, door))
  await app.register(async files => filesDoor(files, door))
  await app.register(async ours => healthRoutes(ours, identity, onDefect))
  openApiRoutes(app, { revision: config.revision, originOf: request => originOf(door, request) })
  const hosts = config.publicUrl === undefined ? [] : [new URL(config.publicUrl).hostname]
  await app.register(controlRoutes, {
    prefix: '/_mockling',
    control,
    rules,
    state: runs,
    identity,
    timebase,
    origin: door.address,
    access: { key: controlKey, hosts },
    fares: monitoring,
    ca: certificate?.ca,
    sharing: replicas?.sharing,
    onDefect,
    print: async (commands, form, request) => {
      const { printControlDocument } = await import('./openapi/control-document.ts')
      return printControlDocument(commands, form, { version: VERSION, serverUrl: originOf(door, request) })
    },
  })
  // Before the first connection is taken.
  app.server.once('listening', () => {
    if (config.tlsCaOut !== undefined && certificate?.ca !== undefined) writeFileSync(config.tlsCaOut, certificate.ca)
  })
  // At once: what is accepted while it starts is not an earlier process's.
  app.server.once('listening', () => {
    if (!(dispatcher instanceof Dispatcher)) return
    for (const { task, left } of state?.owed.debts ?? []) void dispatcher.schedule(task, new Map(left))
  })
  try {
    await app.listen({ host: config.host, port: config.port, backlog: BACKLOG })
  } catch (error) {
    await studio.close()
    throw error
  }
  const url = addressOf(app, config.host)
  if (config.demo > 0 && isFirst) {
    const { demo: count, seed, revision } = config
    await fillDemo({ count, seed, revision, origin: config.publicUrl ?? url, store, namespaces })
  }

  load.phase = 'up'
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
    load.phase = 'stopping'
    closing ??= stop(app, namespaces, store, dispatcher, config.drain * 1000, timebase).finally(async () => {
      await studio.close()
      await kept.close()
    })
    return closing
  }
  return {
    ...handleOf(send, url),
    url,
    tls: certificate && { url: securedOf(url), ca: certificate.ca },
    get config() {
      return live.config
    },
    restored,
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
