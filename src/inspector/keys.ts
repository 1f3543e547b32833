import { useEffect, useRef, useState } from 'preact/hooks'
import { goTo, hrefWithin } from './route.ts'

/** Has keys do things while the component is there, but not while something is typed. */
function useKeys(act: Readonly<Record<string, () => unknown>>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      const isTyping = event.target instanceof HTMLElement && event.target.matches('input, select, textarea')
      if (isTyping && event.key === 'Escape') (event.target as HTMLElement).blur()
      // On a link or button Enter is its own.
      const isOwn =
        event.key === 'Enter' && event.target instanceof HTMLElement && event.target.matches('a, button, summary')
      // What is shown in full scrolls by arrows, and a video is wound by them.
      const isScrolling =
        event.key.startsWith('Arrow') && event.target instanceof HTMLElement && event.target.closest('.detail')
      if (isTyping || isOwn || isScrolling || !act[event.key]) return
      event.preventDefault()
      act[event.key]?.()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  })
}

/** A list as far as it is known. */
interface List {
  readonly total: number
  readonly openId: string | undefined
  /** Where something stands; −1 if that is not known. */
  readonly placeOf: (id: string) => number
  /** What stands there, if that is known. */
  readonly idAt: (place: number) => string | undefined
}

/** The row that keys are at: it stays with what is in it, wherever that has got to. */
export interface Cursor {
  readonly id: string | undefined
  /** −1: at none. */
  readonly at: number
}

/** Has the keys j, k, the arrows, Enter and Escape go through a list. */
export function useCursor({ total, openId, placeOf, idAt }: List, more: Readonly<Record<string, () => void>> = {}) {
  const held = useRef<Cursor>({ id: openId, at: -1 })
  const [, redraw] = useState({})
  const hold = (cursor: Cursor) => {
    held.current = cursor
    redraw({})
  }
  useEffect(() => {
    if (openId !== undefined) hold({ id: openId, at: placeOf(openId) })
  }, [openId])

  const { at, id = idAt(at) } = held.current
  const place = id === undefined ? -1 : placeOf(id)
  held.current = { id, at: place < 0 ? at : place }

  const move = (by: number) => {
    const to = Math.max(0, Math.min(total - 1, held.current.at + by))
    const next = idAt(to)
    hold({ id: next, at: to })
    if (openId !== undefined && next !== undefined) goTo(hrefWithin(next))
  }
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => held.current.id !== undefined && goTo(hrefWithin(held.current.id)),
    Escape: () => openId !== undefined && goTo(hrefWithin(undefined)),
    ...more,
  })
  return held.current
}
