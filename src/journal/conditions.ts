import { isObject } from '../contract/request.ts'
import type { Entry } from './entries.ts'
import { type Operation, operationOf, sentJson, targetOf, tasksOf } from './reading.ts'

/** `4xx` is any status from 400 to 499. */
export const STATUS_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const

export type StatusClass = (typeof STATUS_CLASSES)[number]

/** Which entries are meant; each part given must hold. */
export interface EntryFilter {
  readonly kind?: Entry['kind']
  readonly operation?: Operation
  /** The whole hash; `''` is whatever came without a good token. */
  readonly namespace?: string
  /** Made by it, of it, or asking for it. */
  readonly taskId?: string
  /** Of a callback its address. */
  readonly path?: string
  readonly method?: string
  readonly status?: number | StatusClass
  readonly outcome?: string
  readonly code?: string
  /** Begun at or after this instant, in Unix milliseconds on the namespace's clock. */
  readonly from?: number
  /** Begun at or before this instant. */
  readonly to?: number
  /** Keeps entries after this place. */
  readonly after?: number
  /** Keeps entries before this place. */
  readonly before?: number
  /** What the JSON sent must contain: objects may hold more fields than these, arrays no more items. */
  readonly body?: Readonly<Record<string, unknown>>
}

/** One part of a filter, held against an entry. */
export interface Condition {
  /** The filter's field; of a body with the path in it, such as `body.camera_control.type`. */
  readonly name: string
  readonly expected: unknown
  /** `undefined` if the entry has nothing of the kind. */
  readonly got: unknown
  readonly holds: boolean
}

interface Test {
  readonly got: (entry: Entry) => unknown
  /** Default: the two are the same. */
  readonly holds?: (expected: unknown, got: unknown) => boolean
}

/** Every part of a filter but the body, which is looked at last: it has to be read first. */
const TESTS: Readonly<Record<Exclude<keyof EntryFilter, 'body'>, Test>> = {
  namespace: { got: entry => entry.namespace },
  kind: { got: entry => entry.kind },
  operation: { got: operationOf },
  method: {
    got: entry => (entry.kind === 'callback' ? 'POST' : entry.method),
    holds: (expected, got) => String(expected).toUpperCase() === got,
  },
  path: { got: targetOf },
  status: {
    got: entry => entry.status,
    holds: (expected, got) =>
      typeof expected === 'string' ? got !== undefined && String(got)[0] === expected[0] : got === expected,
  },
  outcome: { got: entry => (entry.kind === 'download' ? undefined : entry.outcome) },
  code: { got: entry => (entry.kind === 'request' ? entry.code : undefined) },
  taskId: {
    got: shownTasks,
    holds: (expected, got) => got === expected || (Array.isArray(got) && got.includes(expected)),
  },
  from: { got: entry => entry.at, holds: (expected, got) => Number(got) >= Number(expected) },
  to: { got: entry => entry.at, holds: (expected, got) => Number(got) <= Number(expected) },
  after: { got: entry => entry.seq, holds: (expected, got) => Number(got) > Number(expected) },
  before: { got: entry => entry.seq, holds: (expected, got) => Number(got) < Number(expected) },
}

const NAMES = Object.keys(TESTS) as (keyof typeof TESTS)[]

function shownTasks(entry: Entry): unknown {
  const [first, ...more] = tasksOf(entry)
  return more.length === 0 ? first : [first, ...more]
}

/** Whether every part of the filter holds. */
export function matches(entry: Entry, filter: EntryFilter): boolean {
  for (const name of NAMES) {
    if (filter[name] !== undefined && !conditionOf(entry, name, filter[name]).holds) return false
  }
  return filter.body === undefined || bodyConditions(entry, filter.body).every(({ holds }) => holds)
}

/** Every part of the filter, and whether it holds. Their number is the same for every entry. */
export function conditionsOf(entry: Entry, filter: EntryFilter): Condition[] {
  const given = NAMES.filter(name => filter[name] !== undefined)
  return [
    ...given.map(name => conditionOf(entry, name, filter[name])),
    ...(filter.body === undefined ? [] : bodyConditions(entry, filter.body)),
  ]
}

function conditionOf(entry: Entry, name: keyof typeof TESTS, expected: unknown): Condition {
  const { got: read, holds = Object.is }: Test = TESTS[name]
  const got = read(entry)
  return { name, expected, got, holds: holds(expected, got) }
}

function bodyConditions(entry: Entry, body: unknown): Condition[] {
  const sent = sentJson(entry)
  return leavesOf('body', body, value => value).map(({ name, expected, reach }) => {
    const got = reach(sent)
    return { name, expected, got, holds: contains(got, expected) }
  })
}

interface Leaf {
  readonly name: string
  readonly expected: unknown
  readonly reach: (body: unknown) => unknown
}

/** The values an expected body comes down to: whatever is no object with fields. */
function leavesOf(name: string, expected: unknown, reach: Leaf['reach']): Leaf[] {
  const fields = isObject(expected) ? Object.entries(expected).filter(([, value]) => value !== undefined) : []
  if (fields.length === 0) return [{ name, expected, reach }]
  return fields.flatMap(([field, value]) =>
    leavesOf(`${name}.${field}`, value, body => {
      const parent = reach(body)
      return isObject(parent) && Object.hasOwn(parent, field) ? parent[field] : undefined
    }),
  )
}

/** Whether `got` is what is expected, or more of it. */
function contains(got: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) {
    return (
      Array.isArray(got) &&
      got.length === expected.length &&
      expected.every((item, index) => contains(got[index], item))
    )
  }
  if (!isObject(expected)) return Object.is(got, expected)
  return isObject(got) && Object.entries(expected).every(([name, value]) => contains(own(got, name), value))
}

function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}
