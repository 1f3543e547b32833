import type { Effect, Task } from '../simulation/task.ts'
import type { Draft } from '../simulation/timeline.ts'
import { catalogued, placeOf } from './catalogue.ts'
import type { Answer, AnyKind, Post, PostContext, Refusal, Result, Serving } from './kind.ts'

// What effects make of the stages of an exchange. Each takes effects in the catalogue's order, as `inOrder` puts them.

/** Effects as they are applied. */
export function inOrder(effects: readonly Effect[]): Effect[] {
  return effects.toSorted((a, b) => placeOf(a.name) - placeOf(b.name))
}

/** Whether none of them can be seen without a callback. */
export function areForCallbacks(effects: readonly Effect[]): boolean {
  return effects.length > 0 && effects.every(({ name }) => kindOf(name).needs?.includes('callback'))
}

/** Why the request is refused; `undefined` if it isn't. */
export function refusalBy(effects: readonly Effect[]): Refusal | undefined {
  for (const { name, options } of effects) {
    const refusal = kindOf(name).refuse?.(options)
    if (refusal) return refusal
  }
  return undefined
}

export function planBy(effects: readonly Effect[], draft: Draft): Draft {
  return effects.reduce((plan, { name, options }) => kindOf(name).plan?.(plan, options) ?? plan, draft)
}

export function answerBy(effects: readonly Effect[], answer: Answer): Answer {
  return effects.reduce((sent, { name, options }) => kindOf(name).answer?.(sent, options) ?? sent, answer)
}

/** The JSON of a settled task. */
export function resultBy(effects: readonly Effect[], result: Result): Result {
  return effects.reduce((told, { name, options }) => kindOf(name).result?.(told, options) ?? told, result)
}

/** What a pending task's record shows as `response`, if an effect has a say in it. */
export function pendingBy(task: Task): Result | undefined {
  for (const { name, options } of task.effects ?? []) {
    const shown = kindOf(name).pending?.(options, task)
    if (shown) return shown
  }
  return undefined
}

export function postBy(effects: readonly Effect[], post: Post, context: PostContext): Post {
  return effects.reduce((sent, { name, options }) => kindOf(name).post?.(sent, options, context) ?? sent, post)
}

export function servingBy(effects: readonly Effect[]): Serving {
  return effects.reduce<Serving>((serving, { name, options }) => kindOf(name).serve?.(serving, options) ?? serving, {})
}

function kindOf(name: string): AnyKind {
  return catalogued(name) as AnyKind
}
