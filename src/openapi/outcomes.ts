import { type OutcomeLine, outcomeLines } from '../faults/outcomes.ts'

/** One value that chooses an outcome, in the forms it may be given in. */
interface MagicValue {
  /** As the request's header `x-mockling-outcome`. */
  readonly header: string
  /** Somewhere in the prompt. */
  readonly prompt: string
}

/** An outcome as the document lists it. */
export interface DocumentedOutcome extends OutcomeLine {
  /** Values ready to be sent, by name. Not under the operation's examples: whoever sends those wants videos. */
  readonly magic: Readonly<Record<string, MagicValue>>
}

/** Every outcome and fault, each with a value for every word that its argument may be. */
export function outcomes(): DocumentedOutcome[] {
  return outcomeLines().map(line => ({
    ...line,
    magic: Object.fromEntries(
      textsOf(line).map(text => [text.replaceAll(' ', '-'), { header: text, prompt: `[[mockling:${text}]]` }]),
    ),
  }))
}

/** A length that is long enough to be noticed. */
const SECONDS = '30'

function textsOf({ name, options }: OutcomeLine): string[] {
  const argument = options.find(option => option.isArgument && option.isRequired)
  if (argument === undefined) return [name]
  const words = /^one of (.+)$/.exec(argument.allowed)?.[1]?.split(', ') ?? [SECONDS]
  return words.map(word => `${name} ${word}`)
}
