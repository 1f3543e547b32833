import { useState } from 'preact/hooks'
import { countText, prettyJson, visible } from '../format.ts'
import { Copy } from './copy.tsx'

/** More than this is shown only when it is asked for. */
const MOST_SHOWN = 20_000

/** Text of other people's: as text, whatever stands in it. */
export function Said({ text, most = 200 }: { text: string; most?: number }) {
  const shown = text.length > most ? `${text.slice(0, most)}…` : text
  return <bdi class="said">{visible(shown)}</bdi>
}

interface BodyProps {
  readonly of: unknown
  readonly label: string
  /** Characters of the whole, where `of` is only the beginning of it. */
  readonly whole?: number | undefined
}

/** A body: JSON laid out, anything else as it is. */
export function Body({ of, label, whole }: BodyProps) {
  const [isWhole, setWhole] = useState(false)
  const text = prettyJson(of)
  const isLong = text.length > MOST_SHOWN
  return (
    <div class="body">
      <pre tabIndex={0} role="region" aria-label={label}>
        {visible(isLong && !isWhole ? `${text.slice(0, MOST_SHOWN)}…` : text)}
      </pre>
      <div class="body-tools">
        {isLong && !isWhole && (
          <button type="button" class="small" onClick={() => setWhole(true)}>
            Show all {text.length.toLocaleString('en')} characters
          </button>
        )}
        <Copy text={text} label={`Copy ${label.toLowerCase()}`} />
      </div>
      {whole !== undefined && (
        <p class="dim">
          The journal kept the first {text.length.toLocaleString('en')} of {countText(whole, 'character')}.
        </p>
      )}
    </div>
  )
}

/** Headers, one a line, in their order. */
export function Headers({ of, label }: { of: readonly (readonly [string, unknown])[]; label: string }) {
  const lines = of.filter(([, value]) => value !== undefined)
  if (lines.length === 0) return null
  return (
    <details>
      <summary>
        {label} ({lines.length})
      </summary>
      <dl class="headers">
        {lines.map(([name, value], index) => (
          <div key={index}>
            <dt>
              <Said text={name} />
            </dt>
            <dd>
              <Said text={String(value)} most={2000} />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
