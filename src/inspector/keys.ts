import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

/** Has keys do things while the component is there, but not while something is typed. */
export function useKeys(act: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      const isTyping = event.target instanceof HTMLElement && event.target.matches('input, select, textarea')
      if (isTyping && event.key === 'Escape') (event.target as HTMLElement).blur()
      // On a link or button Enter is its own.
      const isOwn =
        event.key === 'Enter' && event.target instanceof HTMLElement && event.target.matches('a, button, summary')
      if (isTyping || isOwn || !act[event.key]) return
      event.preventDefault()
      act[event.key]?.()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  })
}

/** The row that keys are at, −1 being none: that of what is open, wherever it has got to. */
export function useCursor(openAt: number): Signal<number> {
  const cursor = useSignal(openAt)
  useEffect(() => {
    if (openAt >= 0) cursor.value = openAt
  }, [openAt])
  return cursor
}
