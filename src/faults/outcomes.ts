import type { ErrorCode } from '../contract/errors.ts'
import type { Effect } from '../simulation/task.ts'
import { KINDS } from './catalogue.ts'
import { inOrder } from './effects.ts'
import type { Operation } from './kind.ts'
import { BadEffect, effectsOf, textOf, usageOf } from './text.ts'

/** What was chosen to happen to one create. */
export interface Outcome {
  /** In its shortest form, as echoed in `x-mockling-outcome`. */
  readonly text: string
  /** In the order of application. Nothing but the usual: none. */
  readonly effects: readonly Effect[]
}

export const SUCCEED: Outcome = { text: 'succeed', effects: [] }

/** A word in the prompt that chooses an outcome: `[[mockling:fail api_error]]`. Bounded, so that no prompt is slow to search. */
const MAGIC_WORD = /\[\[mockling:([^\]]{0,300})\]\]/i

/** The text in the prompt's magic word; `undefined` if it holds none. */
export function magicWordIn(prompt: string | undefined): string | undefined {
  return prompt?.includes('[[') ? MAGIC_WORD.exec(prompt)?.[1] : undefined
}

/** One line of `mockling outcomes`. */
export interface OutcomeLine {
  readonly name: string
  /** How it is written. */
  readonly usage: string
  /** What the client is put through. */
  readonly summary: string
  readonly operations: readonly Operation[]
}

/** All outcomes and faults there are, in the order of application. */
export function outcomeLines(): OutcomeLine[] {
  return KINDS.map(kind => ({
    name: kind.name,
    usage: usageOf(kind),
    summary: kind.summary,
    operations: kind.operations,
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
  const impossible = impossibleAmong(effects.map(({ name }) => name))
  if (impossible) throw new BadEffect(impossible)
  // Success without a clip of its own is the usual, and says nothing beside other effects.
  const telling = effects.filter(({ name, options }) => name !== 'succeed' || options['clip'] !== undefined)
  return telling.length === 0 ? SUCCEED : { text: textOf(telling), effects: telling }
}

function clipsText(clips: ReadonlySet<string>): string {
  return clips.size === 0 ? '--clip names none' : `--clip names ${[...clips].join(', ')}`
}

const REFUSALS = ['refuse', 'retired-model']

/** Effects that need a task, or one that settles well: why one of these can never be seen. */
function impossibleAmong(names: readonly string[]): string | undefined {
  const refusal = names.find(name => REFUSALS.includes(name))
  if (refusal) {
    const other = names.find(name => name !== refusal && !/^answer-(?!error)/.test(name))
    return other && `${other} can never happen beside ${refusal}: nothing is made`
  }
  if (names.includes('stall')) {
    const other = names.find(name =>
      /^(?:callback|media)-|^(?:fail|takes|outlast|no-video-url|unknown-state|no-success|numeric-duration|extra-fields)$/.test(
        name,
      ),
    )
    return other && `${other} can never happen beside stall: the task never settles`
  }
  if (names.includes('fail')) {
    const other = names.find(name => /^media-|^(?:no-video-url|unknown-state|numeric-duration)$/.test(name))
    return other && `${other} can never happen beside fail: there is no video`
  }
  return undefined
}

/** Where an outcome was read from, or what is wrong with the text there. */
export type Choice = { readonly outcome: Outcome } | { readonly problem: string } | undefined

/** The outcome of a create's header, before anything else may choose one. */
export function chosenByHeader(header: string | undefined, clips: ReadonlySet<string>): Choice {
  return header === undefined ? undefined : read(header, 'the header x-mockling-outcome', clips)
}

/** The outcome of a create when neither header nor rule chose: magic word in the prompt, then magic token. */
export function chosenByMagic(
  prompt: string | undefined,
  tokenCode: ErrorCode | undefined,
  clips: ReadonlySet<string>,
): Choice {
  const word = magicWordIn(prompt)
  if (word !== undefined) return read(word, 'the prompt’s magic word', clips)
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

function read(text: string, where: string, clips: ReadonlySet<string>): Choice {
  try {
    return { outcome: outcomeOf(text, clips) }
  } catch (error) {
    if (!(error instanceof BadEffect)) throw error
    return { problem: `'${text.slice(0, 100)}' in ${where} can’t be: ${error.message}` }
  }
}
