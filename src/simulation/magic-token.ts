import { type ErrorCode, isErrorCode } from '../contract/errors.ts'

/** The end of a magic token: `w7.mockling-used_up`. */
const MAGIC_TOKEN = /\.mockling-([a-z_]+)$/

/** The error code a magic token stands for; `undefined` for any other token. */
export function magicCodeOf(token: string): ErrorCode | undefined {
  const code = token.includes('.mockling-') ? MAGIC_TOKEN.exec(token)?.[1] : undefined
  return code !== undefined && isErrorCode(code) ? code : undefined
}
