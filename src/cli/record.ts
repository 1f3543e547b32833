import { ConfigError } from '../config.ts'
import { isMockling } from '../conformance/simulated.ts'
import { Unreachable } from '../conformance/target.ts'
import { BadRecordings, Directory } from '../recording/directory.ts'
import { type Recorder, startRecorder } from '../recording/recorder.ts'
import { machineTime } from '../simulation/timebase.ts'
import { numberOf, originOf } from './options.ts'
import { posterFor, wasReached } from './sending.ts'
import { listenSentence } from './start.ts'

const UNREACHABLE = 3

interface RecordOptions {
  readonly upstream: string
  readonly out: string
  readonly host: string
  readonly port: string
  readonly callbackUrl?: string
  readonly allowSpend?: true
  readonly keepFiles: string
  readonly json?: true
}

/**
 * `mockling record`: a proxy that writes down what goes by, until it is told to stop. Resolves to the exit code if it
 * could not start.
 * @throws ConfigError if an option can't be used.
 */
export async function record(options: RecordOptions): Promise<number | undefined> {
  const { host, allowSpend = false, callbackUrl } = options
  const upstream = originOf(options.upstream, '--upstream')
  const port = numberOf('--port', options.port, 0, 65_535)
  const largestFile = numberOf('--keep-files', options.keepFiles, 0, 100_000) * 1_000_000
  const callbacks = callbackUrl === undefined ? {} : { callbackUrl: originOf(callbackUrl, '--callback-url') }
  const directory = directoryAt(options.out)
  const isSimulated = await isMockling(upstream).catch(error => {
    if (error instanceof Unreachable) return error
    throw error
  })
  if (isSimulated instanceof Unreachable) {
    process.stderr.write(`mockling: record: ${isSimulated.message}\n`)
    return UNREACHABLE
  }
  const poster = posterFor()
  const recorder = await startRecorder({
    upstream,
    directory,
    host,
    port,
    ...callbacks,
    // Nothing costs anything at a mockling.
    allowSpend: allowSpend || isSimulated,
    largestFile,
    postOn: async (url, body, headers) => {
      const attempt = await poster.post(url, body, headers)
      return wasReached(attempt) ? attempt.status : undefined
    },
    now: () => machineTime.now(),
    say: text => process.stderr.write(`mockling: ${text}\n`),
  }).catch(error => {
    throw new ConfigError(listenSentence(error, { host, port }), { cause: error })
  })
  stopOnSignals(recorder, directory, () => poster.close())
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ url: recorder.url, pid: process.pid, upstream, isSimulated })}\n`
      : startText(recorder, options, isSimulated),
  )
  return undefined
}

function directoryAt(path: string): Directory {
  try {
    return new Directory(path)
  } catch (cause) {
    if (!(cause instanceof BadRecordings)) throw cause
    throw new ConfigError(`--out: ${JSON.stringify(path)} can't be used; ${cause.message}`, { cause })
  }
}

function startText({ url }: Recorder, { upstream, out, allowSpend }: RecordOptions, isSimulated: boolean): string {
  const money = isSimulated
    ? 'The upstream is a mockling: nothing costs anything.'
    : allowSpend
      ? 'Calls that cost money are let through.'
      : 'Calls that may cost money are not let through: POST to anything but /kling/tasks. --allow-spend lets them.'
  return `mockling records ${upstream}\n${money}\nUse ${url} as base URL. What goes by is written to ${out}.\n`
}

function stopOnSignals(recorder: Recorder, directory: Directory, end: () => Promise<void>): void {
  let isStopping = false
  const stop = async () => {
    // A second signal ends now.
    if (isStopping) process.exit(1)
    isStopping = true
    if (recorder.underWay > 0) {
      const exchanges = recorder.underWay === 1 ? 'an exchange' : `${recorder.underWay} exchanges`
      process.stderr.write(`mockling: waits for the end of ${exchanges}; once more ends at once\n`)
    }
    await recorder.finish()
    await end()
    const { written, path } = directory
    process.stderr.write(`mockling: ${written} ${written === 1 ? 'exchange is' : 'exchanges are'} in ${path}\n`)
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
