import { useState } from 'preact/hooks'
import type { Capabilities } from '../../../contract/matrix.ts'
import { useOnce } from '../../live.ts'
import { route, setQuery } from '../../route.ts'
import { Problem } from '../../ui/command.tsx'
import { Choice } from '../../ui/field.tsx'
import { type Cell, exampleOf } from './cells.ts'
import { MatrixTable } from './table.tsx'
import { TryBody } from './try-body.tsx'

/** What the models of each revision offer, and what a revision makes of a body. */
export function MatrixView() {
  const [chosen, setChosen] = useState<Cell | undefined>()
  const { value, problem } = useOnce<Capabilities>('v1/capabilities')
  const { value: identity } = useOnce<{ revision: string }>('version')
  const asked = route.value.query.get('revision')
  if (!value || !identity) return <Problem text={problem} />
  const all = Object.entries(value.revisions)
  const [revision, facts] = all.find(([name]) => name === (asked ?? identity.revision)) ?? all[0] ?? []
  if (revision === undefined || !facts) return null
  return (
    <div class="page">
      <div class="tools">
        <Choice
          label="Revision"
          value={revision}
          onChange={name => {
            setQuery({ revision: name })
            setChosen(undefined)
          }}
          options={all.map(([name]) => [name, name === identity.revision ? `${name} (the server’s)` : name])}
        />
        <span class="dim">
          {facts.title}. {facts.source} ({facts.grade})
        </span>
      </div>
      <MatrixTable revision={facts} chosen={chosen} onChoose={setChosen} />
      <TryBody
        key={`${revision} ${chosen ? JSON.stringify(chosen) : ''}`}
        revision={revision}
        cell={chosen}
        first={JSON.stringify(exampleOf(chosen), null, 2)}
      />
    </div>
  )
}
