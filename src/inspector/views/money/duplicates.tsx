import type { TaskView } from '../../../control/shapes.ts'
import type { Duplicate, Duplicates, Half } from '../../../journal/duplicates.ts'
import { part } from '../../api.ts'
import { creditsText, instantText } from '../../format.ts'
import { useOnce } from '../../live.ts'
import { hrefTo } from '../../route.ts'
import { Status } from '../../ui/badge.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Rest } from '../../ui/more.tsx'
import { Body, Said } from '../../ui/text.tsx'

/** The newest pairs, and how many there are. */
export type KnownDuplicates = Duplicates & { readonly count: number }

interface DuplicateListProps {
  readonly duplicates: KnownDuplicates
  readonly onMore: () => void
}

/** What was bought twice, the two side by side. */
export function DuplicateList({ duplicates: { pairs, count }, onMore }: DuplicateListProps) {
  return (
    <section class="panel" aria-label="Bought twice">
      <h2>Bought twice</h2>
      {pairs.length === 0 ? (
        <Empty title="Nothing was bought twice">
          <p>
            A client that gives up waiting and sends its create again pays for two videos. To see whether yours does,
            switch on <code>answer-dropped</code> under <a href={hrefTo('faults')}>Break it</a>.
          </p>
        </Empty>
      ) : (
        <ol class="events">
          {pairs.toReversed().map(pair => (
            <Pair key={`${pair.first.taskId} ${pair.second.taskId}`} pair={pair} />
          ))}
        </ol>
      )}
      <Rest count={count - pairs.length} one="earlier pair" label="what was bought twice" onMore={onMore} />
    </section>
  )
}

function Pair({ pair: { first, second, why, credits, differing, namespace } }: { pair: Duplicate }) {
  const fields = Object.keys(differing)
  return (
    <li class="pair-of-creates">
      <p>
        <Said text={why} most={500} />. It costs {creditsText(credits)} Credits on top.{' '}
        <span class="dim">token {namespace}</span>
      </p>
      {fields.length > 0 && <p class="dim">They differ in {fields.join(', ')}, which does not change the video.</p>}
      <div class="halves">
        <HalfOf name="First" half={first} />
        <HalfOf name="Second" half={second} />
      </div>
    </li>
  )
}

function HalfOf({ name, half }: { name: string; half: Half }) {
  const { value } = useOnce<TaskView>(`v1/tasks/${part(half.taskId)}`)
  return (
    <div>
      <div class="event-head">
        <strong>{name}</strong>
        <Status status={half.status} />
        <time>{instantText(half.at)}</time>
        <a href={hrefTo('tasks', half.taskId)}>task {half.taskId.slice(0, 8)}</a>
      </div>
      {value && <Body of={value.request} label={`Body of the ${name.toLowerCase()}`} />}
    </div>
  )
}
