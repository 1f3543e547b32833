import { useEffect } from 'preact/hooks'
import type { NamespaceView } from '../control/namespace-routes.ts'
import type { ClockState } from '../control/shapes.ts'
import { isLocked } from './api.ts'
import { sawNamespaces, sawServerClock } from './clocks.ts'
import { KeyEntry } from './key-entry.tsx'
import { useLive } from './live.ts'
import { route } from './route.ts'
import { Shell } from './shell.tsx'
import { VIEWS } from './views.ts'

/** How often clocks are looked at: people command them elsewhere, too. */
const CLOCKS_MS = 2000

/** The whole page. */
export function App() {
  const clock = useLive<ClockState>('v1/clock', { most: CLOCKS_MS }).value
  const namespaces = useLive<{ items: NamespaceView[] }>('v1/namespaces?limit=1000', {
    least: CLOCKS_MS,
    most: CLOCKS_MS,
  }).value
  useEffect(() => clock && sawServerClock(clock), [clock])
  useEffect(() => namespaces && sawNamespaces(namespaces.items), [namespaces])

  const view = VIEWS.find(({ name }) => name === route.value.view) ?? VIEWS[0]
  useEffect(() => {
    document.title = `${view?.title ?? ''} · mockling inspector`
  }, [view])
  if (isLocked.value) return <KeyEntry />
  if (!view) return null
  return (
    <Shell current={view.name}>
      <view.Show key={view.name} />
    </Shell>
  )
}
