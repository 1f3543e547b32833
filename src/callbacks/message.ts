import { postBy, resultBy } from '../faults/effects.ts'
import { answerOf } from '../simulation/accept.ts'
import { stepAt, type Task } from '../simulation/task.ts'

/** What one post says, and where to. */
export interface Message {
  readonly url: string
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

/** What a delivery of the task says at `now`, its task's effects included. */
export function messageOf(task: Task, index: number, now: number): { text: string; headers: Record<string, string> } {
  const { body: usual } = answerOf(task, stepAt(task, now), '')
  const { effects = [] } = task
  if (effects.length === 0) return { text: JSON.stringify(usual), headers: {} }
  const told = { ...usual }
  const body = resultBy(effects, told)
  const post = postBy(effects, { body, headers: {} }, { task, index, now })
  return { text: post.text ?? JSON.stringify(post.body), headers: { ...post.headers } }
}
