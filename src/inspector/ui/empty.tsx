import type { ComponentChildren } from 'preact'

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
    <pre class="snippet" tabIndex={0} role="region" aria-label={label}>
      {text}
    </pre>
  )
}
