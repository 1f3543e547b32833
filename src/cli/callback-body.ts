import { ERROR_CODES, ERRORS, type ErrorCode } from '../contract/errors.ts'
import { type ErrorBody, errorBody, type VideoResult } from '../contract/wire.ts'
import { GUIDE_TASKS } from '../simulation/guide-tasks.ts'
import { uuidOf } from '../simulation/random.ts'

/** A task id like any other, that follows from `name` alone. */
export function madeUpTask(name: string): string {
  return uuidOf('made-up task', name)
}

/**
 * The callback of a task that succeeded, with the video of guide A's first example: every simulator serves it under
 * `origin`, so a receiver that downloads it gets a real file.
 */
export function success(taskId: string, origin: string): VideoResult {
  const [example] = GUIDE_TASKS
  if (example === undefined) throw new Error('the guides have an example')
  const { id, path } = example.video
  return {
    success: true,
    video_id: id,
    video_url: origin + path,
    duration: '5.1',
    state: 'succeed',
    task_id: taskId,
  }
}

/** The callback of a task that failed. */
export function failure(taskId: string, code: ErrorCode): ErrorBody {
  return errorBody(code, ERRORS[code].message, uuidOf('made-up trace', taskId), taskId)
}

/** Errors that a task may fail with after its create was accepted: those of the service, not of the gateway before it. */
export const FAILURES: readonly ErrorCode[] = ERROR_CODES.filter(
  code => ERRORS[code].layer === 'worker' && code !== 'bad_request',
)
