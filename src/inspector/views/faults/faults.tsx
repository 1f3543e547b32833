import { useState } from 'preact/hooks'
import type { RuleView } from '../../../control/rules.ts'
import type { OutcomeLine } from '../../../faults/outcomes.ts'
import { send } from '../../api.ts'
import { useLive, useOnce } from '../../live.ts'
import { CommandButton, Problem } from '../../ui/command.tsx'
import { Empty } from '../../ui/empty.tsx'
import { AddRule } from './add-rule.tsx'
import { Catalogue } from './catalogue.tsx'
import { RuleTable } from './rule-table.tsx'
import { Timelines } from './timelines.tsx'

/** What is made to go wrong, and how often it did. */
export function FaultsView() {
  const [effects, setEffects] = useState('')
  const { value: outcomes } = useOnce<{ items: OutcomeLine[] }>('v1/outcomes')
  const { value: rules, problem } = useLive<{ items: RuleView[] }>('v1/rules')
  const { value: faults } = useLive<{ items: RuleView[] }>('v1/faults')
  const count = (rules?.items.length ?? 0) + (faults?.items.length ?? 0)
  return (
    <div class="page">
      <Problem text={problem} />
      <section class="panel" aria-label="Switched on">
        <div class="event-head">
          <h2>Switched on</h2>
          {count > 0 && (
            <CommandButton
              act={async () => {
                await send('DELETE', 'v1/rules')
                await send('DELETE', 'v1/faults')
              }}
            >
              Switch all off
            </CommandButton>
          )}
        </div>
        {rules && faults && count === 0 && (
          <Empty title="Nothing is broken on purpose">
            <p>
              Choose what is to happen, below. An outcome decides what becomes of a create; a fault goes on top of
              whatever was decided. For one create alone, the header <code>x-mockling-outcome</code> says the same.
            </p>
          </Empty>
        )}
        <RuleTable kind="rules" rules={rules?.items ?? []} />
        <RuleTable kind="faults" rules={faults?.items ?? []} />
      </section>
      <AddRule effects={effects} onEffects={setEffects} />
      <Timelines />
      <Catalogue
        items={outcomes?.items ?? []}
        onChoose={name => {
          setEffects(effects.trim() === '' ? name : `${effects}, ${name}`)
          document.getElementById('add-rule')?.scrollIntoView({ block: 'nearest' })
        }}
      />
    </div>
  )
}
