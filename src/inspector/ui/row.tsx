import type { ComponentChildren, Ref } from 'preact'
import { hrefWithin } from '../route.ts'

/** Titles of columns, with their classes. */
export type Heads = readonly (readonly [text: string, classes?: string])[]

export function RowHead({ heads }: { heads: Heads }) {
  return (
    <div role="rowgroup">
      <div class="row head" role="row" aria-rowindex={1}>
        {heads.map(([text, classes = '']) => (
          <span key={text} role="columnheader" class={classes}>
            {text}
          </span>
        ))}
      </div>
    </div>
  )
}

interface RowProps {
  readonly index: number
  readonly heads: Heads
  /** Of what it leads to. Absent, with the cells, while that is on its way. */
  readonly id: string | undefined
  readonly cells: readonly ComponentChildren[] | undefined
  readonly isOpen: boolean
  readonly isCursor: boolean
  readonly place?: Ref<HTMLDivElement>
}

/** A row, the first cell of which is a link to all of it. */
export function Row({ index, heads, id, cells, isOpen, isCursor, place = null }: RowProps) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      class={`row ${isOpen ? 'open' : ''} ${isCursor ? 'cursor' : ''}`}
      ref={place}
    >
      {cells === undefined && (
        <span role="cell" class="dim">
          …
        </span>
      )}
      {cells?.map((cell, column) => (
        <span key={heads[column]?.[0]} role="cell" class={heads[column]?.[1] ?? ''}>
          {column === 0 ? (
            <a href={hrefWithin(id)} {...(isOpen && { 'aria-current': 'true' as const })}>
              {cell}
            </a>
          ) : (
            cell
          )}
        </span>
      ))}
    </div>
  )
}
