import { z } from 'zod'

const Headers = z.record(z.string(), z.string())

/** How a request says whose it is. The token itself is never kept. */
const Authorization = z.enum(['bearer', 'other', 'none'])

const Asked = z.strictObject({
  method: z.string(),
  /** Without its query. Ids and files in it are placeholders. */
  path: z.string(),
  /** Names of the query's parameters. */
  query: z.array(z.string()).optional(),
  authorization: Authorization,
  headers: Headers.optional(),
  /** As JSON; absent if it was none. */
  body: z.unknown().optional(),
  /** In place of a body that is no JSON: how long it was. */
  text: z.string().optional(),
})

/** A file as it came. Its bytes are in `files/<sha256>.mp4` if it `isKept`. */
const File = z.strictObject({
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[\da-f]{64}$/),
  isKept: z.literal(true).optional(),
})

const Answered = z.strictObject({
  status: z.int().min(100).max(599),
  /** Milliseconds from the request to the end of the answer. */
  afterMs: z.number().min(0).optional(),
  headers: Headers,
  body: z.unknown().optional(),
  text: z.string().optional(),
  file: File.optional(),
})

/**
 * One request and its answer, as a recording keeps them: one JSON file. `kind` `callback` is a post of the upstream's
 * to a client, answered by that.
 */
export const Exchange = z.strictObject({
  kind: z.enum(['request', 'callback']),
  /** Where it was read, if nobody recorded it. */
  source: z.string().optional(),
  /** Milliseconds since the recording began. */
  at: z.number().min(0).optional(),
  request: Asked,
  /** `null`: none came, or not to its end. */
  answer: Answered.nullable(),
})

export type Exchange = z.infer<typeof Exchange>
export type Asked = z.infer<typeof Asked>
export type Answered = z.infer<typeof Answered>
export type RecordedFile = z.infer<typeof File>

/** An exchange and the name of its file. */
export interface Recording extends Exchange {
  /** Such as `0003-post-kling-videos.json`. */
  readonly name: string
}

/** `/kling/tasks` costs nothing; any other POST may. */
export const TASKS_PATH = '/kling/tasks'
