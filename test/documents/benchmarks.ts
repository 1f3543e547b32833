import { table } from './blocks.ts'

/** One line of a benchmark: `seen` is what gate and goal are about. */
export interface Row {
  readonly what: string
  /** The median of all runs. */
  readonly seen: number
  readonly unit: string
  /** What `seen` is the ratio of, or `ratio` where that is another. */
  readonly ours?: string
  readonly reference?: string
  readonly ratio?: string
  readonly gate?: number
  readonly goal?: number
  readonly runs: readonly number[]
  readonly reached: string
  readonly isPeer?: boolean
}

/** docs/benchmarks.json, as `npm run bench -- --keep` writes it: what was measured of each part, if it ever was. */
export type Benchmarks = Readonly<
  Record<string, { readonly date: string; readonly node: string; readonly rows: readonly Row[] } | null>
>

const HEAD = ['what', 'ours', 'reference', 'ratio', 'gate', 'goal', 'verdict']

/** The tables of docs/performance.md, and what they don't say. */
export function benchmarkTables(benchmarks: Benchmarks): string {
  const parts = Object.entries(benchmarks)
  const rows = parts.flatMap(([, part]) => part?.rows ?? [])
  const peers = rows.filter(row => row.isPeer)
  const unmeasured = [
    ...parts.filter(([, part]) => part === null).map(([name]) => name),
    ...(peers.length === 0 ? ['other mock servers'] : []),
  ]
  const dated = parts.flatMap(([name, part]) => (part ? [`${name} on ${part.date}, Node ${part.node.slice(1)}`] : []))
  const own = rows.filter(row => !row.isPeer).map(lineOf)
  return [
    ...(dated.length > 0 ? [`Measured: ${dated.join('; ')}.`, table(HEAD, own)] : []),
    ...(peers.length > 0 ? [peersTable(benchmarks)] : []),
    ...(unmeasured.length > 0 ? [`Not measured in one run yet: ${unmeasured.join(', ')}.`] : []),
  ].join('\n\n')
}

/** Other servers, and ours first. */
export function peersTable(benchmarks: Benchmarks): string {
  const rows = Object.values(benchmarks).flatMap(part => part?.rows ?? [])
  const beside = rows.filter(({ what, isPeer }) => isPeer || what === 'create, answered at once')
  const ours = beside.toSorted((a, b) => Number(a.isPeer === true) - Number(b.isPeer === true))
  return table(['server', 'creates', 'raw node:http', 'ratio'], ours.map(peerOf))
}

function lineOf(row: Row): string[] {
  const { what, seen, unit, ours, reference = '', ratio, gate, goal, reached } = row
  const amount = `${inWords(seen)}${unit.startsWith('/') ? '' : ' '}${unit}`
  const isRatio = reference !== '' && ratio === undefined
  return [
    what,
    isRatio ? (ours ?? '') : `${amount}${spread(row)}`,
    reference,
    isRatio ? `${amount}${spread(row)}` : (ratio ?? ''),
    gate === undefined ? '' : inWords(gate),
    goal === undefined ? '' : inWords(goal),
    reached,
  ]
}

function peerOf(row: Row): string[] {
  const { what, seen, ours = '', reference = '', isPeer } = row
  return [isPeer ? what : 'mockling', ours, reference, `${inWords(seen)}${spread(row)}`]
}

/** The least and the most, of several runs. */
function spread({ runs }: Row): string {
  return runs.length > 1 ? ` (${inWords(Math.min(...runs))}–${inWords(Math.max(...runs))})` : ''
}

function inWords(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 3 })
}
