import { Config, ConfigError } from '../config.ts'
import type { ContractOptions } from '../conformance/suite.ts'
import { isRevision, REVISIONS, type Revision } from '../contract/revisions.ts'
import { parsedUrl } from '../contract/url.ts'
import { rateFrom } from '../settings.ts'

/** The flags of `mockling verify`, as they are given. */
export interface VerifyOptions {
  readonly token?: string
  readonly revision: string
  readonly key?: string
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
  readonly plan?: true
  readonly json?: true
  readonly allowSpend?: true
  readonly maxCredits: string
  readonly everything?: true
  readonly callbackUrl?: string
  readonly callbackPort: string
  readonly image?: string
  readonly video?: string
  readonly audio?: string
  readonly rate?: string
  readonly timeout: string
  readonly ledger: string
  readonly resume?: true
  readonly evidence?: string
  readonly report?: readonly string[]
  readonly publish?: string
}

/** @throws ConfigError naming the flag whose value is not allowed */
export function contractOf(target: string, options: VerifyOptions): ContractOptions {
  refuseStrange(target)
  const { image, video, audio, key, only, skip, callbackUrl, ledger, rate } = options
  const token = options.token ?? process.env['MOCKLING_TOKEN']
  const files = [image, video, audio].filter(file => file !== undefined)
  if (files.length !== 0 && files.length !== 3) throw new ConfigError('--image, --video and --audio go together')
  return {
    target: target.replace(/\/+$/, ''),
    revision: revisionOf(options.revision),
    maxCredits: numberOf('--max-credits', options.maxCredits),
    timeoutSeconds: numberOf('--timeout', options.timeout),
    callbackPort: numberOf('--callback-port', options.callbackPort),
    ledgerFile: ledger,
    allowSpend: options.allowSpend === true,
    everything: options.everything === true,
    resume: options.resume === true,
    ...(rate !== undefined && { rate: rateOf(rate) }),
    ...(token !== undefined && { token }),
    ...(key !== undefined && { key }),
    ...(only && { only }),
    ...(skip && { skip }),
    ...(callbackUrl !== undefined && { callbackUrl }),
    ...(image && video && audio && { files: { image, video, audio } }),
  }
}

/** What is in an address is shown and kept. */
function refuseStrange(target: string): void {
  const url = /^https?:\/\/[^/]+/i.test(target) ? parsedUrl(target) : undefined
  if (!url) throw new ConfigError(`verify: ${target} is no http or https URL`)
  if (url.username || url.password || url.search || url.hash) {
    throw new ConfigError(
      `verify: ${url.origin}${url.pathname}: the address must have no name, password, query or fragment`,
    )
  }
}

function revisionOf(text: string): Revision {
  if (isRevision(text)) return text
  throw new ConfigError(`--revision: ${text} is not allowed; it must be one of ${REVISIONS.join(', ')}`)
}

/** Requests a second. */
function rateOf(text: string): number {
  const { success, error } = Config.shape.rate.safeParse(text)
  if (success) return rateFrom(text).perSecond
  throw new ConfigError(`--rate: ${text} is not allowed; it must be ${error.issues[0]?.message}`)
}

function numberOf(flag: string, text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value
  throw new ConfigError(`${flag}: ${text} is not allowed; it must be a number from 0`)
}
