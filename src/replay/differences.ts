import { canonicalJson } from '../journal/canonical.ts'
import type { Entry } from '../journal/entries.ts'

/** A part of an entry that is not what it was. `undefined`: it is not there. */
export interface Difference {
  readonly seq: number
  /** What the entry is about, such as `POST /kling/videos`. */
  readonly what: string
  /** Name of the part; `''`: the entry itself, which one of the two does not have. */
  readonly part: string
  readonly recorded: unknown
  readonly played: unknown
}

/** Parts that the machine has a say in, however exact the simulation is. */
const BY_MACHINE = ['durationMs', 'arrived']

/** Further ones where clocks ran with the machine's: how soon an answer was out, once it could be. */
const BY_REAL_TIME = ['answeredAt', 'endedAt']

/** Where a run that was played again is another than the one recorded. */
export function differences(
  recorded: readonly Entry[],
  played: readonly Entry[],
  { isSimulatedTime }: { readonly isSimulatedTime: boolean },
): Difference[] {
  const found = new Map(played.map(entry => [entry.seq, entry]))
  const known = new Set(recorded.map(({ seq }) => seq))
  const skipped = new Set(isSimulatedTime ? BY_MACHINE : [...BY_MACHINE, ...BY_REAL_TIME])
  const missingOrOther = recorded.flatMap(entry => {
    if (isNoHttp(entry)) return []
    const other = found.get(entry.seq)
    return other ? between(entry, other, skipped) : [one(entry, 'recorded')]
  })
  return [...missingOrOther, ...played.filter(({ seq }) => !known.has(seq)).map(entry => one(entry, 'played'))]
}

function between(recorded: Entry, played: Entry, skipped: ReadonlySet<string>): Difference[] {
  const [before, after] = [plain(recorded), plain(played)]
  // How much of a file went out before its reader was gone is up to the connection.
  const isUpToReader = (part: string) => part === 'bytes' && before['hungUp'] === true
  // How late a timer fired: a request's instant is given, a callback's is not.
  const isUpToTimer = (part: string) => part === 'at' && recorded.kind === 'callback' && skipped.has('endedAt')
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter(part => !skipped.has(part) && !isUpToReader(part) && !isUpToTimer(part))
    .filter(part => canonicalJson(before[part]) !== canonicalJson(after[part]))
    .map(part => ({
      seq: recorded.seq,
      what: aboutOf(recorded),
      part,
      recorded: before[part],
      played: after[part],
    }))
}

function one(entry: Entry, side: 'recorded' | 'played'): Difference {
  const both = { recorded: undefined, played: undefined }
  return { seq: entry.seq, what: aboutOf(entry), part: '', ...both, [side]: entry }
}

export function isNoHttp(entry: Entry): boolean {
  return entry.kind === 'request' && entry.method === ''
}

function aboutOf(entry: Entry): string {
  return entry.kind === 'callback' ? `callback ${entry.callbackId}` : `${entry.method} ${entry.path}`
}

/** As it would be read from a file. */
function plain(entry: Entry): Record<string, unknown> {
  return JSON.parse(JSON.stringify(entry))
}
