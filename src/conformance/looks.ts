import { TaskAccepted, taskRecordIn, videoResultIn } from '../contract/wire.ts'
import type { Look, Made, Production } from './case.ts'
import { type Difference, difference, differencesFromShape, fieldOf, shown } from './difference.ts'
import { type Download, downloaded } from './download.ts'
import { type Observed, observedFile, observedIn } from './observed.ts'
import type { Produced } from './studio.ts'
import type { Target } from './target.ts'

/** What one look shows, and what is wrong with it. */
export interface Looked {
  readonly differences: readonly Difference[]
  readonly observed?: Observed
}

/** One look at a finished production. */
export type Looking = (produced: Produced, expected: Made, production: Production, target: Target) => Promise<Looked>

export const LOOKINGS: Readonly<Record<Look, Looking>> = {
  answer: async ({ answer }, _, { via }, { revision }) => ({
    observed: observedIn(answer.status, answer.json),
    differences: [
      ...difference('status', 200, answer.status),
      ...differencesFromShape('the answer', via === 'answer' ? videoResultIn(revision) : TaskAccepted, answer.json),
    ],
  }),

  result: async ({ answer, result }, { duration }, { path }, { revision }) => {
    const refused = difference('status', 200, answer.status)
    if (refused.length > 0) {
      const differences = [...refused, { at: 'the answer', promised: 'task_id', seen: shown(answer.json) }]
      return { observed: observedIn(answer.status, answer.json), differences }
    }
    return {
      observed: observedIn(answer.status, result),
      differences: [
        ...(path === '/kling/videos' ? differencesFromShape('the result', videoResultIn(revision), result) : []),
        ...difference('success', true, fieldOf(result, 'success')),
        ...difference('duration', duration, String(fieldOf(result, 'duration'))),
      ],
    }
  },

  record: async ({ answer, record, body, taskId }, _, __, { revision }) => ({
    observed: observedIn(answer.status, record),
    differences: [
      ...differencesFromShape('the record', taskRecordIn(revision), record),
      ...difference('id', taskId, fieldOf(record, 'id')),
      ...difference('request', shown(body), shown(fieldOf(record, 'request'))),
      ...difference('finished_at', 'number', typeof fieldOf(record, 'finished_at')),
    ],
  }),

  callback: async ({ callbacks: [callback, ...more] = [], taskId, result }, _, __, { revision }) => {
    if (!callback) return { differences: [{ at: 'callback', promised: 'a post with the result', seen: 'nothing' }] }
    return {
      observed: observedIn(undefined, callback.body),
      differences: [
        ...differencesFromShape('the callback', videoResultIn(revision), callback.body),
        ...difference('task_id', taskId, fieldOf(callback.body, 'task_id')),
        ...difference('content-type', true, /^application\/json\b/.test(callback.headers['content-type'] ?? '')),
        ...difference('result', shown(result), shown(callback.body)),
        ...more.flatMap(({ body }) => difference('another callback', shown(callback.body), shown(body))),
      ],
    }
  },

  file: async ({ result }, { duration }) => {
    const { status, headers, bytes } = await downloadOf(result)
    const observed = observedFile(status, bytes)
    if (status !== 200) return { observed, differences: difference('status', 200, status) }
    return {
      observed,
      differences: [
        ...difference('content-type', 'video/mp4', headers['content-type']),
        ...difference('content-length', String(bytes.length), headers['content-length'] ?? String(bytes.length)),
        ...difference('bytes 4 to 8', 'ftyp', bytes.subarray(4, 8).toString('latin1')),
        ...difference('boxes', 'whole', isWhole(bytes) ? 'whole' : 'cut short'),
        ...difference('seconds', duration, secondsOf(bytes)),
      ],
    }
  },

  ranges: async ({ result }) => {
    const whole = await downloadOf(result)
    if (whole.status !== 200) return { differences: difference('status of the whole file', 200, whole.status) }
    const part = await downloadOf(result, { range: 'bytes=100-199' })
    const tail = await downloadOf(result, { range: 'bytes=-50' })
    const beyond = await downloadOf(result, { range: `bytes=${whole.bytes.length}-` })
    return {
      observed: observedFile(part.status, part.bytes),
      differences: [
        ...difference('status', 206, part.status),
        ...difference('content-range', `bytes 100-199/${whole.bytes.length}`, part.headers['content-range']),
        ...difference('bytes 100 to 199', true, part.bytes.equals(whole.bytes.subarray(100, 200))),
        ...difference('the last 50 bytes', true, tail.bytes.equals(whole.bytes.subarray(-50))),
        ...difference('status of a range beyond the end', 416, beyond.status),
      ],
    }
  },
}

async function downloadOf(result: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Download> {
  return downloaded(String(fieldOf(result, 'video_url')), headers)
}

/** Whether the boxes of a file end where it ends, index and samples among them. */
function isWhole(bytes: Buffer): boolean {
  const seen = new Set<string>()
  let at = 0
  while (at + 8 <= bytes.length) {
    const size = bytes.readUInt32BE(at)
    seen.add(bytes.toString('latin1', at + 4, at + 8))
    // 0: up to the end; 1: a size of 64 bits follows.
    if (size === 0) at = bytes.length
    else at += size === 1 && at + 16 <= bytes.length ? Number(bytes.readBigUInt64BE(at + 8)) : Math.max(size, 8)
  }
  return at === bytes.length && seen.has('moov') && seen.has('mdat')
}

/** The length in the movie header box, cut to three decimals; what is there instead if there is none. */
function secondsOf(bytes: Buffer): string {
  const at = bytes.indexOf('mvhd')
  if (at < 0) return 'no mvhd box'
  const isLong = bytes[at + 4] === 1
  const [timescale, duration] = isLong
    ? [bytes.readUInt32BE(at + 24), Number(bytes.readBigUInt64BE(at + 28))]
    : [bytes.readUInt32BE(at + 16), bytes.readUInt32BE(at + 20)]
  return String(Math.floor((duration * 1000) / timescale + 1e-6) / 1000)
}
