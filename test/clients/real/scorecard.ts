import { it } from 'vitest'
import { anchorOf } from '../../documents/blocks.ts'
import { pinned } from './place.ts'

/** How a client did: which of its workflows ended in a video, which were refused, and what is wrong with it. */
export interface Scorecard {
  /** A workflow that came to its end, under a revision: `done`, or `refused` where the revision does not offer it. */
  note(revision: string, name: string, end: 'done' | 'refused'): void
  /** A test of what the client itself does wrong. `name` completes "the client …", and docs/discoveries.md has it as a heading. */
  fault(name: string, run: () => Promise<void>): void
  /** Headings of docs/discoveries.md. */
  headings(): string[]
  /** Rows of the table in docs/reference/clients.md. */
  rows(): string[][]
}

export const HEAD = [
  'client',
  'version',
  'workflows that end in a video',
  'refused, as that revision does',
  'known faults',
]

export function scorecard(client: string): Scorecard {
  const ends = { done: new Map<string, string[]>(), refused: new Map<string, string[]>() }
  const faults: string[] = []
  const headings = () => faults.map(name => `\`${client}\` ${name}`)
  return {
    note(revision, name, end) {
      ends[end].set(revision, [...(ends[end].get(revision) ?? []), name])
    },
    fault(name, run) {
      it(`errs: ${name}`, async () => {
        await run()
        faults.push(name)
      })
    },
    headings,
    rows: () => [
      [
        `\`${client}\``,
        pinned(client),
        ...[ends.done, ends.refused].map(listed),
        headings()
          .map(heading => `[${heading.replace(`\`${client}\` `, '')}](../discoveries.md#${anchorOf(heading)})`)
          .join('<br>'),
      ],
    ],
  }
}

/** Each list of names once, after the revisions it is true of. */
function listed(names: ReadonlyMap<string, readonly string[]>): string {
  const revisions = new Map<string, string[]>()
  for (const [revision, list] of names) {
    const text = `(${list.length}): ${list.join(', ')}`
    revisions.set(text, [...(revisions.get(text) ?? []), revision])
  }
  return [...revisions].map(([text, of]) => `${of.map(one => `\`${one}\``).join(', ')} ${text}`).join('<br>')
}

/** Where a heading is found on a page, as GitHub names it. */
