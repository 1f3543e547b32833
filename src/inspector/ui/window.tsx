import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Cursor } from '../keys.ts'

/** As high as a row is in list.css. */
export const ROW = 34

/** Rows beyond what can be seen, on either side. */
const SPARE = 10

interface WindowProps {
  readonly total: number
  /** Which rows can be seen, changed as they scroll. */
  readonly onWindow: (first: number, count: number, isAtTop: boolean) => void
  readonly row: (index: number) => ComponentChildren
  /** The row that is brought in sight when keys move to it. */
  readonly cursor: Cursor
  readonly label: string
}

/** Rows of one height, of which only those that can be seen are there. */
export function Window({ total, onWindow, row, cursor, label }: WindowProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const [[first, count, isAtTop], setSeen] = useState<readonly [number, number, boolean]>([0, 40, true])

  const look = () => {
    const { scrollTop = 0, clientHeight = 0 } = scroller.current ?? {}
    const from = Math.max(0, Math.floor(scrollTop / ROW) - SPARE)
    setSeen([from, Math.ceil(clientHeight / ROW) + 2 * SPARE, scrollTop < ROW])
  }

  useLayoutEffect(() => {
    const { current } = scroller
    if (!current) return
    look()
    const observer = new ResizeObserver(look)
    observer.observe(current)
    return () => observer.disconnect()
  }, [])
  useEffect(() => onWindow(first, count, isAtTop), [first, count, isAtTop])

  // What came at the top does not move what somebody looks at further down.
  const before = useRef(total)
  useLayoutEffect(() => {
    const { current } = scroller
    const more = total - before.current
    before.current = total
    if (current && current.scrollTop > ROW && more > 0) current.scrollTop += more * ROW
  }, [total])

  const isNew = useRef(true)
  useLayoutEffect(() => {
    const { current } = scroller
    // A list begins at its top, wherever keys were in the one before it.
    if (!current || cursor.at < 0 || isNew.current) {
      isNew.current = false
      return
    }
    const top = cursor.at * ROW
    if (top < current.scrollTop) current.scrollTop = top
    else if (top + ROW > current.scrollTop + current.clientHeight) current.scrollTop = top + ROW - current.clientHeight
    // Not when it is moved by what came above: somebody may look elsewhere.
  }, [cursor.id ?? cursor.at])

  const last = Math.min(total, first + count)
  const indices = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index)
  return (
    <div class="scroller" role="rowgroup" aria-label={label} tabIndex={0} ref={scroller} onScroll={look}>
      <div role="none" style={{ height: `${total * ROW}px`, position: 'relative' }}>
        <div role="none" style={{ transform: `translateY(${first * ROW}px)` }}>
          {indices.map(row)}
        </div>
      </div>
    </div>
  )
}
