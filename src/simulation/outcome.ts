import { ERROR_CODES, ERRORS, type ErrorCode, isErrorCode } from '../contract/errors.ts'

/** What was chosen to happen to one create. */
export type Outcome =
  /** The task is accepted and succeeds. A name behind the word asks for the file that was declared with it. */
  | { readonly kind: 'succeed'; readonly name: string }
  /** The task is accepted and fails when its work is done. */
  | { readonly kind: 'fail'; readonly name: string; readonly code: ErrorCode }
  /** The create is refused after every other check. */
  | { readonly kind: 'refuse'; readonly name: string; readonly code: ErrorCode }

export const SUCCEED: Outcome = { kind: 'succeed', name: 'succeed' }

/** Codes a task can fail with: those of the service behind the gateway. */
const FAIL_CODES = ERROR_CODES.filter(code => ERRORS[code].layer === 'worker' && code !== 'bad_request')

const FAILURES = FAIL_CODES.map((code): Outcome => ({ kind: 'fail', name: `fail ${code}`, code }))
const REFUSALS = ERROR_CODES.map((code): Outcome => ({ kind: 'refuse', name: `refuse ${code}`, code }))

/** The name of an outcome as its text means it: spaces may be many, case is ignored. */
export function outcomeName(text: string): string {
  return text.trim().toLowerCase().replace(/\s+/g, ' ')
}

/** Whether a success may have that name: `succeed`, or `succeed cat`. */
export function isSuccess(name: string): boolean {
  return /^succeed(?: [a-z0-9_-]{1,40})?$/.test(name)
}

/** A word in the prompt that chooses an outcome: `[[mockling:fail api_error]]`. Bounded, so that no prompt is slow to search. */
const MAGIC_WORD = /\[\[mockling:([^\]]{0,100})\]\]/i

/** The end of a magic token: `w7.mockling-used_up`. */
const MAGIC_TOKEN = /\.mockling-([a-z_]+)$/

/** The name in the prompt's magic word; `undefined` if it holds none. */
export function magicWordIn(prompt: string | undefined): string | undefined {
  return prompt?.includes('[[') ? MAGIC_WORD.exec(prompt)?.[1] : undefined
}

/** The error code a magic token stands for; `undefined` for any other token. */
export function magicCodeOf(token: string): ErrorCode | undefined {
  const code = token.includes('.mockling-') ? MAGIC_TOKEN.exec(token)?.[1] : undefined
  return code !== undefined && isErrorCode(code) ? code : undefined
}

/** Where an outcome was read from, strongest first. */
export type OutcomeChoice = { readonly outcome: Outcome } | { readonly unknown: string; readonly where: string }

/** The outcomes that creates may be given: those everybody has, and successes with names of the user's own. */
export class Outcomes {
  readonly #byName: ReadonlyMap<string, Outcome>

  /** `successes` are the names declared, such as `succeed cat`. */
  constructor(successes: readonly string[] = []) {
    const declared = successes.map((name): Outcome => ({ kind: 'succeed', name }))
    const all = [SUCCEED, ...declared, ...FAILURES, ...REFUSALS]
    this.#byName = new Map(all.map(outcome => [outcome.name, outcome]))
  }

  /** Every name, as given in a header or a magic word. */
  get names(): readonly string[] {
    return [...this.#byName.keys()]
  }

  /** The outcome that a text names; `undefined` if there is none. */
  named(text: string): Outcome | undefined {
    return this.#byName.get(outcomeName(text))
  }

  /** Chooses the outcome of one create: header, then magic word in the prompt, then magic token, then success. */
  choose(header: string | undefined, prompt: string | undefined, tokenCode: ErrorCode | undefined): OutcomeChoice {
    const named = header ?? magicWordIn(prompt)
    if (named === undefined) return { outcome: tokenCode === undefined ? SUCCEED : this.#ofToken(tokenCode) }
    const outcome = this.named(named)
    if (outcome) return { outcome }
    return { unknown: named, where: header === undefined ? 'the prompt’s magic word' : 'the header x-mockling-outcome' }
  }

  /** What a magic token does to a create that passed the credential checks: it fails, or is refused. */
  #ofToken(code: ErrorCode): Outcome {
    return this.named(`fail ${code}`) ?? this.named(`refuse ${code}`) ?? SUCCEED
  }
}
