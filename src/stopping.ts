import type { FastifyInstance } from 'fastify'
import type { Deliveries } from './callbacks/deliveries.ts'
import type { Namespaces } from './simulation/namespaces.ts'
import { Overload } from './simulation/overload.ts'
import type { Timebase } from './simulation/timebase.ts'
import type { Store } from './store/store.ts'

/** What was not finished at a stop. */
export interface Leftover {
  readonly pendingTasks: number
  readonly callbacks: number
  readonly heldRequests: number
}

/** No more connections; held requests get their 503; callbacks under way may take `drainMs`. */
export async function stop(
  app: FastifyInstance,
  namespaces: Namespaces,
  store: Store,
  dispatcher: Pick<Deliveries, 'close'>,
  drainMs: number,
  timebase: Timebase,
): Promise<Leftover> {
  app.server.close()
  const pending = store.pending().catch(unknown)
  const heldRequests = namespaces.all().reduce((sum, namespace) => sum + namespace.held.size, 0)
  let callOff = () => {}
  const drained = new Promise<void>(resolve => {
    callOff = timebase.after(drainMs, resolve)
  })
  const undone = dispatcher.close(drained)
  namespaces.close()
  const [pendingTasks, callbacks] = await Promise.all([pending, undone])
  callOff()
  await app.close()
  return { pendingTasks, callbacks, heldRequests }
}

/** A store that can't be asked keeps what it has. */
function unknown(error: unknown): number {
  if (error instanceof Overload) return 0
  throw error
}
