import type { Config } from '../config.ts'
import { connect, type Mockling } from '../testing/connect.ts'
import { callbackFinding, receiverFinding } from './doctor/callbacks.ts'
import { containerFinding } from './doctor/container.ts'
import { type Finding, findingsText } from './doctor/finding.ts'
import { nameFinding } from './doctor/names.ts'
import { portFinding } from './doctor/port.ts'
import { urlOf } from './options.ts'
import { posterFor } from './sending.ts'
import { settingsOf, startSimulator } from './start.ts'

interface DoctorOptions extends Record<string, unknown> {
  readonly callbackUrl?: string
  readonly token: string
  readonly json?: true
}

/**
 * `mockling doctor`: looks at a running server, or at what the settings would make of one that is not running yet.
 * Resolves to 0 if nothing is wrong, to 1 if something is.
 */
export async function doctor(given: string | undefined, options: DoctorOptions): Promise<number> {
  const { callbackUrl, token, json, ...rest } = options
  const config = await settingsOf(rest)
  const findings = await examine(given === undefined ? undefined : urlOf(given), config, {
    token,
    callbackUrl: callbackUrl === undefined ? undefined : urlOf(callbackUrl, '--callback-url'),
  })
  process.stdout.write(`${json ? JSON.stringify({ findings }) : findingsText(findings)}\n`)
  return findings.some(({ verdict }) => verdict === 'fail') ? 1 : 0
}

interface Wishes {
  readonly token: string
  readonly callbackUrl: string | undefined
}

async function examine(given: string | undefined, config: Config, wishes: Wishes): Promise<Finding[]> {
  const url = given ?? `http://${nameable(config.host)}:${config.port}`
  const server = connect({ url, controlKey: config.controlKey })
  const health = await server.health().catch((error: Error) => error)
  if (!(health instanceof Error)) {
    const running: Finding = {
      check: 'server',
      verdict: 'pass',
      says: `${health.name} ${health.version} answers at ${server.url}, revision ${health.revision}`,
    }
    const name = await nameFinding('name', new URL(server.url))
    return [
      running,
      name,
      ...(await publicFindings(config, true)),
      ...(await callbackFindings(server, wishes)),
      containerFinding(config.host),
    ]
  }
  if (given !== undefined) {
    return [{ check: 'server', verdict: 'fail', says: health.message }, await nameFinding('name', new URL(given))]
  }
  const port = await portFinding(config.host, config.port)
  return [
    port,
    ...(await publicFindings(config, false)),
    ...(await ownFindings(config, wishes)),
    containerFinding(config.host),
  ]
}

/** The address to call for one to listen on: all of them is none. */
function nameable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

/** The same questions to a server of our own, for as long as it takes, with the settings given. */
async function ownFindings(config: Config, wishes: Wishes): Promise<Finding[]> {
  await using simulator = await startSimulator({ ...config, port: 0, demo: 0 }, {})
  return await callbackFindings(connect(simulator), wishes)
}

async function callbackFindings(server: Mockling, { token, callbackUrl }: Wishes): Promise<Finding[]> {
  const findings = [await callbackFinding(server, token)]
  if (callbackUrl !== undefined) findings.push(await receiverFinding(server, token, callbackUrl))
  return findings
}

/** Whether the URLs handed out lead anywhere. */
async function publicFindings({ publicUrl }: Config, isServed: boolean): Promise<Finding[]> {
  const check = 'public URL'
  if (publicUrl === undefined) {
    return [{ check, verdict: 'pass', says: 'none is set: video_url has the host that each client called' }]
  }
  const name = await nameFinding(check, new URL(publicUrl), isServed)
  if (name.verdict === 'fail')
    return [
      { ...name, advice: `video_url begins with ${publicUrl}; --public-url says so. ${name.advice ?? ''}`.trim() },
    ]
  if (!isServed) return [name]
  const answer = await posterFor().post(`${publicUrl}/health`, '')
  const isOurs = answer.outcome === 'delivered' && /"name":"mockling"/.test(answer.responseBody ?? '')
  if (isOurs) return [{ ...name, says: `${publicUrl} leads to a mockling` }]
  return [
    {
      check,
      verdict: 'fail',
      says: `${publicUrl} leads to something else: ${answer.error ?? `its /health answers ${answer.status}, not as mockling does`}`,
      advice: 'video_url begins with --public-url; give the address by which clients reach this server.',
    },
  ]
}
