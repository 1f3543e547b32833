import { pino } from 'pino'
import type { DownloadEntry, RequestEntry } from '../journal/journal.ts'
import { printable } from '../journal/wording.ts'

/** What is logged, on standard error. Tokens never are: namespaces show by eight digits of their hash. */
export interface Log {
  request(entry: RequestEntry | DownloadEntry): void
  warn(text: string): void
  defect(error: unknown): void
}

/** One readable line each on a terminal, JSON by pino otherwise. */
export async function createLog(isTerminal: boolean): Promise<Log> {
  return isTerminal ? readable(text => process.stderr.write(`${text}\n`)) : json()
}

function json(): Log {
  const log = pino({ base: null }, pino.destination({ dest: 2, sync: true }))
  return {
    request: entry => log.info(entry.kind === 'request' ? fieldsOf(entry) : downloadFieldsOf(entry), entry.kind),
    warn: text => log.warn(text),
    defect: error => log.error({ err: error }, 'a defect of mockling'),
  }
}

/** Writes lines for people. */
export function readable(write: (text: string) => void): Log {
  return {
    request: entry => write(printable(entry.kind === 'request' ? lineOf(entry) : downloadLineOf(entry))),
    warn: text => write(`warning: ${text}`),
    defect: error => write(`a defect of mockling: ${error instanceof Error ? error.stack : error}`),
  }
}

function fieldsOf(entry: RequestEntry) {
  const { method, path, status, code, message, taskId, outcome, traceId, ignored, objections } = entry
  return {
    ...{ method, path, status, code, message, taskId, outcome, traceId, ignored },
    namespace: entry.namespace.slice(0, 8),
    hungUp: entry.hungUp,
    rules: objections?.map(objection => objection.rule),
    knownIn: objections?.find(objection => objection.knownIn)?.knownIn,
  }
}

function lineOf(entry: RequestEntry): string {
  const { method, path, status, code, message, taskId, ignored, objections, outcome } = entry
  const knownIn = objections?.find(objection => objection.knownIn)?.knownIn
  const parts = [
    status ?? (entry.hungUp ? 'hung up' : '-'),
    method,
    path,
    code && `${code}: ${message}`,
    objections && `(${objections.map(objection => objection.rule).join(', ')})`,
    knownIn && `known in ${knownIn.join(', ')}`,
    taskId && `task ${taskId}`,
    outcome && outcome !== 'succeed' && `outcome ${outcome}`,
    ignored && `ignored: ${ignored.join(', ')}`,
    entry.namespace && `[${entry.namespace.slice(0, 8)}]`,
  ]
  return parts.filter(part => part).join(' ')
}

function downloadFieldsOf(entry: DownloadEntry) {
  const { method, path, status, taskId, range, bytes, error, hungUp } = entry
  return { method, path, status, taskId, range, bytes, error, namespace: entry.namespace.slice(0, 8), hungUp }
}

function downloadLineOf(entry: DownloadEntry): string {
  const { method, path, status, taskId, range, bytes, error, hungUp } = entry
  const parts = [
    status ?? '-',
    hungUp && 'hung up',
    method,
    path,
    range,
    `${bytes} bytes`,
    error && `failed: ${error}`,
    taskId && `task ${taskId}`,
    entry.namespace && `[${entry.namespace.slice(0, 8)}]`,
  ]
  return parts.filter(part => part).join(' ')
}
