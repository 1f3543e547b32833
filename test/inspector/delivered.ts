import type { Simulator } from '../../src/simulator.ts'
import { createAsync } from '../support/requests.ts'

/** The first attempt at the callback of a task that has settled: it came to the inbox `orders`. */
export async function delivered(simulator: Simulator) {
  const id = await createAsync(simulator, { callback_url: simulator.inbox.url('orders') })
  await simulator.clock.untilSettled(id)
  const [attempt] = (await simulator.callbacks.list()).attempts
  if (!attempt) throw new Error('nothing was sent')
  return attempt
}
