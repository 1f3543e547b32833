import type { ClipFiles } from './clip-files.ts'
import { type Config, ConfigError } from './config.ts'
import { Answers } from './recording/answers.ts'
import { BadRecordings, fileIn, readRecordings } from './recording/directory.ts'

/** Recordings to answer by, and the videos that were kept with them. */
export interface OpenRecordings {
  readonly answers: Answers
  readonly videos: ClipFiles
}

/**
 * What `--replay` names; `undefined` without it.
 * @throws ConfigError if it holds no recordings or one can't be read.
 */
export function recordingsOf({ replay }: Config): OpenRecordings | undefined {
  if (replay === undefined) return undefined
  try {
    const answers = new Answers(readRecordings(replay))
    return {
      answers,
      videos: Object.fromEntries(answers.videos.map(video => [`recorded ${video}`, fileIn(replay, video)])),
    }
  } catch (cause) {
    if (!(cause instanceof BadRecordings)) throw cause
    throw new ConfigError(`replay: ${JSON.stringify(replay)} can't be used; ${cause.message}`, { cause })
  }
}
