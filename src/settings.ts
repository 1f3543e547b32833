import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { Config, ConfigError, envOf, flagOf, SETTING_NAMES } from './config.ts'
import { SeenWords } from './contract/observations.ts'
import type { Revision } from './contract/revisions.ts'
import type { SettingsDesk } from './control/settings-desk.ts'
import { readEvidence } from './evidence-file.ts'
import type { DoorSettings, Rate } from './http/door.ts'
import type { ClockSetting } from './simulation/clock.ts'

/** The setting without its default: in a change, what is absent stays. */
function changeable<Inner extends z.ZodType>({ unwrap, description = '' }: z.ZodDefault<Inner> | z.ZodOptional<Inner>) {
  return unwrap().optional().describe(description)
}

/** The same for a setting that may be off. */
function removable<Inner extends z.ZodType>({ unwrap, description = '' }: z.ZodOptional<Inner>) {
  return unwrap().nullable().optional().describe(`${description} null takes it away.`)
}

const { shape } = Config

/** The settings that may change while the simulator runs. Nothing that ids, bytes or addresses depend on. */
const Changes = z.strictObject({
  pace: changeable(shape.pace),
  strictness: changeable(shape.strictness),
  parameterErrorCode: changeable(shape.parameterErrorCode),
  pendingResponse: changeable(shape.pendingResponse),
  callbackRetries: changeable(shape.callbackRetries),
  rate: removable(shape.rate),
  concurrency: removable(shape.concurrency),
  balance: removable(shape.balance),
})

const CHANGEABLE = Object.keys(Changes.shape)

/** Settings that a command of their own sets while the simulator runs. */
const BY_COMMAND: Readonly<Record<string, string>> = {
  clock: '; PUT /_mockling/v1/clock changes how clocks run',
  timeline: '; POST /_mockling/v1/timelines starts one',
}

/** What commands have set: of the settings, and by namespace. */
export interface Changed {
  readonly settings: z.output<typeof Changes>
  readonly revisions: readonly (readonly [namespace: string, revision: Revision])[]
}

/** The settings as they are by now. */
export class Settings implements SettingsDesk {
  readonly Changes = Changes
  readonly #files: FromFiles
  #config: Config
  #started: Config
  #door: DoorSettings
  /** What commands have set. */
  #changed: z.output<typeof Changes> = {}
  /** Revisions of single namespaces. */
  readonly #revisions = new Map<string, Revision>()

  /** @throws ConfigError if a file that a setting names can't be read. */
  constructor(config: Config) {
    this.#config = config
    this.#started = config
    this.#files = {
      tokens: config.tokens === undefined ? undefined : readTokens(config.tokens),
      seenWords: config.fromEvidence === undefined ? undefined : readSeenWords(config.fromEvidence),
    }
    this.#door = doorSettings(config, this.#files)
  }

  get config(): Config {
    return this.#config
  }

  /** The settings as they were at the start. */
  get started(): Config {
    return this.#started
  }

  /** Has those that may change be as they were at the start of another run. `config` is that run's. */
  restart(config: Readonly<Record<string, unknown>>): void {
    // What another run did without, it shall be without here.
    const parsed = Changes.safeParse(Object.fromEntries(CHANGEABLE.map(name => [name, config[name] ?? null])))
    if (!parsed.success) {
      const wrong = parsed.error.issues.map(({ path, message }) => `config.${path.join('.')}: it must be ${message}`)
      throw new ConfigError(wrong.join('; '))
    }
    this.change(parsed.data)
    this.#started = { ...this.#config, ...config } as Config
  }

  /** What the upstream's door obeys. */
  get door(): DoorSettings {
    return this.#door
  }

  /** The revision that a namespace is judged by. */
  revisionOf(namespace: string): Revision {
    return this.#revisions.get(namespace) ?? this.#config.revision
  }

  get ownRevisions(): ReadonlyMap<string, Revision> {
    return this.#revisions
  }

  setRevision(namespace: string, revision: Revision | null): void {
    if (revision === null) this.#revisions.delete(namespace)
    else this.#revisions.set(namespace, revision)
  }

  get shown(): Record<string, unknown> {
    const { controlKey, publicUrl, redisUrl } = this.#config
    const masked = {
      controlKey: controlKey && '***',
      publicUrl: publicUrl && maskedUrl(publicUrl),
      redisUrl: redisUrl && maskedUrl(redisUrl),
    }
    const settings = { ...this.#config, ...masked }
    return Object.fromEntries(SETTING_NAMES.map(name => [name, settings[name] ?? null]))
  }

  elsewhere(names: readonly string[]): string | undefined {
    const fixed = SETTING_NAMES.filter(name => names.includes(name) && !CHANGEABLE.includes(name))
    const told = fixed.map(
      name =>
        `${name} can be set only at the start: ${flagOf(name)}, ${envOf(name)}, ${name} in a settings file or for createSimulator${BY_COMMAND[name] ?? ''}`,
    )
    return told.join('; ') || undefined
  }

  /** What commands have set, as plain data: `load` takes it. */
  get changed(): Changed {
    return { settings: this.#changed, revisions: [...this.#revisions] }
  }

  /** Has exactly that be set. */
  load({ settings, revisions }: Changed): void {
    this.#config = this.#started
    this.#changed = {}
    this.change(settings)
    this.#revisions.clear()
    for (const [namespace, revision] of revisions) this.#revisions.set(namespace, revision)
  }

  /** `changes` has passed `Changes`. */
  change(changes: z.output<typeof Changes>): void {
    this.#changed = { ...this.#changed, ...changes }
    const given = Object.entries(changes).filter(([, value]) => value !== undefined)
    this.#config = { ...this.#config, ...Object.fromEntries(given.map(([name, value]) => [name, value ?? undefined])) }
    this.#door = doorSettings(this.#config, this.#files)
  }
}

/** A URL as it may be shown: without the name and password in it. */
export function maskedUrl(url: string): string {
  return url.replace(/\/\/[^/?#]*@/, '//***@')
}

/** How the clocks run that are started with `--clock TEXT`. */
export function clockSetting(text: string): ClockSetting {
  if (text.startsWith('x')) return { mode: 'scaled', rate: Number(text.slice(1)) }
  return { mode: text as 'real' | 'frozen' | 'auto-skip', rate: 1 }
}

/** What `5/s`, `60/m` or `1000/h` stands for. */
export function rateFrom(text: string): Rate {
  const [count, unit] = text.split('/')
  const perUnit = unit === 'h' ? 3600 : unit === 'm' ? 60 : 1
  return { burst: Number(count), perSecond: Number(count) / perUnit }
}

/** What is read from files once, at the start. */
type FromFiles = Pick<DoorSettings, 'tokens' | 'seenWords'>

function doorSettings(config: Config, files: FromFiles): DoorSettings {
  const { balance, concurrency } = config
  return {
    revision: config.revision,
    strictness: config.strictness,
    parameterErrorCode: config.parameterErrorCode,
    pendingResponse: config.pendingResponse,
    pace: config.pace,
    seed: config.seed,
    publicUrl: config.publicUrl,
    trustProxy: config.trustProxy,
    ...files,
    rate: config.rate === undefined ? undefined : rateFrom(config.rate),
    limits: { ...(balance !== undefined && { balance }), ...(concurrency !== undefined && { concurrency }) },
    skipPerPollMs: config.skipPerPoll * 1000,
  }
}

/** One token a line; blank lines and lines that begin with # are skipped. */
function readTokens(file: string): ReadonlySet<string> {
  try {
    const lines = readFileSync(file, 'utf8').split(/\r?\n/)
    return new Set(lines.map(line => line.trim()).filter(line => line !== '' && !line.startsWith('#')))
  } catch (cause) {
    throw new ConfigError(`tokens: ${JSON.stringify(file)} can't be read: ${(cause as Error).message}`, { cause })
  }
}

/** How the API was seen to word what is chosen here. What a mockling was seen to say proves nothing about the API. */
function readSeenWords(file: string): SeenWords {
  const observations = readEvidence(file, 'fromEvidence')
  if (observations.some(({ simulated }) => !simulated)) return new SeenWords(observations)
  throw new ConfigError(`fromEvidence: ${JSON.stringify(file)} holds nothing that was seen at the real API`)
}
