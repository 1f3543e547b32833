import { isIP } from 'node:net'
import { z } from 'zod'
import { CLIP_TEXT, clipFilesOf } from './clip-files.ts'
import { isObject } from './contract/request.ts'
import { DEFAULT_REVISION, REVISIONS } from './contract/revisions.ts'
import { STRICTNESSES } from './contract/rules/objection.ts'
import { parsedUrl } from './contract/url.ts'
import { PARAMETER_ERROR_CODES, PENDING_RESPONSES } from './contract/wire.ts'
import { parseIsoTime } from './simulation/timebase.ts'
import { PACES, type Pace } from './simulation/timeline.ts'
import { SYNCS } from './state/syncing.ts'

/** A number, or text that spells one: flags and the environment are text, files and code are not. */
function number(least: number, most: number, allowed = `a number from ${least} to ${most}`) {
  return z
    .union(
      [
        z.number(),
        z
          .string()
          .regex(/^\d+(?:\.\d+)?$/)
          .transform(Number),
      ],
      allowed,
    )
    .pipe(z.number(allowed).min(least, allowed).max(most, allowed))
}

function whole(least: number, most: number) {
  const allowed = `a whole number from ${least} to ${most}`
  return number(least, most, allowed).pipe(z.number().int(allowed))
}

function flag() {
  const allowed = 'true or false'
  return z.union(
    [z.boolean(), z.stringbool({ truthy: ['true', '1', 'yes', ''], falsy: ['false', '0', 'no'] })],
    allowed,
  )
}

function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, `one of ${words.join(', ')}`)
}

/** Several values: an array, or text with commas. */
function list() {
  const parts = z.string().transform(text => text.split(','))
  return z
    .union([z.array(z.string()), parts], 'texts, or one text with commas')
    .transform(texts => texts.map(text => text.trim()).filter(text => text !== ''))
}

/** Where a certificate comes from. */
const TLS_MODES = ['off', 'self-signed'] as const

const PACE_TEXT = 'instant, fast, real, or seconds from 0 to 86400'
const pace = z.union([oneOf(PACES), number(0, 86_400)], PACE_TEXT) satisfies z.ZodType<Pace>

const CLOCK_TEXT = 'real, frozen, auto-skip, or x and a number, such as x10'
const clock = z
  .string(CLOCK_TEXT)
  .regex(/^(?:real|frozen|auto-skip|x(?!0+(?:\.0+)?$)\d{1,6}(?:\.\d{1,6})?)$/, CLOCK_TEXT)

const RATE_TEXT = 'a number of requests and a unit, such as 5/s, 60/m or 1000/h'
const rate = z.string(RATE_TEXT).regex(/^[1-9]\d{0,8}\/[smh]$/, RATE_TEXT)

const ORIGIN_TEXT = 'an http or https URL without a path, such as http://mockling:4180'
const origin = z
  .string(ORIGIN_TEXT)
  .refine(isOrigin, ORIGIN_TEXT)
  .transform(url => url.replace(/\/+$/, ''))

function isOrigin(text: string): boolean {
  return /^https?:\/\/[^/?#]+\/?$/i.test(text) && parsedUrl(text) !== undefined
}

const REDIS_TEXT = 'a redis or rediss URL, such as redis://127.0.0.1:6379/0'
const redis = z
  .string(REDIS_TEXT)
  .refine(text => /^rediss?:\/\/[^/]/i.test(text) && /^\/?\d*$/.test(parsedUrl(text)?.pathname ?? '-'), REDIS_TEXT)

/** What a header can carry as it is: it is asked for in one. */
const KEY_TEXT = 'at least 8 ASCII characters, without a space at either end'
const controlKey = z.string(KEY_TEXT).regex(/^[\x21-\x7e][\x20-\x7e]{6,}[\x21-\x7e]$/, KEY_TEXT)

const PREFIX_TEXT = '1 to 64 letters, digits, _ . : or -'

const HOST_TEXT = 'host names and addresses, such as kling.test, *.kling.test or 10.0.0.7'
const hostNames = list().refine(
  names => names.every(name => isIP(name) > 0 || /^(?:\*\.)?[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63})*$/i.test(name)),
  HOST_TEXT,
)

const EPOCH_TEXT = 'an ISO 8601 time, such as 2026-06-01T00:00:00Z'
const epoch = z.string(EPOCH_TEXT).refine(text => (parseIsoTime(text) ?? -1) >= 0, EPOCH_TEXT)

/** Not z.record, which drops a key `__proto__` without a word (zod 4.6). */
const textByText = z.custom<Readonly<Record<string, string>>>(
  given => isObject(given) && Object.values(given).every(text => typeof text === 'string'),
)

const clip = z.union([z.string(), z.array(z.string()), textByText], CLIP_TEXT).transform((given, context) => {
  const files = clipFilesOf(given)
  if (files) return files
  context.addIssue(CLIP_TEXT)
  return z.NEVER
})

/**
 * Every setting there is. Flags, `MOCKLING_*` names, `--help` and docs/reference/settings.md are made from this.
 * `.meta({ value })` is the placeholder shown in help; what is `isRepeatable` may be given several times as a flag.
 */
// biome-ignore format: one setting a line or two, as a table
export const Config = z.strictObject({
  host: z.string('an address or host name').min(1, 'an address or host name').default('127.0.0.1').describe('Address to listen on.').meta({ value: 'address' }),
  port: whole(0, 65_535).default(4180).describe('Port to listen on; 0 picks a free one.').meta({ value: 'n' }),
  publicUrl: origin.optional().describe('Scheme and host of the URLs handed out. Without it, the request’s Host header.').meta({ value: 'url' }),
  tls: oneOf(TLS_MODES).default('off').describe('self-signed answers https too, at the same port, by a certificate made at the start.').meta({ value: 'mode' }),
  tlsHost: hostNames.default([]).describe('More names it is good for, beside localhost, api.acedata.cloud and the like.').meta({ value: 'list' }),
  tlsCert: z.string('the name of a file').min(1, 'the name of a file').optional().describe('Certificate of your own to answer https by, with its chain, in PEM.').meta({ value: 'file' }),
  tlsKey: z.string('the name of a file').min(1, 'the name of a file').optional().describe('Key of that certificate, in PEM, without a passphrase.').meta({ value: 'file' }),
  tlsCaOut: z.string('the name of a file').min(1, 'the name of a file').optional().describe('File to write what clients have to trust to: the authority of a self-signed certificate.').meta({ value: 'file' }),
  trustProxy: flag().default(false).describe('Take scheme and host from X-Forwarded-Proto and X-Forwarded-Host.'),
  revision: oneOf(REVISIONS).default(DEFAULT_REVISION).describe('Dated reading of the contract to imitate.').meta({ value: 'name' }),
  strictness: oneOf(STRICTNESSES).default('documented').describe('upstream also refuses what only the model vendor refuses.').meta({ value: 'level' }),
  parameterErrorCode: oneOf(PARAMETER_ERROR_CODES).default('bad_request').describe('Code of parameter errors.').meta({ value: 'code' }),
  pendingResponse: oneOf(PENDING_RESPONSES).default('absent').describe('What a pending task’s record shows as response.').meta({ value: 'shape' }),
  pace: pace.default('fast').describe('How long tasks take: instant, fast (about 2 s), real (as seen, minutes), or seconds.').meta({ value: 'pace' }),
  seed: whole(0, Number.MAX_SAFE_INTEGER).default(1).describe('Same seed and calls, same ids, timings and bytes.').meta({ value: 'n' }),
  clock: clock.default('real').describe('How time runs: real, x10 (ten times as fast), frozen, or auto-skip (leaps when everybody waits).').meta({ value: 'mode' }),
  epoch: epoch.default('2026-06-01T00:00:00Z').describe('Where frozen and auto-skip clocks start.').meta({ value: 'time' }),
  quiet: number(0, 60_000).default(5).describe('Real milliseconds of quiet before auto-skip leaps.').meta({ value: 'ms' }),
  skipPerPoll: number(0, 86_400).default(3).describe('Seconds auto-skip may leap for a poll that shows a pending task.').meta({ value: 'seconds' }),
  tokens: z.string('the name of a file').min(1, 'the name of a file').optional().describe('File with the bearer tokens that work, one a line. Without it, any.').meta({ value: 'file' }),
  rate: rate.optional().describe('Creates admitted per token, such as 5/s. Off by default.').meta({ value: 'n/s' }),
  concurrency: whole(1, 1_000_000).optional().describe('Unsettled tasks per token. Off by default.').meta({ value: 'n' }),
  balance: number(0, 1e9).optional().describe('Credits each token begins with. Unlimited by default.').meta({ value: 'credits' }),
  callbackRetries: whole(0, 20).default(0).describe('Tries after a callback that failed, 1 s, 2 s, 4 s … apart.').meta({ value: 'n' }),
  callbackPrivate: oneOf(['allow', 'deny']).default('allow').describe('Whether callbacks may go to private addresses.').meta({ value: 'rule' }),
  callbackAllow: list().default([]).describe('Only these host patterns and CIDRs get callbacks.').meta({ value: 'list' }),
  callbackDeny: list().default([]).describe('These host patterns and CIDRs get no callbacks.').meta({ value: 'list' }),
  drain: number(0, 600).default(1).describe('Seconds that callbacks under way may take at shutdown.').meta({ value: 'seconds' }),
  state: z.string('the name of a file').min(1, 'the name of a file').optional().describe('File that keeps tasks, money, callbacks and clocks, also if the process is killed.').meta({ value: 'file' }),
  stateSync: oneOf(SYNCS).default('interval').describe('When that file is made safe from a power cut: always (before each answer), interval (each second), never.').meta({ value: 'policy' }),
  redisUrl: redis.optional().describe('Redis through which replicas of one simulator share everything. Needs the packages ioredis and bullmq.').meta({ value: 'url' }),
  redisPrefix: z.string(PREFIX_TEXT).regex(/^[\w.:-]{1,64}$/, PREFIX_TEXT).default('mockling:').describe('What the keys there begin with: replicas of one simulator have the same.').meta({ value: 'text' }),
  retain: whole(0, 100_000_000).default(100_000).describe('Settled tasks kept, oldest forgotten first.').meta({ value: 'n' }),
  taskMemory: number(1, 1_000_000).default(256).describe('Megabytes that the requests kept with tasks may take, about; the oldest settled tasks go first.').meta({ value: 'mb' }),
  mediaCache: number(0, 1_000_000).default(64).describe('Megabytes of videos kept in memory; the others are made again when asked for.').meta({ value: 'mb' }),
  clip: clip.optional().describe('A file of your own in place of every video; or OUTCOME=FILE, for one outcome: succeed, or succeed NAME. Repeatable.').meta({ value: 'file', isRepeatable: true }),
  timeline: z.string('the path of a file').min(1, 'the path of a file').optional().describe('Incident to play from the start: dated changes in a YAML or JSON file.').meta({ value: 'file' }),
  fromEvidence: z.string('the name of a file').min(1, 'the name of a file').optional().describe('File of mockling verify --evidence: what was seen replaces texts that were chosen here.').meta({ value: 'file' }),
  journalSize: whole(0, 10_000_000).default(10_000).describe('Requests and callback attempts kept in the journal.').meta({ value: 'n' }),
  journalMemory: number(1, 1_000_000).default(64).describe('Megabytes the journal may take, about; its oldest entries go first.').meta({ value: 'mb' }),
  maxConnections: whole(10, 1_000_000).default(15_000).describe('Connections at once, and no more than three quarters of the open files allowed. Beyond, idle ones are closed.').meta({ value: 'n' }),
  maxHeld: whole(0, 1_000_000).default(10_000).describe('Requests held at once. Beyond, creates that would be get 503.').meta({ value: 'n' }),
  maxPending: whole(1, 100_000_000).default(1_000_000).describe('Pending tasks at once, and no more than half of Node’s memory holds. Beyond, creates get 503.').meta({ value: 'n' }),
  maxStreams: whole(0, 100_000).default(1000).describe('Readers who follow the journal at once. Beyond, they get 503.').meta({ value: 'n' }),
  maxHead: number(1, 1024).default(16).describe('Kilobytes of a request’s line and headers. Beyond, 431.').meta({ value: 'kb' }),
  maxBody: number(0.001, 100).default(1).describe('Megabytes (of 1024 kilobytes) of a request’s body, beside a file in it. Beyond, 413.').meta({ value: 'mb' }),
  bodyMemory: number(1, 1_000_000).default(256).describe('Megabytes that all bodies on their way may take together. Beyond, 503.').meta({ value: 'mb' }),
  headTimeout: number(0.1, 3600).default(20).describe('Seconds in which a request’s line and headers must have arrived. Beyond, 408.').meta({ value: 'seconds' }),
  requestTimeout: number(0.1, 86_400).default(60).describe('Seconds in which a whole request must have arrived. Beyond, 408.').meta({ value: 'seconds' }),
  keepAlive: number(0.1, 86_400).default(72).describe('Seconds that a connection is kept without a request.').meta({ value: 'seconds' }),
  replay: z.string('the name of a directory').min(1, 'the name of a directory').optional().describe('Recordings of mockling record: requests that are in them are answered as they were.').meta({ value: 'dir' }),
  demo: whole(0, 10_000).default(0).describe('Fill the namespace of the token demo with this many tasks to look at.').meta({ value: 'n' }),
  controlKey: controlKey.optional().describe('Key of the control door. Made up when bound wider than loopback.').meta({ value: 'key' }),
  logRequests: flag().default(false).describe('Log one line per request. On a terminal that is so anyway.'),
})

/** All settings, with their defaults filled in. */
export type Config = z.output<typeof Config>

/** Settings as they may be given: each may be left out, numbers may be text. */
export type ConfigInput = z.input<typeof Config>

export type SettingName = keyof Config

/** A setting that can't be used. `message` names it, its value and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

export const SETTING_NAMES = Object.keys(Config.shape) as SettingName[]

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, capital => `-${capital.toLowerCase()}`)
}

/** `callbackRetries` is `--callback-retries`. */
export function flagOf(name: string): string {
  return `--${kebab(name)}`
}

/** `callbackRetries` is `MOCKLING_CALLBACK_RETRIES`. */
export function envOf(name: string): string {
  return `MOCKLING_${kebab(name).replaceAll('-', '_').toUpperCase()}`
}

/** Where one layer of settings came from, for error texts, strongest last. */
export interface Layer {
  readonly settings: Readonly<Record<string, unknown>>
  /** The name a person used for the setting there. */
  readonly nameOf: (setting: string) => string
}

/** Settings given in code. */
export function fromCode(settings: Readonly<Record<string, unknown>>): Layer {
  return { settings, nameOf: name => name }
}

/** Settings from the environment: every `MOCKLING_*` variable of a known setting. Empty ones count as absent. */
export function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Layer {
  const given = SETTING_NAMES.filter(name => (environment[envOf(name)] ?? '') !== '')
  return { settings: Object.fromEntries(given.map(name => [name, environment[envOf(name)]])), nameOf: envOf }
}

/**
 * Joins layers, later ones winning, and checks every value.
 * @throws ConfigError naming each setting that is unknown or has a value that is not allowed.
 */
export function readConfig(...layers: readonly Layer[]): Config {
  // Without a prototype: a file's own `__proto__` is then a name like any other, and unknown.
  const settings: Record<string, unknown> = Object.create(null)
  const origin = new Map<string, string>()
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer.settings)) {
      if (value === undefined) continue
      settings[name] = value
      origin.set(name, layer.nameOf(name))
    }
  }
  const parsed = Config.safeParse(settings)
  if (parsed.success) return parsed.data
  throw new ConfigError(parsed.error.issues.flatMap(issue => sentences(issue, settings, origin)).join('\n'))
}

function sentences(issue: z.core.$ZodIssue, settings: Record<string, unknown>, origin: Map<string, string>): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => `${origin.get(key) ?? key}: there is no such setting`)
  }
  const name = String(issue.path[0])
  return [`${origin.get(name) ?? name}: ${shown(name, settings[name])} is not allowed; it must be ${issue.message}`]
}

/** A value as an error text shows it: nothing of a key, and no password of an address. */
function shown(name: string, value: unknown): string {
  if (name === 'controlKey') return '***'
  return JSON.stringify(value)?.replace(/(?<=\w:\/\/)[^\s"/?#]*(?=@)/g, '***') ?? String(value)
}
