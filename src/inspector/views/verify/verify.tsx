import type { ReportSummary } from '../../../control/reports.ts'
import { send } from '../../api.ts'
import { countText, instantText } from '../../format.ts'
import { useLive } from '../../live.ts'
import { route } from '../../route.ts'
import { Badge } from '../../ui/badge.tsx'
import { CommandButton, Problem } from '../../ui/command.tsx'
import { Empty, Snippet } from '../../ui/empty.tsx'
import { Rows, Split } from '../../ui/split.tsx'
import { Said } from '../../ui/text.tsx'
import { ReportDetail } from './report.tsx'

const HEADS = [['found'], ['command', 'spare'], ['of'], ['revision', 'spare'], ['came', 'spare']] as const

/** What verify and drift found, where they were told to publish it here. */
export function VerifyView() {
  const { id } = route.value
  const { value, problem } = useLive<{ items: ReportSummary[] }>('v1/reports')
  const items = value?.items ?? []
  const isKept = items.some(report => String(report.id) === id)
  return (
    <Split
      label="Reports"
      tools={
        <>
          <span class="dim">
            {items.length === 0 ? 'Reports of verify and drift' : countText(items.length, 'report')}
          </span>
          {items.length > 0 && <CommandButton act={() => send('DELETE', 'v1/reports')}>Forget all</CommandButton>}
        </>
      }
      list={
        value && items.length === 0 ? (
          <Empty title="No reports yet">
            <p>Have a run of the contract suite, or of a comparison with recordings, be shown here:</p>
            <Snippet
              label="Commands that publish"
              text={`mockling verify ${location.origin} --publish ${location.origin}\nmockling drift recordings --publish ${location.origin}`}
            />
          </Empty>
        ) : (
          <>
            <Rows
              label="Reports, newest first"
              kind="reports"
              heads={HEADS}
              openId={id}
              rows={items.map(report => ({ id: String(report.id), cells: cellsOf(report) }))}
            />
            <Problem text={problem} />
          </>
        )
      }
      // Asked for anew once it is forgotten.
      detail={id !== undefined && <ReportDetail key={`${id} ${isKept}`} id={id} />}
    />
  )
}

function cellsOf({ kind, subject, revision, at, counts }: ReportSummary) {
  const isBad = (counts['failed'] ?? 0) + (counts['differences'] ?? 0) > 0
  const found = kind === 'verify' ? `${counts['failed']} failed` : `${counts['differences']} differ`
  return [
    <Badge key="found" state={isBad ? found : 'good'} tone={isBad ? 'bad' : 'good'} />,
    kind,
    <Said key="subject" text={subject} most={100} />,
    revision,
    instantText(at),
  ]
}
