import type { ErrorCode } from '../contract/errors.ts'
import type { Effect } from '../simulation/task.ts'
import { catalogued, KINDS } from './catalogue.ts'
import { inOrder } from './effects.ts'
import type { AnyKind, Operation, Part } from './kind.ts'
import { BadEffect, effectsOf, type OptionLine, optionsOf, textOf, usageOf } from './text.ts'

/** What was chosen to happen to one create. */
export interface Outcome {
  /** In its shortest form, as echoed in `x-mockling-outcome`. */
  readonly text: string
  /** In the order of application. Nothing but the usual: none. */
  readonly effects: readonly Effect[]
}

export const SUCCEED: Outcome = { text: 'succeed', effects: [] }

/** A word in the prompt that chooses an outcome: `[[mockling:fail api_error]]`. Bounded, so that no prompt is slow to search. */
const MAGIC_WORD = /\[\[mockling:([^\]]{0,1000})(\]\])?/gi

/**
 * What the prompt's magic words say, one after another; `undefined` if it holds none.
 * @throws BadEffect if one of them has no end.
 */
export function magicWordIn(prompt: string | undefined): string | undefined {
  if (!prompt?.includes('[[')) return undefined
  const words = [...prompt.matchAll(MAGIC_WORD)].map(([, word = '', end]) => {
    if (end === undefined) throw new BadEffect(`[[mockling:${word.slice(0, 50)} is not closed by ]]`)
    return word
  })
  return words.length === 0 ? undefined : words.join(', ')
}

/** One line of `mockling outcomes`. */
export interface OutcomeLine {
  readonly name: string
  /** How it is written. */
  readonly usage: string
  /** What the client is put through. */
  readonly summary: string
  readonly operations: readonly Operation[]
  readonly options: readonly OptionLine[]
}

/** All outcomes and faults there are, in the order of application. */
export function outcomeLines(): OutcomeLine[] {
  return KINDS.map(kind => ({
    name: kind.name,
    usage: usageOf(kind),
    summary: kind.summary,
    operations: kind.operations,
    options: optionsOf(kind),
  }))
}

/**
 * The outcome that a text stands for.
 * @throws BadEffect naming what is wrong and what is allowed.
 */
export function outcomeOf(text: string, clips: ReadonlySet<string>): Outcome {
  return outcomeFrom(effectsOf(text), clips)
}

/**
 * The outcome that effects add up to.
 * @throws BadEffect if one is given twice, can't happen beside another, or names a clip that isn't there.
 */
export function outcomeFrom(given: readonly Effect[], clips: ReadonlySet<string>): Outcome {
  const effects = inOrder(given)
  for (const [index, { name, options }] of effects.entries()) {
    if (effects[index - 1]?.name === name) throw new BadEffect(`${name} is given twice`)
    const { clip } = options
    if (name === 'succeed' && typeof clip === 'string' && !clips.has(clip)) {
      throw new BadEffect(`succeed: there is no clip '${clip}'; ${clipsText(clips)}`)
    }
  }
  const impossible = impossibleAmong(effects)
  if (impossible) throw new BadEffect(impossible)
  // Success without a clip of its own is the usual, and says nothing beside other effects.
  const telling = effects.filter(({ name, options }) => name !== 'succeed' || options['clip'] !== undefined)
  return telling.length === 0 ? SUCCEED : { text: textOf(telling), effects: telling }
}

function clipsText(clips: ReadonlySet<string>): string {
  return clips.size === 0 ? '--clip names none' : `--clip names ${[...clips].join(', ')}`
}

/** What a part is called where it is missing. */
const PARTS: Readonly<Record<Part, string>> = {
  task: 'no task is made',
  end: 'the task never settles',
  video: 'there is no video',
  file: 'nobody gets to the file',
  bytes: 'no byte of the file is sent',
  callback: 'no callback comes',
  answer: 'no answer comes',
}

/** Why one of several effects could never be seen, or contradicts another. */
function impossibleAmong(effects: readonly Effect[]): string | undefined {
  for (const one of effects) {
    for (const other of effects) {
      if (one === other) continue
      const reason = whyNot(one, other)
      if (reason) return reason
    }
  }
  return undefined
}

function whyNot(one: Effect, other: Effect): string | undefined {
  const [kind, beside] = [catalogued(one.name) as AnyKind, catalogued(other.name) as AnyKind]
  const missing = beside.needs?.find(part => kind.removes?.includes(part))
  if (missing) return `${other.name} can never happen beside ${one.name}: ${PARTS[missing]}`
  const decided = kind.decides?.(one.options)
  if (decided === undefined || decided !== beside.decides?.(other.options)) return undefined
  return `${one.name} and ${other.name} contradict each other: both decide ${decided}`
}

/** Where an outcome was read from, or what is wrong with the text there. */
export type Choice = { readonly outcome: Outcome } | { readonly problem: string } | undefined

/** The outcome of a create's header, before anything else may choose one. */
export function chosenByHeader(header: string | undefined, clips: ReadonlySet<string>): Choice {
  return header === undefined ? undefined : read(() => header, 'the header x-mockling-outcome', clips)
}

/**
 * The outcome of a create when neither header nor rule chose: magic word in the prompt, then magic token. `field` is where
 * the prompt stood.
 */
export function chosenByMagic(
  prompt: string | undefined,
  tokenCode: ErrorCode | undefined,
  clips: ReadonlySet<string>,
  field = 'prompt',
): Choice {
  const choice = read(() => magicWordIn(prompt), `the ${field}’s magic word`, clips)
  if (choice) return choice
  return tokenCode === undefined ? undefined : { outcome: outcomeOfToken(tokenCode) }
}

/** What a magic token does to a create that passed the credential checks: it fails, or is refused. */
export function outcomeOfToken(code: ErrorCode): Outcome {
  try {
    return outcomeOf(`fail ${code}`, new Set())
  } catch {
    return outcomeOf(`refuse ${code}`, new Set())
  }
}

function read(text: () => string | undefined, where: string, clips: ReadonlySet<string>): Choice {
  try {
    const given = text()
    return given === undefined ? undefined : { outcome: outcomeOf(given, clips) }
  } catch (error) {
    if (!(error instanceof BadEffect)) throw error
    return { problem: `${where}: ${error.message}` }
  }
}
