import type { ComponentChildren } from 'preact'
import { Copy } from './copy.tsx'

/** Where there is nothing: says so, and what to do next. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  )
}

/** What to put into a terminal. */
export function Snippet({ text, label }: { text: string; label: string }) {
  return (
    <div class="body">
      <pre class="snippet" tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
      <div class="body-tools">
        <Copy text={text} label={`Copy ${label.toLowerCase()}`} />
      </div>
    </div>
  )
}
