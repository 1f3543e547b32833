import type { Redis } from 'ioredis'
import { ACCOUNT, BOOK, CENSUS } from './booking.ts'
import { NAMESPACES, PAGE, TAKE, TASK_OF_FILE, TASK_OF_VIDEO } from './looking.ts'
import { CLAIM, EARLIEST, OWED, OWINGS, PUT_BACK, RECLAIM, RELEASE, WAITING } from './owing.ts'
import { RESET, RESET_ALL, SWEEP } from './resetting.ts'
import { CREATE, KEEP_REFUSED, LOOK, REFUSE, REPLAN, TAKE_ORDINAL } from './tasks.ts'

const SCRIPTS = {
  account: ACCOUNT,
  book: BOOK,
  census: CENSUS,
  claim: CLAIM,
  create: CREATE,
  earliest: EARLIEST,
  keepRefused: KEEP_REFUSED,
  look: LOOK,
  namespaces: NAMESPACES,
  owed: OWED,
  owings: OWINGS,
  page: PAGE,
  putBack: PUT_BACK,
  reclaim: RECLAIM,
  refuse: REFUSE,
  release: RELEASE,
  replan: REPLAN,
  reset: RESET,
  resetAll: RESET_ALL,
  sweep: SWEEP,
  take: TAKE,
  takeOrdinal: TAKE_ORDINAL,
  taskOfFile: TASK_OF_FILE,
  taskOfVideo: TASK_OF_VIDEO,
  waiting: WAITING,
}

type Name = keyof typeof SCRIPTS
export type Argument = string | number

/** Runs a script by its name: one round trip, and one atomic change. */
export type Run = <Answer = unknown>(name: Name, ...args: readonly Argument[]) => Promise<Answer>

type Commands = Readonly<Record<string, (...args: readonly Argument[]) => Promise<unknown>>>

/** Clients that have the scripts. */
const taught = new WeakSet<Redis>()

/** The scripts as commands of the client, on what begins with the prefix. */
export function scriptsOn(client: Redis, prefix: string): Run {
  if (!taught.has(client)) {
    taught.add(client)
    for (const [name, lua] of Object.entries(SCRIPTS)) client.defineCommand(commandOf(name), { lua, numberOfKeys: 1 })
  }
  const commands = client as unknown as Commands
  return <Answer>(name: Name, ...args: readonly Argument[]) =>
    commands[commandOf(name)]?.(prefix, ...args.map(written)) as Promise<Answer>
}

function commandOf(name: string): string {
  return `mockling:${name}`
}

/** As Lua and Redis read it. */
function written(value: Argument): Argument {
  return value === Number.POSITIVE_INFINITY ? 'inf' : value === Number.NEGATIVE_INFINITY ? '-inf' : value
}
