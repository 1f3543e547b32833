import { ERROR_CODES, ERRORS, type ErrorCode, isErrorCode } from '../contract/errors.ts'

/** What was chosen to happen to one create. */
export type Outcome =
  | { readonly kind: 'succeed'; readonly name: string }
  /** The task is accepted and fails when its work is done. */
  | { readonly kind: 'fail'; readonly name: string; readonly code: ErrorCode }
  /** The create is refused after every other check. */
  | { readonly kind: 'refuse'; readonly name: string; readonly code: ErrorCode }

export const SUCCEED: Outcome = { kind: 'succeed', name: 'succeed' }

/** Codes a task can fail with: those of the service behind the gateway. */
const FAIL_CODES = ERROR_CODES.filter(code => ERRORS[code].layer === 'worker' && code !== 'bad_request')

/** Every outcome by its name, as given in a header or a magic word. */
const OUTCOMES: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['succeed', SUCCEED],
  ...FAIL_CODES.map(code => [`fail ${code}`, { kind: 'fail', name: `fail ${code}`, code }] as const),
  ...ERROR_CODES.map(code => [`refuse ${code}`, { kind: 'refuse', name: `refuse ${code}`, code }] as const),
])

export const OUTCOME_NAMES = [...OUTCOMES.keys()]

/** A word in the prompt that chooses an outcome: `[[mockling:fail api_error]]`. Bounded, so that no prompt is slow to search. */
const MAGIC_WORD = /\[\[mockling:([^\]]{0,100})\]\]/i

/** The end of a magic token: `w7.mockling-used_up`. */
const MAGIC_TOKEN = /\.mockling-([a-z_]+)$/

/** The outcome of that name; `undefined` if there is none. Spaces may be many, case is ignored. */
export function outcomeNamed(name: string): Outcome | undefined {
  return OUTCOMES.get(name.trim().toLowerCase().replace(/\s+/g, ' '))
}

/** The name in the prompt's magic word; `undefined` if it holds none. */
export function magicWordIn(prompt: string | undefined): string | undefined {
  return prompt?.includes('[[') ? MAGIC_WORD.exec(prompt)?.[1] : undefined
}

/** The error code a magic token stands for; `undefined` for any other token. */
export function magicCodeOf(token: string): ErrorCode | undefined {
  const code = token.includes('.mockling-') ? MAGIC_TOKEN.exec(token)?.[1] : undefined
  return code !== undefined && isErrorCode(code) ? code : undefined
}

/** What a magic token does to a create that passed the credential checks: it fails, or is refused. */
export function outcomeOfToken(code: ErrorCode): Outcome {
  return outcomeNamed(`fail ${code}`) ?? outcomeNamed(`refuse ${code}`) ?? SUCCEED
}

/** Where an outcome was read from, strongest first. */
export type OutcomeChoice = { readonly outcome: Outcome } | { readonly unknown: string; readonly where: string }

/** Chooses the outcome of one create: header, then magic word in the prompt, then magic token, then success. */
export function chooseOutcome(
  header: string | undefined,
  prompt: string | undefined,
  tokenCode: ErrorCode | undefined,
): OutcomeChoice {
  const word = magicWordIn(prompt)
  const named = header ?? word
  if (named === undefined) return { outcome: tokenCode === undefined ? SUCCEED : outcomeOfToken(tokenCode) }
  const outcome = outcomeNamed(named)
  if (outcome) return { outcome }
  return { unknown: named, where: header === undefined ? 'the prompt’s magic word' : 'the header x-mockling-outcome' }
}
