/** Something told, or asked if it has a number. */
export interface Said {
  readonly topic: string
  readonly from: string
  readonly message: unknown
  readonly ask?: number
}

/** An answer; without one, he has none. */
export interface Answered {
  /** The number of what was asked. */
  readonly to: number
  readonly from: string
  readonly answer?: unknown
}

/** Reads what somebody published; `undefined` if it is not one of ours. */
export function readSaid(text: string): Said | undefined {
  const said = parsed(text)
  const isOne = typeof said['topic'] === 'string' && typeof said['from'] === 'string'
  return isOne && isNumberOr(said['ask'], undefined) ? (said as unknown as Said) : undefined
}

export function readAnswer(text: string): Answered | undefined {
  const answer = parsed(text)
  return typeof answer['to'] === 'number' && typeof answer['from'] === 'string'
    ? (answer as unknown as Answered)
    : undefined
}

function isNumberOr(value: unknown, other: undefined): boolean {
  return value === other || typeof value === 'number'
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
