import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { type Receiver, startReceiver } from '../callbacks/receiver.ts'
import { EPOCH, namespaceOf, type Settings, SOUND, TOKEN, whenWaiting } from '../support/requests.ts'
import type { Client, Reply } from './clients.ts'

/** A task of the bench takes so many seconds unless an effect says otherwise. */
export const PACE = 10

/** What kling-v1 std of 5 s costs. */
export const PRICE = 1.4

/** A promise whose state can be looked at. */
export interface Pending<T> {
  readonly promise: Promise<T>
  readonly isOver: boolean
}

/** A simulator on a frozen clock, a receiver of callbacks, and a client that calls the one and knows the other. */
export interface Bench extends AsyncDisposable {
  readonly simulator: Simulator
  readonly receiver: Receiver
  readonly client: Client
  /** `POST /kling/videos`, under an outcome. */
  create(outcome: string, change?: object): Promise<Reply>
  /** The same, of which one may look whether it is over. */
  start(outcome: string, change?: object): Pending<Reply>
  /** A create that is answered at once; resolves to the task's id. */
  createAsync(outcome: string, change?: object): Promise<string>
  /** A create with a callback to the receiver; resolves to the task's id. */
  createCalled(outcome: string, change?: object): Promise<string>
  /** `POST /kling/tasks` for one task. */
  poll(id: string): Promise<Record<string, unknown>>
  /** Any body to `/kling/tasks`. */
  query(body: object): Promise<Reply>
  /** The tasks of the token that are not the guides' own, newest first. */
  tasks(): Promise<string[]>
  /** Credits billed so far. */
  charged(): Promise<number>
  /** Moves the clock; whoever waits for it first gets the time to do so. */
  pass(seconds: number, waiting?: number): Promise<void>
  /** Seconds on the token's clock since the start. */
  elapsed(): number
}

export async function openBench(client: Client, settings: Settings = {}, onCallback?: () => void): Promise<Bench> {
  const simulator = await createSimulator({ clock: 'frozen', pace: PACE, ...settings })
  const receiver = await startReceiver(response => {
    onCallback?.()
    response.end()
  })
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    client.send(
      'POST',
      simulator.url + path,
      { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
      JSON.stringify(body),
    )
  const bench: Bench = {
    simulator,
    receiver,
    client,
    create: (outcome, change = {}) => post('/kling/videos', { ...SOUND, ...change }, { 'x-mockling-outcome': outcome }),
    start(outcome, change) {
      const pending = { promise: bench.create(outcome, change), isOver: false }
      const end = () => {
        pending.isOver = true
      }
      pending.promise.then(end, end)
      return pending
    },
    async createAsync(outcome, change) {
      const { status, text } = await bench.create(outcome, { async: true, ...change })
      if (status !== 200) throw new Error(`the create was refused: ${text}`)
      return JSON.parse(text).task_id
    },
    createCalled: (outcome, change) => bench.createAsync(outcome, { callback_url: receiver.url('/hook'), ...change }),
    async poll(id) {
      return JSON.parse((await bench.query({ id })).text)
    },
    query: body => post('/kling/tasks', body),
    async tasks() {
      const { text } = await bench.query({ action: 'retrieve_batch', created_at_min: EPOCH / 1000 })
      return JSON.parse(text).items.map(({ id }: { id: string }) => id)
    },
    async charged() {
      return (await simulator.control.account(namespaceOf().namespace)).charged
    },
    async pass(seconds, waiting = 0) {
      await whenWaiting(simulator, waiting)
      await simulator.control.advance(namespaceOf(), { ms: seconds * 1000 })
    },
    elapsed: () => (simulator.control.clock(namespaceOf()).now - EPOCH) / 1000,
    async [Symbol.asyncDispose]() {
      await simulator.close()
      await receiver[Symbol.asyncDispose]()
    },
  }
  return bench
}

/** What happens to one client. Fails if it is not what the kind says. */
export type Experience = (client: Client) => Promise<void>
