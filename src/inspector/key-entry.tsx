import { useState } from 'preact/hooks'
import { hasKey, unlock } from './api.ts'
import { TextField } from './ui/field.tsx'

/** Nothing else can be done there. */
function inFocus(field: HTMLInputElement | null): void {
  field?.focus()
}

/** Asks for the control key, where the door asks for it. */
export function KeyEntry() {
  const [entered, setEntered] = useState('')
  return (
    <main class="key-entry">
      <form
        onSubmit={event => {
          event.preventDefault()
          if (entered !== '') unlock(entered)
        }}
      >
        <h1>mockling inspector</h1>
        <p>
          This control door asks for its key: the one of <code>--control-key</code>, or the one printed at start.
        </p>
        {hasKey() && (
          <p class="problem" role="alert">
            The key that was entered is not the right one.
          </p>
        )}
        <TextField label="Control key" type="password" value={entered} onChange={setEntered} inputRef={inFocus} />
        <button type="submit" class="primary">
          Open
        </button>
        <p class="dim">It is kept for this tab alone.</p>
      </form>
    </main>
  )
}
