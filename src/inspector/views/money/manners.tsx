import type { Manners } from '../../../journal/manners.ts'
import { countText } from '../../format.ts'
import { hrefTo } from '../../route.ts'
import { Badge } from '../../ui/badge.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Said } from '../../ui/text.tsx'

/** How tasks were polled. */
export function MannerList({ manners: { findings, polls, notJudged } }: { manners: Manners }) {
  return (
    <section class="panel" aria-label="Manners">
      <h2>Manners</h2>
      {findings.length === 0 && (
        <Empty title={polls === 0 ? 'Nobody has polled a task' : 'Nothing to object to'}>
          <p>
            {polls === 0
              ? 'Once clients ask for tasks, it is said here whether they ask too often, for too long or one by one.'
              : `${countText(polls, 'poll')} looked at.`}
          </p>
        </Empty>
      )}
      <ol class="events">
        {findings.map(({ habit, namespace, tasks, says, advice, source, grade }) => (
          <li key={`${habit} ${namespace} ${tasks.join()}`}>
            <div class="event-head">
              <Badge state={habit} tone="busy" />
              <span class="dim">token {namespace}</span>
              {tasks.slice(0, 3).map(id => (
                <a key={id} href={hrefTo('requests', undefined, new URLSearchParams({ task: id }))}>
                  {id.slice(0, 8)}
                </a>
              ))}
            </div>
            <p>
              <Said text={says} most={500} />
            </p>
            <p>{advice}</p>
            <p class="dim">
              {source} ({grade})
            </p>
          </li>
        ))}
      </ol>
      {notJudged.map(reason => (
        <p key={reason} class="dim">
          {reason}
        </p>
      ))}
    </section>
  )
}
