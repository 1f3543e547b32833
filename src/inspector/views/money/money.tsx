import type { Report } from '../../../control/books.ts'
import { queryOf } from '../../api.ts'
import { creditsText } from '../../format.ts'
import { useLive } from '../../live.ts'
import { route, setQuery } from '../../route.ts'
import { Problem } from '../../ui/command.tsx'
import { Copy } from '../../ui/copy.tsx'
import { TokenChoice } from '../../ui/token-choice.tsx'
import { DuplicateList } from './duplicates.tsx'
import { MannerList } from './manners.tsx'
import { Purchases } from './purchases.tsx'

/** What was bought, what twice, and how tasks were polled. */
export function MoneyView() {
  const namespace = route.value.query.get('namespace') ?? ''
  const { value, problem } = useLive<Report & { ledger: { dollars: number } }>(`v1/report${queryOf({ namespace })}`)
  return (
    <div class="page">
      <div class="tools">
        <TokenChoice value={namespace} onChange={chosen => setQuery({ namespace: chosen })} any="all tokens" />
        {value && (
          <Copy text={value.text} label="Copy as text">
            Copy as text
          </Copy>
        )}
      </div>
      <Problem text={problem} />
      {value && (
        <>
          <Totals report={value} />
          <DuplicateList duplicates={value.duplicates} />
          <MannerList manners={value.manners} />
          <Purchases purchases={value.ledger.purchases} />
        </>
      )}
    </div>
  )
}

function Totals({ report: { ledger, duplicates, dropped } }: { report: Report & { ledger: { dollars: number } } }) {
  const { creates, charged, reserved, failed, credits } = ledger.totals
  const facts = [
    ['Accepted creates', String(creates)],
    ['Charged', `${creditsText(charged)} Credits`],
    ['Reserved', `${creditsText(reserved)} Credits`],
    ['Failed, not billed', `${creditsText(failed)} Credits`],
    ['Together', `${creditsText(credits)} Credits, about $${ledger.dollars.toFixed(2)}`],
    ['Bought twice', `${creditsText(duplicates.credits)} Credits`],
  ]
  return (
    <section class="panel" aria-label="Totals">
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="dim">
        Prices are estimates.
        {dropped.accepted > 0 &&
          ` The journal had to forget ${dropped.accepted} accepted creates, which are not counted.`}
      </p>
    </section>
  )
}
