import { createHash } from 'node:crypto'
import { fieldOf } from './difference.ts'
import { type Shape, shapeOf } from './shape.ts'

/** What a target answered to a case, without what it said beside error texts. */
export interface Observed {
  /** Absent of a callback, which is a request. */
  readonly status?: number
  /** `error.code` and `error.message`, where the answer has them. */
  readonly code?: string
  readonly message?: string
  /** Of JSON. */
  readonly shape?: Shape
  /** SHA-256 of the bytes, in hex; of files alone: other answers hold ids and times. */
  readonly sha256?: string
}

/** What was seen, from an answer in JSON. */
export function observedIn(status: number | undefined, json: unknown): Observed {
  const error = fieldOf(json, 'error')
  const [code, message] = [fieldOf(error, 'code'), fieldOf(error, 'message')]
  return {
    ...(status !== undefined && { status }),
    ...(typeof code === 'string' && { code }),
    ...(typeof message === 'string' && { message }),
    shape: shapeOf(json),
  }
}

/** What was seen of a file. */
export function observedFile(status: number, bytes: Buffer): Observed {
  return { status, sha256: createHash('sha256').update(bytes).digest('hex') }
}
