import type { Ref } from 'preact'
import { useId } from 'preact/hooks'

interface FieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  /** Seen only by screen readers. */
  readonly isLabelHidden?: boolean
}

/** A choice among few. */
export function Choice({
  label,
  value,
  onChange,
  isLabelHidden = false,
  options,
}: FieldProps & { readonly options: readonly (readonly [value: string, text: string])[] }) {
  const id = useId()
  // One may come by the address that is not known yet, or no more.
  const all = options.some(([option]) => option === value) ? options : [...options, [value, value] as const]
  return (
    <span class="field">
      <label for={id} class={isLabelHidden ? 'unseen' : ''}>
        {label}
      </label>
      <select id={id} value={value} onChange={event => onChange(event.currentTarget.value)}>
        {all.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </span>
  )
}

/** A line of text. */
export function TextField({
  label,
  value,
  onChange,
  isLabelHidden = false,
  placeholder,
  type = 'text',
  inputRef,
  isLong = false,
}: FieldProps & {
  /** It takes the room there is. */
  readonly isLong?: boolean
  readonly placeholder?: string
  readonly type?: 'text' | 'search' | 'number' | 'password'
  readonly inputRef?: Ref<HTMLInputElement>
}) {
  const id = useId()
  return (
    <span class={isLong ? 'field grow' : 'field'}>
      <label for={id} class={isLabelHidden ? 'unseen' : ''}>
        {label}
      </label>
      <input
        id={id}
        {...({ type } as { type: 'text' })}
        value={value}
        placeholder={placeholder ?? ''}
        autocomplete="off"
        spellcheck={false}
        ref={inputRef ?? null}
        onInput={event => onChange(event.currentTarget.value)}
      />
    </span>
  )
}

/** Several lines of text. */
export function TextArea({ label, value, onChange, rows = 8 }: FieldProps & { readonly rows?: number }) {
  const id = useId()
  return (
    <span class="field wide">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        rows={rows}
        value={value}
        spellcheck={false}
        onInput={event => onChange(event.currentTarget.value)}
      />
    </span>
  )
}
