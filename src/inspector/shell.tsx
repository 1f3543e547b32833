import type { ComponentChildren } from 'preact'
import { modeText, nowOf, serverClock } from './clocks.ts'
import { instantText } from './format.ts'
import { connection, lost } from './live.ts'
import { hrefTo } from './route.ts'
import { nextTheme, theme } from './theme.ts'
import { VIEWS } from './views.ts'

const SAID = {
  connecting: 'connecting',
  live: 'live',
  away: 'reconnecting',
  locked: 'locked',
} as const

/** What is around every view: where one can go, how late it is, whether the server is there. */
export function Shell({ current, children }: { current: string; children: ComponentChildren }) {
  return (
    <div class="shell">
      <header>
        <a class="brand" href="#/tasks">
          mockling
        </a>
        <nav aria-label="Views">
          {VIEWS.map(({ name, title }) => (
            <a
              key={name}
              href={hrefTo(name)}
              {...(name === current && { 'aria-current': 'page' as const, ref: inSight })}
            >
              {title}
            </a>
          ))}
        </nav>
        <div class="present">
          <ServerClock />
          <span class={`connection ${connection.value}`} role="status">
            {SAID[connection.value]}
          </span>
          <button type="button" class="small" onClick={nextTheme} title="Change the theme">
            <span class="unseen">Theme: </span>
            {theme.value}
          </button>
        </div>
      </header>
      <main>
        <h1 class="unseen">{VIEWS.find(({ name }) => name === current)?.title}</h1>
        <Stale />
        {children}
      </main>
    </div>
  )
}

/** Says that what is shown is old. */
function Stale() {
  if (!lost.value) return null
  return (
    <p class="stale" role="status">
      <strong>Connection lost.</strong> Showing what was known at <time>{lost.value.at}</time>. Trying again.
    </p>
  )
}

/** Where there is no room for all of them. */
function inSight(link: HTMLElement | null): void {
  link?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

function ServerClock() {
  const seen = serverClock.value
  if (!seen) return null
  return (
    <a class="clock" href={hrefTo('time')} title="The server’s clock, UTC">
      <time>{instantText(nowOf()).slice(0, 19)}</time> <span class="mode">{modeText(seen.clock)}</span>
    </a>
  )
}
