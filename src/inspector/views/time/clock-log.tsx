import { instantText, lengthText } from '../../format.ts'
import { useLive } from '../../live.ts'

/** A command to a clock, as the control door lists it. */
interface Entry {
  readonly seq: number
  readonly command: string
  readonly scope: string
  readonly from: number
  readonly to?: number
  readonly mode?: string
}

const MOST_SHOWN = 20

/** What was asked of clocks, the newest first. */
export function ClockLog() {
  const { value } = useLive<{ items: Entry[] }>('v1/clock/log')
  if (!value || value.items.length === 0) return null
  return (
    <section class="panel" aria-label="Commands to clocks">
      <h2>Commands to clocks</h2>
      <div class="scrolls" tabIndex={0} role="region" aria-label="Commands to clocks, newest first">
        <table>
          <thead>
            <tr>
              <th scope="col">command</th>
              <th scope="col">clock of</th>
              <th scope="col">it showed</th>
              <th scope="col">and moved by</th>
            </tr>
          </thead>
          <tbody>
            {value.items
              .slice(-MOST_SHOWN)
              .toReversed()
              .map(({ seq, command, scope, from, to, mode }) => (
                <tr key={seq}>
                  <td>
                    {command} {mode}
                  </td>
                  <td class="mono">{scope}</td>
                  <td>{instantText(from)}</td>
                  <td>{to === undefined ? 'under way' : to === from ? '–' : lengthText(to - from)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
