import { useState } from 'preact/hooks'
import type { Verdict } from '../../../conformance/verify.ts'
import type { KeptReport } from '../../../control/reports.ts'
import type { Drift } from '../../../recording/drifting.ts'
import { part } from '../../api.ts'
import { countText, instantText } from '../../format.ts'
import { useOnce } from '../../live.ts'
import { Badge } from '../../ui/badge.tsx'
import { Problem } from '../../ui/command.tsx'
import { Choice } from '../../ui/field.tsx'
import { Close, Detail } from '../../ui/split.tsx'
import { Said } from '../../ui/text.tsx'

/** Cases that more are shown by. */
const PART = 500

/** What one run found. */
export function ReportDetail({ id }: { id: string }) {
  const { value: report, problem } = useOnce<KeptReport>(`v1/reports/${part(id)}`)
  return (
    <Detail label={`Report ${id}`}>
      <header>
        <h2>{report ? <Said text={`${report.kind} ${report.subject}`} most={300} /> : 'Report'}</h2>
        <Close />
      </header>
      <Problem text={problem} />
      {report && (
        <p class="dim">
          {instantText(report.at)}, revision {report.revision}:{' '}
          {Object.entries(report.counts)
            .map(([name, count]) => `${count} ${name}`)
            .join(', ')}
        </p>
      )}
      {report?.kind === 'verify' && <Verdicts of={report.found as Verdict[]} />}
      {report?.kind === 'drift' && <Causes of={report.found as Drift} />}
    </Detail>
  )
}

const ORDER = ['failed', 'skipped', 'passed'] as const

function Verdicts({ of }: { of: readonly Verdict[] }) {
  const [state, setState] = useState<string>(ORDER.find(name => of.some(one => one.state === name)) ?? 'passed')
  const [most, setMost] = useState(PART)
  const shown = of.filter(verdict => verdict.state === state)
  return (
    <>
      <Choice
        label="Cases that"
        value={state}
        onChange={chosen => {
          setState(chosen)
          setMost(PART)
        }}
        options={ORDER.map(name => [name, `${name} (${of.filter(one => one.state === name).length})`])}
      />
      <ol class="events">
        {shown.slice(0, most).map(({ id, promise, text, state: came }) => (
          <li key={id}>
            <div class="event-head">
              <Badge state={came} />
              <code>
                <Said text={id} />
              </code>
            </div>
            <p>
              <Said text={promise} most={1000} />
            </p>
            {text !== '' && (
              <pre>
                <Said text={text} most={5000} />
              </pre>
            )}
          </li>
        ))}
      </ol>
      <More left={shown.length - most} onMore={() => setMost(most + PART)} />
    </>
  )
}

function Causes({ of: { causes, compared } }: { of: Drift }) {
  const [most, setMost] = useState(PART)
  if (causes.length === 0) return <p>{countText(compared, 'recording')} answered as recorded.</p>
  return (
    <>
      <ol class="events">
        {causes.slice(0, most).map(({ at, recorded, played, explainedBy = [], recordings }) => (
          <li key={`${at} ${recorded} ${played}`}>
            <div class="event-head">
              <Badge
                state={explainedBy.length > 0 ? 'explained' : 'unexplained'}
                tone={explainedBy.length > 0 ? 'plain' : 'bad'}
              />
              <strong>
                <Said text={at} />
              </strong>
            </div>
            <p>
              <Said text={recorded} most={1000} /> → <Said text={played} most={1000} />
            </p>
            {explainedBy.map(({ area, item, source, grade }) => (
              <p key={`${area} ${item}`} class="dim">
                {area}: {item} ({grade}: {source})
              </p>
            ))}
            <p class="dim">
              in <Said text={recordings.slice(0, 5).join(', ')} most={500} />
              {recordings.length > 5 && ` and ${recordings.length - 5} more`}
            </p>
          </li>
        ))}
      </ol>
      <More left={causes.length - most} onMore={() => setMost(most + PART)} />
    </>
  )
}

function More({ left, onMore }: { left: number; onMore: () => void }) {
  if (left <= 0) return null
  return (
    <p>
      <button type="button" onClick={onMore}>
        Show {Math.min(PART, left)} more
      </button>{' '}
      <span class="dim">of {left.toLocaleString('en')}</span>
    </p>
  )
}
