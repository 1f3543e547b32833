import type { Dropped } from '../../../journal/journal.ts'
import type { Ledger } from '../../../journal/ledger.ts'
import type { Manners } from '../../../journal/manners.ts'
import { queryOf, textOf } from '../../api.ts'
import { countText, creditsText } from '../../format.ts'
import { useLive } from '../../live.ts'
import { route, setQuery } from '../../route.ts'
import { Problem } from '../../ui/command.tsx'
import { Copy } from '../../ui/copy.tsx'
import { useMost } from '../../ui/more.tsx'
import { TokenChoice } from '../../ui/token-choice.tsx'
import { DuplicateList, type KnownDuplicates } from './duplicates.tsx'
import { MannerList } from './manners.tsx'
import { Purchases } from './purchases.tsx'

/** Shown of either at first: while much is bought, all of them are new each time. */
const PURCHASES = 30
const PAIRS = 5

/** Sums are made of everything that was bought: they are asked for less often than lists. */
const LEAST_MS = 2000

type KnownLedger = Ledger & { readonly dollars: number }

/** What was bought, what twice, and how tasks were polled. */
export function MoneyView() {
  const namespace = route.value.query.get('namespace') ?? ''
  const [purchases, morePurchases] = useMost(PURCHASES)
  const [pairs, morePairs] = useMost(PAIRS)
  const { value: ledger, problem } = useBook<KnownLedger>('ledger', { namespace, limit: purchases })
  const { value: duplicates } = useBook<KnownDuplicates>('duplicates', { namespace, limit: pairs })
  const { value: manners } = useBook<Manners>('manners', { namespace })
  const { value: journal } = useBook<{ dropped: Dropped }>('journal', { limit: 0 })
  return (
    <div class="page">
      <div class="tools">
        <TokenChoice value={namespace} onChange={chosen => setQuery({ namespace: chosen })} any="all tokens" />
        <Copy text={() => textOf(`v1/report.txt${queryOf({ namespace })}`)} label="Copy as text">
          Copy as text
        </Copy>
      </div>
      <Problem text={problem} />
      {ledger && duplicates && (
        <Totals ledger={ledger} duplicates={duplicates} dropped={journal?.dropped.accepted ?? 0} />
      )}
      {duplicates && <DuplicateList duplicates={duplicates} onMore={morePairs} />}
      {manners && <MannerList manners={manners} />}
      {ledger && <Purchases purchases={ledger.purchases} count={ledger.totals.creates} onMore={morePurchases} />}
    </div>
  )
}

function useBook<T>(name: string, asked: Readonly<Record<string, string | number>>) {
  return useLive<T>(`v1/${name}${queryOf(asked)}`, { least: LEAST_MS })
}

interface TotalsProps {
  readonly ledger: KnownLedger
  readonly duplicates: KnownDuplicates
  /** Creates that had to make room. */
  readonly dropped: number
}

function Totals({ ledger: { totals, dollars }, duplicates, dropped }: TotalsProps) {
  const { creates, charged, reserved, failed, credits } = totals
  const facts = [
    ['Accepted creates', creates.toLocaleString('en')],
    ['Charged', `${creditsText(charged)} Credits`],
    ['Reserved', `${creditsText(reserved)} Credits`],
    ['Failed, not billed', `${creditsText(failed)} Credits`],
    ['Together', `${creditsText(credits)} Credits, about $${dollars.toFixed(2)}`],
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
        {dropped > 0 && ` The journal had to forget ${countText(dropped, 'accepted create')}: not counted here.`}
      </p>
    </section>
  )
}
