import { z } from 'zod'
import { type Evidence, GRADES } from './evidence.ts'
import { REVISIONS } from './revisions.ts'

/** How the simulator words a refusal, and by which rule; without a rule, one for whatever is asked. */
const OwnWords = z.object({
  rule: z.string().optional(),
  field: z.string().optional(),
  message: z.string(),
  /** Of the text. */
  grade: z.enum(GRADES),
})

export type OwnWords = z.output<typeof OwnWords>

/** What a server answered to one case of the contract suite: one line of an evidence file. */
export const Observation = z.object({
  case: z.string(),
  /** Scheme and host that were asked. */
  target: z.string(),
  /** It was a mockling, which proves nothing about the API. */
  simulated: z.literal(true).optional(),
  revision: z.enum(REVISIONS),
  /** ISO 8601, UTC. */
  date: z.iso.datetime(),
  verdict: z.enum(['kept', 'broken']),
  /** Of the promise. */
  source: z.string(),
  grade: z.enum(GRADES),
  status: z.int().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  shape: z.unknown().optional(),
  sha256: z.string().optional(),
  /** What the simulator says in that place. */
  ours: OwnWords.optional(),
  differences: z.array(z.object({ at: z.string(), promised: z.string(), seen: z.string() })).optional(),
})

export type Observation = z.output<typeof Observation>

/** A refusal in the words of the API. */
export interface Seen {
  readonly message: string
  /** Absent: that of the code, which is documented. */
  readonly status?: number
  readonly text: Evidence
}

/** What the simulator says by its own choice, as the API was seen to say it. */
export class SeenWords {
  readonly #seen = new Map<string, Seen & { readonly values: readonly string[] }>()

  /** Later observations win. Those of a mockling, and of texts that are documented, are left aside. */
  constructor(observations: readonly Observation[] = []) {
    const sorted = observations.toSorted((one, other) => (one.date < other.date ? -1 : 1))
    for (const { simulated, ours, message, status, grade, target, date } of sorted) {
      if (simulated || ours?.grade !== 'chosen' || !message || status === undefined || status < 400) continue
      const text = { source: `seen at ${target} on ${date.slice(0, 10)}`, grade: 'observed' } as const
      const values = valuesIn(ours.message)
      this.#seen.set(keyOf(ours), { message, text, values, ...(grade === 'chosen' && { status }) })
    }
  }

  /** The refusal as it was seen, with the values of this one; `undefined` if it was not. */
  of(ours: Omit<OwnWords, 'grade'>): Seen | undefined {
    const seen = this.#seen.get(keyOf(ours))
    if (!seen) return undefined
    const { values, ...rest } = seen
    return { ...rest, message: filled(rest.message, values, valuesIn(ours.message)) }
  }
}

/** What a message quotes of a request: texts in single quotes, and numbers. */
const VALUE = /'[^']*'|\d+(?:\.\d+)?/g

/** The same for all messages that differ only in what they quote. */
function keyOf({ rule = '', field = '', message }: Omit<OwnWords, 'grade'>): string {
  return JSON.stringify([rule, field, message.replace(VALUE, '…')])
}

function valuesIn(message: string): string[] {
  return (message.match(VALUE) ?? []).map(value => value.replace(/^'|'$/g, ''))
}

/** `message` with `now` in the places of `then`. */
function filled(message: string, then: readonly string[], now: readonly string[]): string {
  const known = then.filter(value => value !== '')
  if (known.length === 0) return message
  const words = known.toSorted((one, other) => other.length - one.length).map(escaped)
  const whole = new RegExp(`(?<![\\w.])(?:${words.join('|')})(?![\\w]|\\.\\d)`, 'g')
  return message.replace(whole, value => now[then.indexOf(value)] ?? value)
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
