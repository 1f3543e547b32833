import type { Redis } from 'ioredis'
import type { Retry, Task } from '../../simulation/task.ts'
import type { Owing, OwingName, Owings } from '../owings.ts'
import type { RedisStoreOptions } from './options.ts'
import { type Run, scriptsOn } from './scripts/scripts.ts'

/** An owing as scripts give it. */
type Row = readonly [namespace: string, taskId: string, place: string, attempt: string, due: string]

/** Whose callbacks are owed, on a Redis. */
export class RedisOwings implements Owings {
  protected readonly client: Redis
  protected readonly prefix: string
  protected readonly run: Run

  readonly #freshMs: number

  constructor({ client, prefix, freshMs = 5000 }: Pick<RedisStoreOptions, 'client' | 'prefix' | 'freshMs'>) {
    this.client = client
    this.prefix = prefix
    this.run = scriptsOn(client, prefix)
    this.#freshMs = freshMs
  }

  async release({ namespace, id }: Pick<Task, 'namespace' | 'id'>): Promise<void> {
    await this.run('release', namespace, id)
  }

  async claim(namespace: string, now: number, limit: number): Promise<Owing[]> {
    return (await this.run<Row[]>('claim', namespace, now, limit, this.#freshMs)).map(owingOf)
  }

  async reclaim(ms: number, limit: number): Promise<Owing[]> {
    return (await this.run<Row[]>('reclaim', ms, limit)).map(owingOf)
  }

  async underway({ namespace, taskId, place }: OwingName): Promise<Owing | undefined> {
    const one = (await this.#ledger(namespace, taskId)).get(place)
    return one?.isWaiting === false ? one.owing : undefined
  }

  async owedTask({ namespace, taskId, place }: OwingName): Promise<Task | undefined> {
    const [owed, json] = await this.run<[string, string | null]>('owed', namespace, taskId)
    return ledgerOf(namespace, taskId, owed).has(place) ? taskIn(json) : undefined
  }

  async again({ namespace, taskId, place }: OwingName, { attempt, due }: Retry): Promise<void> {
    await this.run('putBack', namespace, taskId, place, attempt, due)
  }

  async over({ namespace, taskId, place }: OwingName): Promise<void> {
    await this.run('putBack', namespace, taskId, place)
  }

  async waiting(namespace?: string, taskId?: string): Promise<Owing[]> {
    const waiting =
      namespace !== undefined && taskId !== undefined
        ? [...(await this.#ledger(namespace, taskId)).values()].flatMap(one => (one.isWaiting ? one.owing : []))
        : await this.#waiting(namespace === undefined ? await this.owingNamespaces() : [namespace])
    const wanted = taskId === undefined ? waiting : waiting.filter(owing => owing.taskId === taskId)
    return wanted.sort((a, b) => a.due - b.due)
  }

  async earliest(namespace: string): Promise<number | undefined> {
    const [due] = await this.run<[string, number]>('earliest', namespace)
    return due === '' ? undefined : Number(due)
  }

  async isAtRest(namespace: string, now: number): Promise<boolean> {
    const [due, underway] = await this.run<[string, number]>('earliest', namespace)
    return underway === 0 && (due === '' || Number(due) > now)
  }

  async owingNamespaces(): Promise<readonly string[]> {
    return this.client.smembers(`${this.prefix}owing`)
  }

  async count(): Promise<{ readonly waiting: number; readonly underway: number }> {
    const [waiting, underway] = await this.run<[number, number]>('owings')
    return { waiting, underway }
  }

  async #ledger(namespace: string, taskId: string) {
    return ledgerOf(namespace, taskId, await this.client.hget(this.key('owed', namespace), taskId))
  }

  async #waiting(namespaces: readonly string[]): Promise<Owing[]> {
    const lists = await this.run<string[][]>('waiting', ...namespaces)
    return lists.flatMap((list, index) => waitingIn(namespaces[Math.floor(index / 2)] ?? '', list))
  }

  protected key(kind: string, namespace: string): string {
    return `${this.prefix}${kind}:${namespace}`
  }
}

export function taskIn(json: string | null | undefined): Task | undefined {
  return json ? (JSON.parse(json) as Task) : undefined
}

function owingOf([namespace, taskId, place, attempt, due]: Row): Owing {
  return { namespace, taskId, place: Number(place), attempt: Number(attempt), due: Number(due) }
}

/** What is owed of a task, by place: see scripts/owing.ts. */
function ledgerOf(namespace: string, taskId: string, text: string | null) {
  const entries = (text ?? '').matchAll(/(\d+) (\d+) (\S+) (\w)/g)
  return new Map(
    [...entries].map(([, place = '', attempt = '', due = '', state = '']) => [
      Number(place),
      { owing: owingOf([namespace, taskId, place, attempt, due]), isWaiting: state === 'f' || state === 'w' },
    ]),
  )
}

/** From a list of names, each followed by its due. */
function waitingIn(namespace: string, list: readonly string[]): Owing[] {
  const owings: Owing[] = []
  for (let index = 0; index < list.length; index += 2) {
    const [taskId = '', place = '', attempt = ''] = (list[index] ?? '').split('\n')
    owings.push(owingOf([namespace, taskId, place, attempt, list[index + 1] ?? '']))
  }
  return owings
}
