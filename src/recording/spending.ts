import type { IncomingHttpHeaders } from 'node:http'
import { TASKS_PATH } from './exchange.ts'

/** A request as it came. */
export interface Spending {
  readonly method: string
  /** With its query. */
  readonly target: string
  readonly headers: IncomingHttpHeaders
  /** Bytes of its body. */
  readonly length: number
}

/** Headers, and a parameter, by which some servers take a request for another than it says it is. */
const OTHER_THAN_IT_SAYS =
  /^x-(?:http-method(?:-override)?|method-override|(?:original|rewrite)-(?:url|uri|method)|forwarded-(?:uri|method))$/
const OTHER_METHOD = /[?&]_method=/i

/** Everything but what is known to be free: nobody has listed what else an API sells. */
export function mayCost({ method, target, headers, length }: Spending): boolean {
  if (Object.keys(headers).some(name => OTHER_THAN_IT_SAYS.test(name))) return true
  if (['GET', 'HEAD', 'OPTIONS'].includes(method)) return length > 0 || OTHER_METHOD.test(target)
  return !(method === 'POST' && target === TASKS_PATH)
}
