import { exec } from 'node:child_process'
import { promisify } from 'node:util'
import type { Attempt, Poster } from '../callbacks/post.ts'
import { ConfigError } from '../config.ts'
import { forged, signatureHeaders } from '../faults/signature.ts'
import { withoutUserinfo } from '../simulation/task.ts'
import { machineTime, pause } from '../simulation/timebase.ts'
import { madeUpTask } from './callback-body.ts'
import { type Graded, grade, gradeOfSpeed, type States } from './grading.ts'
import { type Case, hostileSet, type Shot } from './hostile-set.ts'
import { junitFile, writeJunit } from './junit.ts'
import { headersOf, numberOf, originOf, urlOf } from './options.ts'
import { gradesText, notesOf } from './probe-text.ts'
import { checkedSecret } from './secret.ts'
import { posterFor, wasReached } from './sending.ts'

interface ProbeOptions {
  readonly task: readonly string[]
  readonly origin: string
  readonly secret?: string
  readonly limit: string
  readonly header: readonly string[]
  readonly stateCommand?: string
  readonly settle: string
  readonly json?: true
  readonly report?: string
}

/** Ten minutes: twice what Standard Webhooks advises to tolerate. */
const STALE_MS = 600_000

/** `mockling probe-receiver`: resolves to 0 if nothing failed, 1 if something did, 3 if nobody answers at `url`. */
export async function probeReceiver(url: string, options: ProbeOptions): Promise<number> {
  urlOf(url)
  const file = junitFile(options.report)
  const limitMs = numberOf('--limit', options.limit, 0.1, 600) * 1000
  const settleMs = numberOf('--settle', options.settle, 0, 600) * 1000
  const range = {
    url,
    poster: posterFor(limitMs),
    headers: headersOf(options.header),
    secret: options.secret === undefined ? undefined : checkedSecret(options.secret),
    lookAt: options.stateCommand === undefined ? undefined : stateOf(options.stateCommand, settleMs),
  }
  const cases = hostileSet({
    taskOf: taskIds(options.task),
    origin: originOf(options.origin, '--origin'),
    isSigned: range.secret !== undefined,
  })
  const grades: Graded[] = []
  for (const one of cases) {
    const { attempts, states } = await put(one, range)
    const [first] = attempts
    if (grades.length === 0 && first && !wasReached(first)) {
      process.stderr.write(
        `mockling: probe-receiver: ${withoutUserinfo(url)} can't be reached: ${first.error ?? first.outcome}\n`,
      )
      return 3
    }
    grades.push(grade(one, attempts, states))
  }
  grades.push(gradeOfSpeed(grades, limitMs))
  const notes = notesOf({ looked: range.lookAt !== undefined, signed: range.secret !== undefined })
  process.stdout.write(
    `${options.json ? JSON.stringify({ url: withoutUserinfo(url), grades, notes }) : gradesText(withoutUserinfo(url), grades, notes)}\n`,
  )
  if (file !== undefined) {
    const checks = grades.map(({ name, group, summary, verdict, because, slowestMs }) => ({
      name: `${group}: ${name}: ${summary}`,
      failure: verdict === 'fail' ? because : undefined,
      note: verdict === 'warn' ? because : undefined,
      durationMs: slowestMs,
    }))
    writeJunit(file, 'mockling probe-receiver', checks)
  }
  return grades.some(({ verdict }) => verdict === 'fail') ? 1 : 0
}

/** The range a receiver is shot at from. */
interface Range {
  readonly url: string
  readonly poster: Poster
  readonly headers: Readonly<Record<string, string>>
  readonly secret: string | undefined
  readonly lookAt: (() => Promise<string>) | undefined
}

async function put(one: Case, range: Range): Promise<{ attempts: Attempt[]; states: States | undefined }> {
  const [first, ...others] = one.shots
  if (one.isAtOnce) {
    return { attempts: await Promise.all(one.shots.map(shot => fire(shot, range))), states: undefined }
  }
  const look = one.keepsState ? range.lookAt : undefined
  const before = await look?.()
  const attempts = [await fire(first, range)]
  const afterFirst = await look?.()
  for (const shot of others) attempts.push(await fire(shot, range))
  const afterLast = await look?.()
  if (before === undefined || afterFirst === undefined || afterLast === undefined)
    return { attempts, states: undefined }
  return { attempts, states: { before, first: afterFirst, last: afterLast } }
}

function fire(
  { body, headers = {}, signature }: Shot,
  { url, poster, headers: extra, secret }: Range,
): Promise<Attempt> {
  return poster.post(url, body, {
    ...signed(typeof body === 'string' ? body : body.text, secret, signature),
    ...headers,
    ...extra,
  })
}

function signed(text: string, secret: string | undefined, how: Shot['signature']): Record<string, string> {
  if (secret === undefined || how === 'none') return {}
  const at = machineTime.now() - (how === 'stale' ? STALE_MS : 0)
  const headers = signatureHeaders(secret, `msg_${madeUpTask(text)}`, at, text)
  return how === 'forged' ? forged(headers) : headers
}

/** Cases that a task known to the receiver is used for, in this order. */
const ABOUT_KNOWN_TASKS = ['twice', 'success-then-failure', 'success', 'failure', 'twice-at-once']

/** The user's own tasks where they tell most; made-up ones, new in each run, for all else. */
function taskIds(known: readonly string[]): (name: string) => string {
  const run = machineTime.now()
  return name => known[ABOUT_KNOWN_TASKS.indexOf(name)] ?? madeUpTask(`${run} ${name}`)
}

function stateOf(command: string, settleMs: number): () => Promise<string> {
  return async () => {
    await pause(settleMs)
    try {
      return (await promisify(exec)(command, { maxBuffer: 64 * 1024 * 1024 })).stdout
    } catch (cause) {
      throw new ConfigError(`--state-command: ${JSON.stringify(command)} failed: ${(cause as Error).message}`, {
        cause,
      })
    }
  }
}
