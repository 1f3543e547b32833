import type { ComponentChildren } from 'preact'
import { useCursor } from '../keys.ts'
import { hrefWithin } from '../route.ts'
import { type Heads, Row, RowHead } from './row.tsx'

interface SplitProps {
  readonly label: string
  readonly tools: ComponentChildren
  readonly list: ComponentChildren
  /** What is chosen, in full. */
  readonly detail?: ComponentChildren
}

/** A list beside what is chosen in it. */
export function Split({ label, tools, list, detail }: SplitProps) {
  return (
    <div class={`split ${detail ? 'chosen' : ''}`}>
      <section class="list" aria-label={label}>
        <div class="tools" role="search" aria-label={`Filter ${label.toLowerCase()}`}>
          {tools}
        </div>
        {list}
      </section>
      {detail}
    </div>
  )
}

/** One thing in full, beside the list it is from. */
export function Detail({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <article class="detail" aria-label={label} tabIndex={0}>
      {children}
    </article>
  )
}

/** Leads back to the list alone. */
export function Close() {
  return (
    <a class="close" href={hrefWithin(undefined)}>
      Close <kbd>esc</kbd>
    </a>
  )
}

interface TableProps {
  readonly label: string
  /** Names columns.css knows the widths by. */
  readonly kind: string
  readonly heads: Heads
  readonly rows: readonly { readonly id: string; readonly cells: readonly ComponentChildren[] }[]
  readonly openId: string | undefined
}

/** Some rows, of which one may be open; keys go through them. */
export function Rows({ label, kind, heads, rows, openId }: TableProps) {
  const placeOf = (wanted: string) => rows.findIndex(({ id }) => id === wanted)
  const openAt = openId === undefined ? -1 : placeOf(openId)
  const { at } = useCursor({ total: rows.length, openId, placeOf, idAt: place => rows[place]?.id })
  return (
    <div class={`table ${kind}`} role="table" aria-label={label}>
      <RowHead heads={heads} />
      <div class="scroller" role="rowgroup" tabIndex={0}>
        {rows.map(({ id, cells }, index) => (
          <Row
            key={id}
            index={index}
            id={id}
            heads={heads}
            cells={cells}
            isOpen={index === openAt}
            isCursor={index === at}
            place={index === at ? inSight : null}
          />
        ))}
      </div>
    </div>
  )
}

function inSight(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' })
}
