import type { Purchase } from '../../../journal/ledger.ts'
import { creditsText, instantText } from '../../format.ts'
import { hrefTo } from '../../route.ts'
import { Badge } from '../../ui/badge.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Rest } from '../../ui/more.tsx'
import { Said } from '../../ui/text.tsx'

interface PurchasesProps {
  /** The newest, oldest first. */
  readonly purchases: readonly Purchase[]
  /** How many there are. */
  readonly count: number
  readonly onMore: () => void
}

/** The ledger: accepted creates and their prices, the newest first. */
export function Purchases({ purchases, count, onMore }: PurchasesProps) {
  return (
    <section class="panel" aria-label="Ledger">
      <h2>Ledger</h2>
      {purchases.length === 0 ? (
        <Empty title="Nothing was bought yet">
          <p>Every accepted create shows up here with what the real one would cost, by the vendor’s prices.</p>
        </Empty>
      ) : (
        <div class="scrolls" tabIndex={0} role="region" aria-label="Ledger, newest first">
          <table class="ledger">
            <thead>
              <tr>
                <th scope="col">state</th>
                <th scope="col" class="number">
                  Credits
                </th>
                <th scope="col">model</th>
                <th scope="col">mode</th>
                <th scope="col">action</th>
                <th scope="col">accepted</th>
                <th scope="col">token</th>
                <th scope="col">task</th>
              </tr>
            </thead>
            <tbody>
              {purchases.toReversed().map(({ taskId, state, credits, model, mode, action, at, namespace }) => (
                <tr key={taskId}>
                  <td>
                    <Badge state={state} />
                  </td>
                  <td class="number">{creditsText(credits)}</td>
                  <td>
                    <Said text={model ?? '–'} most={40} />
                  </td>
                  <td>{mode ?? '–'}</td>
                  <td>{action ?? '–'}</td>
                  <td>{instantText(at)}</td>
                  <td class="mono">{namespace}</td>
                  <td>
                    <a class="mono" href={hrefTo('tasks', taskId)}>
                      {taskId.slice(0, 8)}
                    </a>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Rest count={count - purchases.length} one="earlier purchase" label="the ledger" onMore={onMore} />
    </section>
  )
}
