import { useEffect, useState } from 'preact/hooks'
import { after } from '../machine.ts'

interface CopyProps {
  /** Or what has to be asked for it. */
  readonly text: string | (() => Promise<string>)
  readonly label: string
  readonly children?: string
}

/** Copies a text, and says so for a while. */
export function Copy({ text, label, children = 'Copy' }: CopyProps) {
  const [said, setSaid] = useState('')
  useEffect(() => (said === '' ? undefined : after(1500, () => setSaid(''))), [said])
  const copy = async () => {
    const whole = typeof text === 'string' ? text : await text().catch(() => undefined)
    setSaid(whole !== undefined && (await copied(whole)) ? 'Copied' : 'Can’t copy here')
  }
  return (
    <button type="button" class="small" aria-label={label} onClick={() => void copy()}>
      <span aria-live="polite">{said || children}</span>
    </button>
  )
}

/** Only pages of secure origins may write to the clipboard by its own interface. */
async function copied(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    )
  }
  const area = document.createElement('textarea')
  area.value = text
  document.body.append(area)
  area.select()
  const isDone = document.execCommand('copy')
  area.remove()
  return isDone
}
