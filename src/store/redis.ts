import { GUIDE_TASKS } from '../simulation/guide-tasks.ts'
import { Lanes } from '../simulation/lanes.ts'
import { type Route, rerouted, withoutDelivery } from '../simulation/reroute.ts'
import { isForgotten, type Task } from '../simulation/task.ts'
import type { Census } from './census.ts'
import { chosenPage, quickPage } from './redis/listing.ts'
import { News } from './redis/news.ts'
import type { RedisStoreOptions } from './redis/options.ts'
import { RedisOwings, taskIn } from './redis/owings.ts'
import { oneLine, recordOf, versionOf } from './redis/record.ts'
import type { Argument } from './redis/scripts/scripts.ts'
import { endOf, micros } from './shelf.ts'
import type { Account, Limits, Refusal, Store, TaskFilter, TaskPage } from './store.ts'

/** Namespaces whose tasks are booked by one script. */
const NAMESPACES_AT_ONCE = 100

/**
 * On a Redis, shared by all stores of one prefix. Each verb is one script, which Redis runs without interruption; what needs
 * the rules of plans is read, worked out here, and written if nobody has changed it meanwhile.
 */
export class RedisStore extends RedisOwings implements Store {
  readonly #options: RedisStoreOptions & { readonly mostPending: number; readonly mostBytes: number }
  readonly #news: News
  /** A namespace with open tasks, to be booked with the next create. */
  #other = ''
  #booking: Promise<number> | undefined
  readonly #lanes = new Lanes()

  constructor(options: RedisStoreOptions) {
    super(options)
    this.#options = { mostPending: 1_000_000, mostBytes: Number.POSITIVE_INFINITY, ...options }
    this.#news = new News(options.client, `${options.prefix}changes`, (namespace, id) => this.#own(namespace, id))
  }

  async nextOrdinal(namespace: string): Promise<number> {
    return Number((await this.client.hget(this.key('shelf', namespace), 'ordinals')) ?? 0) + 1
  }

  async byOrdinal<T>(namespace: string, limits: Limits, act: (ordinal: number) => Promise<T | 'taken'>): Promise<T> {
    const isFree = isUnlimited(limits)
    const ask = () => (isFree ? this.run<number>('takeOrdinal', namespace) : this.nextOrdinal(namespace))
    const tryOnce = async () => act(await ask())
    for (;;) {
      // Of many that saw the same ordinal only one would get it, and the others would ask again and again.
      const made = await (isFree ? tryOnce() : this.#lanes.inTurn(namespace, tryOnce))
      if (made !== 'taken') return made
    }
  }

  async create(task: Task, limits: Limits, now: number): Promise<'created' | 'taken' | Refusal> {
    const { namespace, id, ordinal, credits, deliveries } = task
    const { head, json, createdAt, endsAt, beginsAt } = recordOf(task)
    const owed = deliveries.flatMap(({ at }, place) => [place, at])
    const { retain, mostBytes } = this.#options
    const begin = [namespace, now, id, retain, mostBytes, ...this.#limits(credits, limits), ordinal]
    const isGiven = isUnlimited(limits) ? 1 : 0
    return this.#done(async () => {
      const [other = ['', '']] = this.#presents([this.#other])
      const [answer, evicted, next] = await this.run<['created' | 'taken' | 'more' | Refusal, number, string]>(
        'create',
        ...[...begin, ...other, head, json, createdAt, endsAt, beginsAt, isGiven, ...owed],
      )
      this.#other = next
      return { answer, evicted }
    })
  }

  async keepRefused(task: Task): Promise<void> {
    const { head, json, createdAt, endsAt } = recordOf(task)
    const { namespace, id } = task
    const { retain, mostBytes } = this.#options
    await this.#done(async () => {
      const args = [namespace, endsAt, id, retain, mostBytes, head, json, createdAt]
      const [answer, evicted] = await this.run<['' | 'more', number]>('keepRefused', ...args)
      return { answer, evicted }
    })
  }

  async refusal(namespace: string, credits: number, limits: Limits, now: number): Promise<Refusal | undefined> {
    const { retain, mostBytes } = this.#options
    const asked = [namespace, now, '', retain, mostBytes, ...this.#limits(credits, limits)]
    const answer = await this.#done(async () => ({ answer: await this.run<'' | 'more' | Refusal>('refuse', ...asked) }))
    return answer === '' ? undefined : answer
  }

  async task(namespace: string, id: string, now: number): Promise<Task | undefined> {
    const task = (await this.#own(namespace, id)) ?? GUIDE_TASKS.find(guide => guide.id === id)
    return task && !isForgotten(task, now) ? task : undefined
  }

  async taskOfVideo(namespace: string, videoId: string, now: number): Promise<Task | undefined> {
    const own = taskIn(await this.run<string | null>('taskOfVideo', namespace, oneLine(videoId)))
    const task = own ?? GUIDE_TASKS.find(guide => guide.video.id === videoId)
    return task && !isForgotten(task, now) ? task : undefined
  }

  async taskOfFile(path: string): Promise<Task | undefined> {
    const own = taskIn(await this.run<string | null>('taskOfFile', oneLine(path)))
    return own ?? GUIDE_TASKS.find(guide => guide.video.path === path)
  }

  async reroute(namespace: string, id: string, route: Route, now: number) {
    for (;;) {
      const { task, head } = await this.#look(namespace, id)
      if (!task || isForgotten(task, now)) return GUIDE_TASKS.some(guide => guide.id === id) ? 'settled' : 'unknown'
      if (endOf(task) <= now) return 'settled'
      const changed = rerouted(task, route, now)
      if (!changed) return 'endless'
      if (await this.#replace(task, head, changed, now)) return changed
    }
  }

  async cancelDelivery(namespace: string, id: string, index: number, now: number): Promise<Task | undefined> {
    for (;;) {
      const { task, head } = await this.#look(namespace, id)
      if (!task?.deliveries[index] || isForgotten(task, now)) return undefined
      const changed = withoutDelivery(task, index)
      if (await this.#replace(task, head, changed, Number.NEGATIVE_INFINITY)) return changed
    }
  }

  watch(tell: (task: Task) => void, id?: string): () => void {
    return this.#news.watch(tell, id)
  }

  async list(namespace: string, filter: TaskFilter, now: number): Promise<TaskPage> {
    const keys = { tasks: this.key('tasks', namespace), heads: this.key('heads', namespace) }
    return (await quickPage(this.run, namespace, filter, now)) ?? chosenPage(this.client, keys, filter, now)
  }

  async account(namespace: string, now: number): Promise<Account> {
    let sums: readonly string[] = []
    await this.#done(async () => {
      const [answer, ...rest] = await this.run<['' | 'more', ...string[]]>('account', namespace, now)
      sums = rest
      return { answer }
    })
    const [charged, reserved] = sums.map(sum => Number(sum) / 1e6)
    return { charged: charged ?? 0, reserved: reserved ?? 0 }
  }

  async take(namespace: string, perSecond: number, burst: number, now: number): Promise<boolean> {
    return (await this.run('take', namespace, perSecond, burst, now)) === 1
  }

  async census(): Promise<Census> {
    await this.#bookAll()
    const open = await this.#unsettled()
    const { nowOf = () => 0 } = this.#options
    const counts = await this.run<number[]>('census', ...open.flatMap(namespace => [namespace, nowOf(namespace) ?? 0]))
    const [accepted = 0, processing = 0, succeed = 0, failed = 0] = counts
    return { accepted, processing, succeed, failed }
  }

  async generation(namespace: string): Promise<number> {
    const resets = await this.client.mget(this.key('generation', ''), this.key('generation', namespace))
    return Math.max(...resets.map(Number))
  }

  async pending(): Promise<number> {
    await this.#bookAll()
    return Number((await this.client.hget(`${this.prefix}totals`, 'pending')) ?? 0)
  }

  async namespaces(): Promise<readonly { namespace: string; tasks: number }[]> {
    const held = await this.run<[string, number][]>('namespaces')
    return held.map(([namespace, tasks]) => ({ namespace, tasks }))
  }

  async reset(namespace?: string): Promise<void> {
    if (namespace === undefined) await this.run('resetAll')
    else await this.run('reset', namespace)
    // Also what another store did not come to.
    for (const trash of await this.client.smembers(`${this.prefix}trash`)) {
      let cursor = '0'
      do cursor = await this.run('sweep', trash, cursor)
      while (cursor !== '0')
    }
  }

  /** Stops watching. The client stays open. */
  close(): void {
    this.#news.close()
  }

  async #own(namespace: string, id: string): Promise<Task | undefined> {
    return taskIn(await this.client.hget(this.key('tasks', namespace), id))
  }

  async #look(namespace: string, id: string): Promise<{ task: Task | undefined; head: string }> {
    const [json, head] = await this.run<[string | null, string | null]>('look', namespace, id)
    return { task: taskIn(json), head: head ?? '' }
  }

  /** Puts a task in place of one that still has this head, and tells. `false`, changing nothing, if it has another by now. */
  async #replace(task: Task, head: string, changed: Task, now: number): Promise<boolean> {
    const record = recordOf(changed, versionOf(head) + 1)
    const { retain, mostBytes } = this.#options
    const owed = changed.deliveries.flatMap(({ at, isCancelled }, place) => [place, at, isCancelled ? 1 : 0])
    const args = [task.namespace, now, task.id, retain, mostBytes, head, record.head, record.json]
    const plan = [record.endsAt, record.beginsAt, task.deliveries.length, this.#news.by, ...owed]
    const answer = await this.#done(async () => {
      const [how, evicted] = await this.run<['' | 'changed', number]>('replan', ...args, ...plan)
      return { answer: how, evicted }
    })
    if (answer === 'changed') return false
    this.#news.tell(changed)
    return true
  }

  /** Asks until there is an answer: again while there is more to book, and once all is booked where there seems to be no room. */
  async #done<Answer extends string>(
    ask: () => Promise<{ readonly answer: Answer | 'more'; readonly evicted?: number }>,
  ): Promise<Exclude<Answer, 'more'>> {
    for (let isBooked = false; ; ) {
      const { answer, evicted = 0 } = await ask()
      for (let count = 0; count < evicted; count++) this.#options.onEvict?.()
      if (answer === 'more') continue
      if (answer !== 'overloaded' || isBooked || (await this.#bookAll()) === 0) return answer as Exclude<Answer, 'more'>
      isBooked = true
    }
  }

  #limits(credits: number, { balance, concurrency }: Limits): Argument[] {
    return [this.#options.mostPending, micros(credits), balance === undefined ? '' : micros(balance), concurrency ?? '']
  }

  /** Books what has settled in all namespaces whose present is known. How many tasks that were. */
  #bookAll(): Promise<number> {
    this.#booking ??= this.#book().finally(() => {
      this.#booking = undefined
    })
    return this.#booking
  }

  async #book(): Promise<number> {
    if (!this.#options.nowOf) return 0
    let sum = 0
    const presents = this.#presents(await this.#unsettled())
    for (let from = 0; from < presents.length; from += NAMESPACES_AT_ONCE) {
      const some = presents.slice(from, from + NAMESPACES_AT_ONCE).flat()
      for (let isMore = 1; isMore === 1; ) {
        const [booked, more] = await this.run<[number, number]>('book', ...some)
        sum += booked
        isMore = more
      }
    }
    return sum
  }

  #unsettled(): Promise<string[]> {
    return this.client.smembers(`${this.prefix}unsettled`)
  }

  /** Those namespaces whose present is known, with it. */
  #presents(namespaces: readonly string[]): (readonly [namespace: string, now: number])[] {
    return namespaces.flatMap(namespace => {
      const now = namespace === '' ? undefined : this.#options.nowOf?.(namespace)
      return now === undefined ? [] : [[namespace, now] as const]
    })
  }
}

/** Whether nothing but an overload could refuse a create. */
function isUnlimited({ balance, concurrency }: Limits): boolean {
  return balance === undefined && concurrency === undefined
}
