import { z } from 'zod'
import type { Condition } from '../journal/conditions.ts'
import type { Entry } from '../journal/journal.ts'
import type { NearMiss } from '../journal/near-misses.ts'
import { conditionText, shortHash } from '../journal/wording.ts'
import { JournalEntry } from './shapes.ts'

/** How the journal and what is read from it are shown: namespaces by their first digits only. */

/** An entry as shown. */
export function shown<E extends Entry>(entry: E): E {
  return { ...entry, namespace: shortHash(entry.namespace) }
}

/** That there is an entry, and of what. */
export function brief({
  kind,
  seq,
  at,
  namespace,
  taskId,
}: Entry): Pick<Entry, 'kind' | 'seq' | 'at' | 'namespace' | 'taskId'> {
  return { kind, seq, at, namespace: shortHash(namespace), ...(taskId !== undefined && { taskId }) }
}

export const DroppedView = z
  .strictObject({
    entries: z.int(),
    requests: z.int(),
    downloads: z.int(),
    callbacks: z.int(),
    accepted: z.int().describe('Accepted creates among the requests: money and duplicates know nothing of them.'),
    lastSeq: z.int().describe('Place of the last one that went; 0 if none did.'),
  })
  .meta({ id: 'Dropped', description: 'What had to go to make room.' })

const ConditionView = z.strictObject({
  name: z.string().describe('The part of the filter; of a body with the path in it.'),
  expected: z.unknown(),
  got: z.unknown().optional().describe('Absent if the entry has nothing of the kind.'),
  text: z.string().describe('The same in words.'),
})

export const NearMissView = z
  .strictObject({
    entry: JournalEntry,
    held: z.int().describe('Parts of the filter that hold.'),
    failed: z.array(ConditionView).describe('The others.'),
  })
  .meta({ id: 'NearMiss', description: 'An entry that a filter was almost about.' })

export function nearMissView({ entry, held, failed }: NearMiss): z.infer<typeof NearMissView> {
  return { entry: shown(entry), held, failed: failed.map(conditionView) }
}

function conditionView(condition: Condition): z.infer<typeof ConditionView> {
  const { name, expected, got } = condition
  const isHash = name === 'namespace'
  const told = (value: unknown) => (isHash && typeof value === 'string' ? shortHash(value) : value)
  return { name, expected: told(expected), got: told(got), text: conditionText(condition) }
}
