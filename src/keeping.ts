import { type Config, ConfigError } from './config.ts'
import { Earlier } from './control/earlier.ts'
import type { Load } from './http/load.ts'
import { evictionNotice, type memoryOf } from './limits.ts'
import type { Replicas } from './replicating.ts'
import { clockSetting } from './settings.ts'
import type { Namespaces } from './simulation/namespaces.ts'
import type { Timebase } from './simulation/timebase.ts'
import { Unusable } from './state/file.ts'
import { State } from './state/state.ts'
import { MemoryStore } from './store/memory.ts'
import type { Store } from './store/store.ts'

/** What a simulator found in its state file. */
export interface Restored {
  readonly file: string
  readonly tasks: number
  /** Those of them that are not settled. */
  readonly pending: number
  /** Callbacks that are owed. */
  readonly callbacks: number
}

/** What keeping needs of the process it is done in. */
export interface Keeping {
  readonly load: Load
  readonly memory: ReturnType<typeof memoryOf>
  readonly timebase: Timebase
  /** The present of a namespace; `undefined` if that is not known here. */
  readonly nowOf: (namespace: string) => number | undefined
  readonly onDefect: (error: unknown) => void
  readonly onWarning: (text: string) => void
}

/** Where everything is kept: in memory, also in a file, or in a Redis together with replicas. */
export interface Kept {
  readonly store: Store
  readonly replicas?: Replicas
  /** What goes on from one process to the next. */
  readonly state?: State
  close(): Promise<void>
  /** Goes on where an earlier process left off, if there was one. */
  goOn(namespaces: Namespaces): Promise<{ readonly earlier?: Earlier; readonly restored?: Restored }>
}

/**
 * Opens what the settings ask for.
 * @throws ConfigError if it can't be used. Then it is as it was.
 */
export async function openKept(config: Config, keeping: Keeping): Promise<Kept> {
  const { load, memory, nowOf, onWarning } = keeping
  const bounds = {
    retain: config.retain,
    mostPending: load.caps.pending,
    mostBytes: memory.requests,
    onEvict: evictionNotice(onWarning),
  }
  if (config.redisUrl !== undefined) {
    if (config.state !== undefined)
      throw new ConfigError(
        `state: ${JSON.stringify(config.state)} does not go with redisUrl; a Redis keeps everything itself`,
      )
    const { Replicas } = await import('./replicating.ts')
    const replicas = await Replicas.open(config, { ...keeping, store: { ...bounds, nowOf } })
    return {
      store: replicas.store,
      replicas,
      close: () => replicas.close(),
      goOn: namespaces => replicas.fleet.join(namespaces).then(() => ({})),
    }
  }
  let state: State | undefined
  const store = new MemoryStore({
    ...bounds,
    nowOf: key => nowOf(key) ?? nowOf('') ?? 0,
    mostMemory: memory.tasks,
    keep: change => load.watch('state', () => state?.keep(change)),
  })
  state = await openState(config, store, onWarning)
  if (!state) return { store, close: async () => {}, goOn: async () => ({}) }
  const opened = state
  return {
    store,
    state,
    close: () => opened.close(),
    goOn: namespaces => goOn(opened, config, store, namespaces),
  }
}

async function openState(
  { state: file, stateSync: sync }: Config,
  store: MemoryStore,
  onWarning: (text: string) => void,
): Promise<State | undefined> {
  if (file === undefined) return undefined
  try {
    return await State.open(file, store, { sync, onWarning })
  } catch (cause) {
    if (!(cause instanceof Unusable)) throw cause
    throw new ConfigError(`state: ${JSON.stringify(file)} ${cause.message}`, { cause })
  }
}

/** Goes on where the file was left: the clocks are to run as they are told to now, if that is otherwise than before. */
async function goOn(state: State, config: Config, store: MemoryStore, namespaces: Namespaces) {
  const isOther = state.starts > 0 && state.lastClock !== config.clock
  if (isOther) for (const { clock } of namespaces.commanded('server')) clock.set(clockSetting(config.clock))
  state.begin(config.clock)
  const earlier = new Earlier()
  for (const change of store.snapshot()) {
    const task = 'open' in change ? change.open : 'settled' in change ? change.settled : undefined
    if (task && task.ordinal > 0) earlier.add(task)
  }
  const kept = await store.namespaces()
  for (const { namespace } of kept) namespaces.keep(namespaces.of(namespace))
  const restored: Restored = {
    file: config.state ?? '',
    tasks: kept.reduce((sum, { tasks }) => sum + tasks, 0),
    pending: await store.pending(),
    callbacks: state.owed.debts.reduce((sum, { left }) => sum + left.size, 0),
  }
  return { earlier, restored }
}
