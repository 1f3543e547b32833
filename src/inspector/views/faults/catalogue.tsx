import { useState } from 'preact/hooks'
import type { OutcomeLine } from '../../../faults/outcomes.ts'
import { TextField } from '../../ui/field.tsx'

/** Everything that can be made to happen. */
export function Catalogue({ items, onChoose }: { items: readonly OutcomeLine[]; onChoose: (name: string) => void }) {
  const [wanted, setWanted] = useState('')
  const found = items.filter(({ usage, summary }) => `${usage} ${summary}`.toLowerCase().includes(wanted.toLowerCase()))
  return (
    <section class="panel" aria-label="What can happen">
      <div class="event-head">
        <h2>What can happen</h2>
        <TextField label="Find" isLabelHidden type="search" placeholder="Find" value={wanted} onChange={setWanted} />
      </div>
      <div class="scrolls stacked" tabIndex={0} role="region" aria-label="Outcomes and faults">
        <table>
          <thead>
            <tr>
              <th scope="col">as it is written</th>
              <th scope="col">what the client is put through</th>
              <th scope="col">of</th>
              <th scope="col">
                <span class="unseen">commands</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {found.map(({ name, usage, summary, operations }) => (
              <tr key={name}>
                <td>
                  <code>{usage}</code>
                </td>
                <td>{summary}</td>
                <td class="dim">{operations.join(', ')}</td>
                <td>
                  <button type="button" class="small" aria-label={`Choose ${name}`} onClick={() => onChoose(name)}>
                    Choose
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
