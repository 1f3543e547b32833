import { ENDPOINTS } from '../contract/endpoints.ts'
import { isObject } from '../contract/request.ts'
import type { Entry } from './entries.ts'

export const OPERATIONS = ['create', 'tasks', 'download', 'callback'] as const

const CREATES: ReadonlySet<string> = new Set(Object.values(ENDPOINTS).map(({ path }) => path))

export type Operation = (typeof OPERATIONS)[number]

/** Which of the API's operations it was; `undefined` for a request that is none of them. */
export function operationOf(entry: Entry): Operation | undefined {
  if (entry.kind !== 'request') return entry.kind
  if (entry.method !== 'POST') return undefined
  return CREATES.has(entry.path) ? 'create' : entry.path === '/kling/tasks' ? 'tasks' : undefined
}

/** Path of a request, address of a callback. */
export function targetOf(entry: Entry): string {
  return entry.kind === 'callback' ? entry.url : entry.path
}

/** The JSON that was sent, to us or by us; `undefined` if it was none, or only its beginning is kept. */
export function sentJson(entry: Entry): unknown {
  return entry.kind === 'download' ? undefined : readJson(entry.requestBody)
}

/** A JSON text as a value; `undefined` if it is none. */
export function readJson(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A field of a JSON object; `undefined` of anything else. */
export function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** The tasks it is about: the one it made, showed or is of, or all that a query asked for. */
export function tasksOf(entry: Entry): readonly string[] {
  if (entry.taskId !== undefined) return [entry.taskId]
  if (operationOf(entry) !== 'tasks') return []
  const ids = fieldOf(sentJson(entry), 'ids')
  return Array.isArray(ids) ? ids.filter(id => typeof id === 'string') : []
}

/** The last so many of what is in order. */
export function newest<T>(items: readonly T[], most: number): readonly T[] {
  return items.slice(Math.max(0, items.length - most))
}
