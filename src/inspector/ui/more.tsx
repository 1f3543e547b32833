import { useState } from 'preact/hooks'
import { countText } from '../format.ts'

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

interface RestProps extends Omit<MoreProps, 'text'> {
  /** How many are not shown. */
  readonly count: number
  /** What one of them is. */
  readonly one: string
}

/** The same by their number, if there are any. */
export function Rest({ count, one, label, onMore }: RestProps) {
  return count > 0 ? <More text={`${countText(count, one)}.`} label={label} onMore={onMore} /> : null
}
