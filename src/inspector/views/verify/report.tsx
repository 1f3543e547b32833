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
import { Rest, useMost } from '../../ui/more.tsx'
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
  return (
    <>
      <Choice
        label="Cases that"
        value={state}
        onChange={setState}
        options={ORDER.map(name => [name, `${name} (${of.filter(one => one.state === name).length})`])}
      />
      <Cases key={state} of={of.filter(verdict => verdict.state === state)} />
    </>
  )
}

function Cases({ of }: { of: readonly Verdict[] }) {
  const [most, showMore] = useMost(PART)
  return (
    <>
      <ol class="events">
        {of.slice(0, most).map(({ id, promise, text, state }) => (
          <li key={id}>
            <div class="event-head">
              <Badge state={state} />
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
      <Rest count={of.length - most} one="more case" label="the cases" onMore={showMore} />
    </>
  )
}

function Causes({ of: { causes, compared } }: { of: Drift }) {
  const [most, showMore] = useMost(PART)
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
      <Rest count={causes.length - most} one="more cause" label="the causes" onMore={showMore} />
    </>
  )
}
