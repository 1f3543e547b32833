export const OUTCOMES: readonly string[]

export function kindsOf(outcomes: readonly string[]): ReadonlySet<string>
