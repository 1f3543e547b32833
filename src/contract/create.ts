import type { TaskType } from './endpoints.ts'
import { asBoolean, asNumber, asString, type Reading } from './reading.ts'
import type { Revision } from './revisions.ts'

/**
 * What every create asks for, whatever it makes: right JSON types, defaults filled in, nothing judged yet. `undefined`
 * where the field is absent, `null`, ignored or of the wrong JSON type.
 */
export interface Create {
  readonly type: TaskType
  readonly revision: Revision
  /** Where an endpoint has no actions, its type. */
  readonly action: string | undefined
  readonly model: string
  readonly mode: string
  readonly seconds: number
  readonly prompt: string | undefined
  readonly callbackUrl: string | undefined
  readonly async: boolean
  /** Bound of a held request, in seconds. */
  readonly timeout: number | undefined
  /** Fields of the wrong JSON type. Rules about presence don't object to these a second time. */
  readonly mistyped: readonly string[]
  /** Fields given and not used: unknown to the revision, or meaningless beside the others. */
  readonly ignored: readonly string[]
}

/** Fields that say how a create is answered. Every endpoint reads them, in every revision. */
export const ANSWERING = ['callback_url', 'async', 'timeout'] as const

/** How the create is to be answered. */
export function answeringOf({ field }: Reading): Pick<Create, 'callbackUrl' | 'async' | 'timeout'> {
  return {
    callbackUrl: field('callback_url', asString),
    async: field('async', asBoolean) ?? false,
    timeout: field('timeout', asNumber),
  }
}
