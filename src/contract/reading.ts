/* Reading JSON by type: a value is understood, or it is of the wrong type (`undefined`). Nothing is judged. */

export type Fields = Record<string, unknown>

/** Reads a value that is there; `undefined` if it has the wrong JSON type. */
export type Read<T> = (value: unknown) => T | undefined

/** Longest list of ignored names kept, so that a hostile body can't make a header of any size. */
export const MOST_IGNORED = 50

/** Ignored names are kept in the journal: no more of each than this. */
const LONGEST_NAME = 100

/** Numbers in a string, as JSON writes them, with the `+` and bare dots that loose clients add. */
const NUMERIC = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i

/** A body in the course of being read. */
export interface Reading {
  /**
   * The field's value as `read` understands it; `undefined` where it is absent, `null`, unknown or unused. Notes the name
   * where `read` gives nothing for a given value.
   */
  field<T>(name: string, read: Read<T>): T | undefined
  /** Fields of the wrong JSON type, as far as they were asked for. */
  readonly mistyped: string[]
  /** Fields given that are unknown or unused. */
  readonly ignored: string[]
}

/** Begins to read a body of which only the `known` fields count, and of those not the `unused` ones. */
export function reading(body: Fields, known: ReadonlySet<string>, unused: readonly string[] = []): Reading {
  const mistyped: string[] = []
  return {
    mistyped,
    ignored: ignoredOf(body, known, unused),
    field(name, read) {
      const value = body[name]
      if (value === undefined || value === null || !known.has(name)) return undefined
      const understood = read(value)
      if (understood === undefined) mistyped.push(name)
      return unused.includes(name) ? undefined : understood
    },
  }
}

function ignoredOf(body: Fields, known: ReadonlySet<string>, unused: readonly string[]): string[] {
  const ignored: string[] = []
  for (const name of Object.keys(body)) {
    if (body[name] === null || (known.has(name) && !unused.includes(name))) continue
    if (ignored.push(name.slice(0, LONGEST_NAME)) === MOST_IGNORED) break
  }
  return ignored
}

export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function asBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

export function asNumberOrNumeric(value: unknown): number | undefined {
  return typeof value === 'string' && NUMERIC.test(value) ? Number(value) : asNumber(value)
}

export function asStringOrInteger(value: unknown): string | undefined {
  return Number.isInteger(value) ? String(value) : asString(value)
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The members of an object that `reads` names, each `undefined` if absent or `null`: `null` means absent here too. */
export type Members<Reads> = {
  readonly [Name in keyof Reads]: Reads[Name] extends Read<infer T> ? T | undefined : never
}

/**
 * Reads an object by its members, `videoUrl` from `video_url`; `undefined` if it is none, or any member has the wrong
 * type. Others are not looked at.
 */
export function asMembers<Reads extends Readonly<Record<string, Read<unknown>>>>(reads: Reads): Read<Members<Reads>> {
  const wanted = Object.entries(reads).map(([name, read]) => [name, wireName(name), read] as const)
  return value => {
    if (!isObject(value)) return undefined
    const members: Fields = {}
    for (const [name, field, read] of wanted) {
      const given = Object.hasOwn(value, field) ? (value[field] ?? undefined) : undefined
      const understood = given === undefined ? undefined : read(given)
      if (given !== undefined && understood === undefined) return undefined
      members[name] = understood
    }
    return members as Members<Reads>
  }
}

function wireName(name: string): string {
  return name.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}

/** The same on the wire again, without what is `undefined`. */
export function onWire(members: object): Fields {
  const given = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given.map(([name, value]) => [wireName(name), value]))
}

/** Reads an array, each item by `read`; `undefined` if it is none, or any item is something else. */
export function asListOf<T>(read: Read<T>): Read<readonly T[]> {
  return value => {
    if (!Array.isArray(value)) return undefined
    const items = value.map(read)
    return items.includes(undefined) ? undefined : (items as T[])
  }
}
