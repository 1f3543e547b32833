import { useState } from 'preact/hooks'
import { prettyJson, visible } from '../format.ts'
import { Copy } from './copy.tsx'

/** More than this is shown only when it is asked for. */
const MOST_SHOWN = 20_000

/** Text of other people's: as text, whatever stands in it. */
export function Said({ text, most = 200 }: { text: string; most?: number }) {
  const shown = text.length > most ? `${text.slice(0, most)}…` : text
  return <bdi class="said">{visible(shown)}</bdi>
}

/** A body: JSON laid out, anything else as it is. */
export function Body({ of, label }: { of: unknown; label: string }) {
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
    </div>
  )
}

/** Headers, one a line. */
export function Headers({ of, label }: { of: Readonly<Record<string, unknown>>; label: string }) {
  const lines = Object.entries(of).filter(([, value]) => value !== undefined)
  if (lines.length === 0) return null
  return (
    <details>
      <summary>
        {label} ({lines.length})
      </summary>
      <dl class="headers">
        {lines.map(([name, value]) => (
          <div key={name}>
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
