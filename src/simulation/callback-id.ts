/** The name of one of a task's callbacks; `place` is from 0 in its deliveries, -1 for none of them. */
export function callbackId(taskId: string, place: number): string {
  return `${taskId}.${place + 1}`
}

/** What a callback's name stands for; `undefined` if it is none. */
export function readCallbackId(id: string): { taskId: string; place: number } | undefined {
  const [, taskId, number] = /^(.+)\.(\d{1,4})$/.exec(id) ?? []
  return taskId === undefined ? undefined : { taskId, place: Number(number) - 1 }
}

/** In this header our own inbox gets the name of a post. Nobody else is sent it. */
export const POST_HEADER = 'x-mockling-post'
