import { isIP } from 'node:net'
import type { Attempt } from '../callbacks/post.ts'
import { ConfigError } from '../config.ts'
import { type ErrorCode, isErrorCode } from '../contract/errors.ts'
import { forged, signatureHeaders } from '../faults/signature.ts'
import { withoutUserinfo } from '../simulation/task.ts'
import { machineTime, pause } from '../simulation/timebase.ts'
import { FAILURES, failure, madeUpTask, success } from './callback-body.ts'
import { headersOf, numberOf, originOf, urlOf } from './options.ts'
import { checkedSecret } from './secret.ts'
import { posterFor, wasReached } from './sending.ts'

interface TriggerOptions {
  readonly task?: string
  readonly fail?: string
  readonly origin: string
  readonly secret?: string
  readonly forged?: true
  readonly repeat: string
  readonly gap: string
  readonly malformed?: true
  readonly pad?: string
  readonly header: readonly string[]
  readonly dryRun?: true
  readonly json?: true
}

/** `mockling trigger`: posts a callback by hand. Resolves to 0 if each copy was answered 2xx, 1 if not, 3 if nobody was there. */
export async function trigger(url: string, options: TriggerOptions): Promise<number> {
  urlOf(url)
  const repeat = numberOf('--repeat', options.repeat, 1, 1000)
  const gapMs = numberOf('--gap', options.gap, 0, 3600) * 1000
  const text = textOf(options)
  const extra = headersOf(options.header)
  const secret = options.secret === undefined ? undefined : checkedSecret(options.secret)
  if (options.forged && secret === undefined) throw new ConfigError('--forged: goes with --secret only')
  const headersNow = () => ({ ...signature(options, secret, text), ...extra })
  if (options.dryRun) {
    print(options, { url, headers: headersNow(), body: text }, () => text)
    return 0
  }
  const poster = posterFor()
  const attempts: Attempt[] = []
  for (let copy = 1; copy <= repeat; copy++) {
    if (copy > 1 && gapMs > 0) await pause(gapMs)
    const attempt = await poster.post(url, text, headersNow())
    attempts.push(attempt)
    print(options, { url: withoutUserinfo(url), copy, ...attempt }, () => lineOf(url, attempt))
  }
  if (!attempts.some(wasReached)) return 3
  return attempts.every(({ outcome }) => outcome === 'delivered') ? 0 : 1
}

function textOf(options: TriggerOptions): string {
  const { task = madeUpTask('trigger'), fail, origin } = options
  const body = fail === undefined ? success(task, originOf(origin, '--origin')) : failure(task, codeOf(fail))
  const bytes = options.pad === undefined ? 0 : numberOf('--pad', options.pad, 0, 100_000_000)
  const padding = 'x'.repeat(Math.max(0, bytes - JSON.stringify({ ...body, x_mockling_padding: '' }).length))
  const text = JSON.stringify(padding === '' ? body : { ...body, x_mockling_padding: padding })
  return options.malformed ? text.slice(0, text.length >> 1) : text
}

function codeOf(text: string): ErrorCode {
  if (isErrorCode(text) && FAILURES.includes(text)) return text
  throw new ConfigError(`--fail: ${JSON.stringify(text)} is not allowed; it must be one of ${FAILURES.join(', ')}`)
}

/** Made anew for each copy, as a sender does that tries again: receivers look at the age. */
function signature({ forged: isForged }: TriggerOptions, secret: string | undefined, text: string) {
  if (secret === undefined) return {}
  const headers = signatureHeaders(secret, `msg_${madeUpTask(text)}`, machineTime.now(), text)
  return isForged ? forged(headers) : headers
}

function print({ json }: TriggerOptions, facts: object, text: () => string): void {
  process.stdout.write(`${json ? JSON.stringify(facts) : text()}\n`)
}

function lineOf(url: string, { outcome, status, error, durationMs, address, responseBody = '' }: Attempt): string {
  const at = address === undefined || isIP(new URL(url).hostname.replace(/^\[|\]$/g, '')) ? '' : ` (${address})`
  const answer = status === undefined ? (error ?? outcome) : `${status} after ${Math.round(durationMs)} ms`
  const shown = responseBody.slice(0, 2000).replace(/[^\P{C}\n\t]/gu, '?')
  return `${outcome === 'delivered' ? '✓' : '✗'} POST ${withoutUserinfo(url)}${at}: ${answer}${shown === '' ? '' : `\n${shown}`}`
}
