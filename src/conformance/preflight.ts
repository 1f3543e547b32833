import { fieldOf } from './difference.ts'
import { queryOf } from './queries.ts'
import { printable } from './reading.ts'
import { send, type Target, Unreachable } from './target.ts'

/** The target does not take the token: nothing else can be asked. */
export class TokenRefused extends Error {}

/**
 * One question that costs nothing, so that a wrong address or token is said once and not by every case.
 * @throws Unreachable if what answers is no such API, TokenRefused
 */
export async function refuseNoApi(target: Target): Promise<void> {
  const question = queryOf('unknown id')
  const { status, headers, json } = await send(target, question)
  const at = `${target.url}${question.path}`
  if (status >= 300 && status < 400) {
    throw new Unreachable(
      `${at} redirects to ${printable(headers['location'] ?? 'nowhere')}: name the address of the API itself`,
    )
  }
  if (typeof json !== 'object' || json === null) {
    const type = headers['content-type'] ?? 'without a content type'
    throw new Unreachable(`${at} answers ${status}, ${printable(type)}: that is no JSON, and none of the API's answers`)
  }
  if (status !== 401 && status !== 403) return
  const error = fieldOf(json, 'error')
  const says = [fieldOf(error, 'code'), fieldOf(error, 'message')].filter(text => typeof text === 'string')
  throw new TokenRefused(`the token is refused: ${status} ${printable(says.join(', ')).replaceAll('\n', ' ')}`)
}
