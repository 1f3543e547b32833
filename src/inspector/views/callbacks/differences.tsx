import type { CallbackEntry } from '../../../journal/entries.ts'
import { prettyJson, visible } from '../../format.ts'
import { differencesOf } from './lines.ts'

/** Two attempts, line by line: what is only in the one, and only in the other. */
export function Differences({ before, after }: { before: CallbackEntry; after: CallbackEntry }) {
  const lines = differencesOf(textOf(before), textOf(after))
  if (lines.every(({ side }) => side === 'both')) return <p>They are the same.</p>
  return (
    <>
      <p class="dim">− is the one chosen, + the one above.</p>
      <pre class="differences" tabIndex={0} role="region" aria-label="Differences">
        {lines.map(({ side, text }, index) => (
          <span key={index} class={side}>
            {`${side === 'before' ? '−' : side === 'after' ? '+' : ' '} ${visible(text)}\n`}
          </span>
        ))}
      </pre>
    </>
  )
}

function textOf({ url, requestHeaders, requestBody, outcome, status, responseBody }: CallbackEntry): string[] {
  const headers = Object.entries(requestHeaders).map(([name, value]) => `${name}: ${value}`)
  const sent = [`POST ${url}`, ...headers.toSorted(), '', ...prettyJson(requestBody).split('\n')]
  return [...sent, '', `${outcome} ${status ?? ''}`, ...prettyJson(responseBody ?? '').split('\n')]
}
