import { isTerminal, type Step, stepAt, type Task } from '../simulation/task.ts'

/** How many tasks are in which state. */
export type Census = Record<Step['state'], number>

/** Counts settled tasks, and by namespace the others, which stand where its present has them. */
export function censusOf(
  settled: readonly Task[],
  shelves: Iterable<[string, { readonly unsettled: readonly Task[] }]>,
  nowOf: (namespace: string) => number,
): Census {
  const census: Census = { accepted: 0, processing: 0, succeed: 0, failed: 0 }
  for (const task of settled) census[(task.steps.find(isTerminal) ?? task.steps[0]).state]++
  for (const [namespace, { unsettled }] of shelves) {
    const now = nowOf(namespace)
    for (const task of unsettled) census[stepAt(task, now).state]++
  }
  return census
}
