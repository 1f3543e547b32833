import type { ComponentChildren } from 'preact'
import type { Entry } from '../../journal/entries.ts'
import type { Entries } from '../entries.ts'
import { useCursor } from '../keys.ts'
import { type Heads, Row, RowHead } from './row.tsx'
import { Window } from './window.tsx'

interface EntryTableProps<E extends Entry> {
  readonly label: string
  /** Names columns.css knows the widths by. */
  readonly kind: string
  readonly heads: Heads
  readonly entries: Entries<E>
  readonly cellsOf: (entry: E) => readonly ComponentChildren[]
  readonly openId: string | undefined
}

/** Entries of the journal, the newest first, of which those that can be seen are there; keys go through them. */
export function EntryTable<E extends Entry>({ label, kind, heads, entries, cellsOf, openId }: EntryTableProps<E>) {
  const { total, at, placeOf, onWindow, list } = entries
  const idAt = (place: number) => at(place)?.seq.toString()
  const cursor = useCursor({ total, openId, placeOf, idAt })
  const openAt = openId === undefined ? -1 : placeOf(openId)
  return (
    <div class={`table ${kind}`} role="table" aria-label={label} aria-rowcount={total + 1}>
      <RowHead heads={heads} />
      <Window
        key={list}
        total={total}
        label={label}
        cursor={cursor}
        onWindow={onWindow}
        row={index => {
          const entry = at(index)
          return (
            <Row
              key={index}
              index={index}
              id={idAt(index)}
              heads={heads}
              cells={entry && cellsOf(entry)}
              isOpen={index === openAt}
              isCursor={index === cursor.at}
            />
          )
        }}
      />
    </div>
  )
}
