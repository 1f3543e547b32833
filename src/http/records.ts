import { LRUCache } from 'lru-cache'
import { ENDPOINTS } from '../contract/endpoints.ts'
import type { PendingResponse } from '../contract/wire.ts'
import { pendingBy, resultBy } from '../faults/effects.ts'
import { answerOf } from '../simulation/accept.ts'
import type { MadeUpAccount } from '../simulation/made-up.ts'
import { sha256 } from '../simulation/random.ts'
import { createdAt, isTerminal, type Step, startedAt, stepAt, type Task } from '../simulation/task.ts'

/** What a record says beside its task, and who reads it where. */
interface Told {
  readonly account: MadeUpAccount
  /** Scheme and host of URLs. */
  readonly origin: string
  readonly pending: PendingResponse
}

/** So many characters of records that were told are kept to be told again: a thousand records, as a rule. */
const MOST_KEPT = 1_000_000
const LONGEST_KEPT = 20_000

/** Records of tasks as `/kling/tasks` shows them (gateway §5), in JSON. A task is asked for again and again, and most of the time says the same. */
export class Records {
  readonly #kept = new LRUCache<Task, Told & { readonly step: Step; readonly text: string }>({
    maxSize: MOST_KEPT,
    maxEntrySize: LONGEST_KEPT,
    sizeCalculation: ({ text }) => text.length,
  })

  /** The record at `now`. */
  textOf(task: Task, now: number, told: Told): string {
    const step = stepAt(task, now)
    const kept = this.#kept.get(task)
    if (
      kept?.step === step &&
      kept.account === told.account &&
      kept.origin === told.origin &&
      kept.pending === told.pending
    )
      return kept.text
    const text = JSON.stringify(recordOf(task, step, now, told))
    this.#kept.set(task, { ...told, step, text })
    return text
  }
}

function recordOf(task: Task, step: Step, now: number, { account, origin, pending }: Told): Record<string, unknown> {
  const created = createdAt(task)
  const started = startedAt(task, now)
  const isOver = isTerminal(step)
  return {
    _id: objectId(task.id, created),
    id: task.id,
    api_id: ENDPOINTS[task.type].apiId,
    application_id: account.applicationId,
    user_id: account.userId,
    credential_id: account.credentialId,
    authorization_id: null,
    actor_user_id: null,
    type: task.type,
    trace_id: task.traceId,
    job_id: task.video.jobId,
    created_at: created / 1000,
    // What is undefined is not written; spreads would take longer than all the rest.
    started_at: started === undefined ? undefined : started / 1000,
    finished_at: isOver ? step.at / 1000 : undefined,
    elapsed: isOver ? (step.at - (started ?? created)) / 1000 : undefined,
    request: task.request,
    response: responseOf(task, step, pending, origin),
  }
}

function responseOf(task: Task, step: Step, pending: PendingResponse, origin: string): unknown {
  if (isTerminal(step)) return resultBy(task.effects ?? [], { ...answerOf(task, step, origin).body })
  const shown = pendingBy(task)
  if (shown) return shown
  switch (pending) {
    case 'absent':
      return undefined
    case 'null':
      return null
    case 'empty':
      return {}
    case 'snapshot':
      return { task_id: task.id, state: 'processing' }
  }
}

/** A Mongo ObjectId: the second of creation in hexadecimal, then sixteen digits. */
function objectId(id: string, created: number): string {
  const seconds = Math.floor(created / 1000) % 2 ** 32
  return seconds.toString(16).padStart(8, '0') + sha256(id).slice(0, 16)
}
