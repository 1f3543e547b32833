import type { CallbackEntry } from '../../../journal/entries.ts'
import { hrefTo } from '../../route.ts'
import { Badge, Status } from '../../ui/badge.tsx'
import { Said } from '../../ui/text.tsx'

/** As the control door answers when something was sent. */
export type Report = Pick<CallbackEntry, 'seq' | 'attempt' | 'outcome' | 'status' | 'error'>

/** What came of what was sent from here, once it was. */
export function Sent({ report }: { report: Report | undefined }) {
  return (
    <span role="status" class="event-head">
      {report && (
        <>
          <Badge state={report.outcome} tone={report.outcome === 'delivered' ? 'good' : 'bad'} />
          {report.status !== undefined && <Status status={report.status} />}
          <a href={hrefTo('callbacks', String(report.seq))}>Attempt {report.attempt}</a>
          {report.error !== undefined && <Said text={report.error} most={500} />}
        </>
      )}
    </span>
  )
}
