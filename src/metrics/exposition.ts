import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client'
import { type Counted, LATENESS_BOUNDS, type Labels, type Tally } from './tally.ts'

/** What is asked at each scrape. */
export interface Sources {
  readonly identity: { readonly version: string; readonly revision: string }
  readonly tally: Tally
  readonly overloads: () => ReadonlyMap<string, number>
  /** Numbers as they are now: by name, with what to call them. */
  readonly gauges: () => Promise<readonly Family[]>
  /** Entries that the journal had to let go. */
  readonly journalDropped: () => number
  /** How often a replica has missed entries of others. */
  readonly journalGaps: () => number
}

/** Numbers of one kind. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly values: readonly Counted[]
  /** Replicas have it together, and each tells all of it. */
  readonly isShared?: boolean
}

const SHARED = ' Of replicas each tells all of it: take the max, not the sum.'

/** The process's own, once for all simulators in it. */
let ofProcess: Registry | undefined

function processRegistry(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry()
    collectDefaultMetrics({ register: ofProcess })
  }
  return ofProcess
}

/** Everything as Prometheus reads it (text format 0.0.4). */
export async function expose(sources: Sources): Promise<{ type: string; text: string }> {
  const registry = new Registry()
  // Without the names of its labels, what has not happened yet would be a series without labels, which then stops.
  const counter = (name: string, help: string, values: readonly Counted[], labelNames = namesOf(values)) => {
    const made = new Counter({ name, help, labelNames, registers: [registry] })
    for (const { labels, value } of values) made.inc(labels, value)
  }
  const gauge = ({ name, help, values, isShared = false }: Family) => {
    const made = new Gauge({
      name,
      help: help + (isShared ? SHARED : ''),
      labelNames: namesOf(values),
      registers: [registry],
    })
    for (const { labels, value } of values) made.set(labels, value)
  }
  const { tally, identity } = sources
  const { requests, deliveries } = tally
  gauge({
    name: 'mockling_build_info',
    help: 'Which mockling this is; always 1.',
    values: [{ labels: { version: identity.version, revision: identity.revision }, value: 1 }],
  })
  const requestsHelp = 'Requests that have ended, but for those to our own door.'
  counter('mockling_requests_total', requestsHelp, requests.values, [...requests.names])
  counter('mockling_media_bytes_total', 'Bytes of videos handed to connections.', [of(tally.mediaBytes)])
  const deliveriesHelp = 'Tries to deliver a callback that are over.'
  counter('mockling_deliveries_total', deliveriesHelp, deliveries.values, [...deliveries.names])
  registry.registerMetric(latenessOf(tally))
  const overloads = [...sources.overloads()].map(([kind, value]) => ({ labels: { kind }, value }))
  counter('mockling_overloads_total', 'Answers of 503 because there was too much of something.', overloads)
  const droppedHelp = `Entries that had to make room, since the last reset.${SHARED}`
  counter('mockling_journal_dropped_entries_total', droppedHelp, [of(sources.journalDropped())])
  const gapsHelp = 'Times that this replica was away for longer than what happens at others is kept for it.'
  counter('mockling_journal_gaps_total', gapsHelp, [of(sources.journalGaps())])
  for (const family of await sources.gauges()) gauge(family)
  return { type: registry.contentType, text: await Registry.merge([registry, processRegistry()]).metrics() }
}

function namesOf(values: readonly Counted[]): string[] {
  return Object.keys(values[0]?.labels ?? {})
}

/** A number of its own. */
export function of(value: number, labels: Labels = {}): Counted {
  return { labels, value }
}

/** Counted by the tally all along, so that nothing but the counting has to be there before somebody asks. */
function latenessOf({ lateness, latenessSum }: Tally): Metric<string> {
  const name = 'mockling_delivery_lateness_seconds'
  const help = 'How long after its due instant, on the clock of its namespace, a callback was first sent.'
  const bounds: readonly (number | string)[] = [...LATENESS_BOUNDS, '+Inf']
  let count = 0
  const buckets = bounds.map((le, index) => {
    count += lateness[index] ?? 0
    return { metricName: `${name}_bucket`, labels: { le }, value: count }
  })
  const values = [
    ...buckets,
    { metricName: `${name}_sum`, labels: {}, value: latenessSum },
    { metricName: `${name}_count`, labels: {}, value: count },
  ]
  return { name, help, type: 'histogram', get: async () => ({ name, help, type: 'histogram', values }) } as never
}
