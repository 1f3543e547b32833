import { ConfigError } from '../config.ts'
import { printable } from '../conformance/reading.ts'
import type { Revision } from '../contract/revisions.ts'
import { BadRecordings, readRecordings } from '../recording/directory.ts'
import { type Cause, type Drift, driftOf, type OpenStage } from '../recording/drifting.ts'
import type { Recording } from '../recording/exchange.ts'
import { TOKEN } from '../recording/playing.ts'
import { createSimulator } from '../simulator.ts'
import { type Publishing, published, refuseUnpublishable } from './publish.ts'

const NOTHING_COMPARED = 1
const UNREACHABLE = 3
const DRIFT = 5

/** `mockling drift DIR`. Resolves to the exit code. @throws ConfigError if there are no recordings to be read. */
export async function drift(
  directory: string,
  options: Publishing & { revision: Revision; json?: true },
): Promise<number> {
  refuseUnpublishable(options)
  const found = await driftOf(recordingsIn(directory, 'drift'), options.revision, openStage)
  process.stdout.write(`${options.json ? JSON.stringify(found, undefined, 2) : printable(textOf(found))}\n`)
  const draft = { kind: 'drift', subject: directory, revision: options.revision, found } as const
  const isPublished = await published(draft, options)
  if (found.compared === 0) return NOTHING_COMPARED
  if (found.causes.length > 0) return DRIFT
  return isPublished ? 0 : UNREACHABLE
}

/** @throws ConfigError in the name of `setting`. */
export function recordingsIn(directory: string, setting: string): Recording[] {
  try {
    return readRecordings(directory)
  } catch (cause) {
    if (!(cause instanceof BadRecordings)) throw cause
    throw new ConfigError(`${setting}: ${JSON.stringify(directory)} can't be used; ${cause.message}`, { cause })
  }
}

/** A fake of a revision in this process. Its clock stands but while an answer is held. */
export const openStage: OpenStage = async revision => {
  const simulator = await createSimulator({ revision, clock: 'frozen' })
  const { url, clock, inbox } = simulator
  return {
    url,
    revision,
    leaping: async act => {
      await clock.set({ token: TOKEN, mode: 'auto-skip' })
      return act().finally(() => clock.set({ token: TOKEN, mode: 'frozen' }))
    },
    settle: async taskId => void (await clock.untilSettled(taskId)),
    callbackUrl: name => inbox.url(name),
    posted: async name => (await inbox.list(name, { wait: 5 }))[0],
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  }
}

/** Differences told at most; the rest are in `--json`. */
const MOST_TOLD = 100

/** Names of recordings told of one cause. */
const MOST_NAMED = 3

function textOf({ revision, nearest, compared, leftOut, causes }: Drift): string {
  return [
    ...(causes.length === 0 ? [] : [...causes.slice(0, MOST_TOLD).map(causeText), '']),
    ...(causes.length > MOST_TOLD ? [`… and ${causes.length - MOST_TOLD} more; --json has all`] : []),
    ...(leftOut.length > 0 ? [`Not compared: ${namesText(leftOut)}.`] : []),
    ...(nearest === revision ? [] : [`The recordings are like revision ${nearest}.`]),
    verdict(compared, causes, revision),
  ].join('\n')
}

function causeText({ at, recorded, played, explainedBy, recordings }: Cause): string {
  return [
    `${at}: ${recorded} → ${played}`,
    ...explainedBy.map(
      ({ area, item, before, after, grade, source }) =>
        `    ${area}: ${item} (${before ?? '–'} → ${after ?? '–'}; ${grade}: ${source})`,
    ),
    ...(explainedBy.length === 0 ? ['    nothing in the contract explains it'] : []),
    `    in ${namesText(recordings)}`,
  ].join('\n')
}

function namesText(names: readonly string[]): string {
  const more = names.length - MOST_NAMED
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function verdict(compared: number, causes: readonly Cause[], revision: Revision): string {
  if (compared === 0) return 'Nothing was compared.'
  const exchanges = `${compared} ${compared === 1 ? 'recording' : 'recordings'}`
  if (causes.length === 0) return `The fake answers ${exchanges} as recorded, by revision ${revision}.`
  const unexplained = causes.filter(({ explainedBy }) => explainedBy.length === 0).length
  return `By revision ${revision}, ${exchanges} compared: ${causes.length} differences, ${unexplained} of them unexplained.`
}
