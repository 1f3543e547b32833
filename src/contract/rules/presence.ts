import { closest } from 'fastest-levenshtein'
import type { Create } from '../create.ts'
import { CHOSEN, type Evidence } from '../evidence.ts'
import type { Revision } from '../revisions.ts'
import { type Rule, setting } from './objection.ts'
import { ENUM_FORM, invalid } from './values.ts'

/* Rules of two forms that the smaller endpoints are made of: a field is given, a word is one of some. */

/** Where the rules of an endpoint hold, and where they were read. */
export interface Scope extends Evidence {
  readonly revisions: readonly Revision[]
}

interface Wanted<R extends Create> {
  readonly id: string
  readonly field: string
  readonly read: (request: R) => string | undefined
}

/** The field is given, and not blank. `example` is what it could be. */
export function isGiven<R extends Create>(
  scope: Scope,
  wanted: Wanted<R> & { readonly example: string; readonly when?: (request: R) => boolean; readonly where?: string },
  message: string,
  text: Evidence = CHOSEN,
): Rule<R> {
  const { id, field, read, example, when = () => true, where = '' } = wanted
  return {
    id,
    says: `${field} is given${where}`,
    ...scope,
    check(request) {
      if (!when(request) || request.mistyped.includes(field)) return
      if ((read(request)?.trim() ?? '') !== '') return
      return { field, message, text, nearest: () => setting(field, example) }
    },
  }
}

/** The field, if given, is one of `words`. */
export function isOneOf<R extends Create>(
  scope: Scope,
  { id, field, read }: Wanted<R>,
  words: readonly string[],
  message: (value: string) => string = value => invalid(field, value),
  text: Evidence = ENUM_FORM,
): Rule<R> {
  return {
    id,
    says: `${field} is ${words.join(' or ')}`,
    ...scope,
    check(request) {
      const value = read(request)
      if (value === undefined || words.includes(value)) return
      return { field, message: message(value), text, nearest: () => setting(field, closest(value, words)) }
    },
  }
}
