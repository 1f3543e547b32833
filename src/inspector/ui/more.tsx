import { useState } from 'preact/hooks'

/** How much of a list is shown: `step` at first, and as much more each time that it is asked for. */
export function useMost(step: number): readonly [most: number, showMore: () => void] {
  const [most, setMost] = useState(step)
  return [most, () => setMost(most + step)]
}

interface MoreProps {
  /** What is not shown, in words. */
  readonly text: string
  /** Of what. */
  readonly label: string
  readonly onMore: () => void
}

/** Says that there is more of a list than is shown. */
export function More({ text, label, onMore }: MoreProps) {
  return (
    <p class="dim more">
      {text}{' '}
      <button type="button" class="small" onClick={onMore}>
        Show more<span class="unseen"> of {label}</span>
      </button>
    </p>
  )
}
