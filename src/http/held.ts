import { resultBy } from '../faults/effects.ts'
import { answerOf } from '../simulation/accept.ts'
import { Hold } from '../simulation/hold.ts'
import type { Interruption } from '../simulation/namespaces.ts'
import { createdAt, settlesAt, stepAt, type Task } from '../simulation/task.ts'
import { answer } from './answering.ts'
import type { ApiReply, ApiRequest } from './api.ts'
import { type Door, originOf } from './door.ts'
import { answerInterrupted } from './error-reply.ts'

/**
 * Holds the request until the task settles, by whatever plan it has by then, and answers with its result or failure.
 *
 * `timeout` (whole seconds) bounds the wait: then the answer is the task id and the task goes on. At the same instant
 * the result wins. If the caller hangs up the task goes on too, and nobody is answered.
 */
export async function answerHeld(
  door: Door,
  request: ApiRequest,
  reply: ApiReply,
  created: Task,
  timeout: number | undefined,
): Promise<void> {
  const bound = timeout === undefined ? Number.POSITIVE_INFINITY : createdAt(created) + timeout * 1000
  const letGo = door.load.begin('held')
  const { task, why } = await whenOver(door, request, created, bound).finally(letGo)
  if (why === 'hang-up') {
    reply.hijack()
    return
  }
  if (why !== undefined) return answerInterrupted(request, reply, why, task.id)
  // Decided by the plan, not by the clock: one `advance` may have passed both instants.
  const settled = settlesAt(task) ?? Number.POSITIVE_INFINITY
  if (bound < settled) return answer(request, reply, 200, JSON.stringify({ task_id: task.id }))
  const { status, body } = answerOf(task, stepAt(task, settled), originOf(door, request))
  if (!body.success) {
    request.call.entry.code = body.error.code
    request.call.entry.message = body.error.message
  }
  const told = resultBy(task.effects ?? [], { ...body })
  return answer(request, reply, status, JSON.stringify(told), !body.success)
}

/** Resolves when the task settles or `bound` comes, to the task as planned by then; earlier if the wait is ended. */
async function whenOver(
  door: Door,
  request: ApiRequest,
  created: Task,
  bound: number,
): Promise<{ task: Task; why: Interruption['why'] | undefined }> {
  const { namespace } = request.call
  let task = created
  let hold = new Hold()
  const unwatch = door.store.watch(plan => {
    task = plan
    hold.abort('changed')
  }, created.id)
  try {
    // It may have been rerouted since the create.
    task = (await door.store.task(namespace.key, created.id, namespace.clock.now())) ?? task
    for (;;) {
      hold = new Hold()
      const settled = settlesAt(task) ?? Number.POSITIVE_INFINITY
      const why = await request.call.waitUntil(Math.min(settled, bound), hold)
      if (why !== 'changed') return { task, why }
    }
  } finally {
    unwatch()
  }
}
