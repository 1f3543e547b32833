import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { messageOf } from '../format.ts'
import { touch } from '../live.ts'

/** Whether a command is under way, and what it was refused for. */
export function useCommand() {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const run = async (act: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true)
    setProblem('')
    try {
      await act()
      touch()
      return true
    } catch (error) {
      setProblem(messageOf(error))
      return false
    } finally {
      setBusy(false)
    }
  }
  return { isBusy, problem, run }
}

/** A button that gives a command, with the reason if it is refused. */
export function CommandButton({
  act,
  children,
  kind = '',
  isOff = false,
}: {
  act: () => Promise<unknown>
  children: ComponentChildren
  kind?: 'primary' | 'danger' | 'small' | ''
  /** Something that it needs is missing. */
  isOff?: boolean
}) {
  const { isBusy, problem, run } = useCommand()
  return (
    <span class="command">
      <button type="button" class={kind} disabled={isBusy || isOff} onClick={() => void run(act)}>
        {children}
      </button>
      <Problem text={problem} />
    </span>
  )
}

/** Why something could not be had. */
export function Problem({ text }: { text: string | undefined }) {
  if (!text) return null
  return (
    <p class="problem" role="alert">
      {text}
    </p>
  )
}
