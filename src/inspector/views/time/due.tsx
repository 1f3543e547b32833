import type { ScheduledView } from '../../../control/callbacks.ts'
import type { RuleView } from '../../../control/rules.ts'
import type { TaskView } from '../../../control/shapes.ts'
import { queryOf } from '../../api.ts'
import { nowOf } from '../../clocks.ts'
import { countText, instantText, relativeText } from '../../format.ts'
import { useLive } from '../../live.ts'
import { hrefTo } from '../../route.ts'
import { Badge } from '../../ui/badge.tsx'
import { Empty } from '../../ui/empty.tsx'
import { More, useMost } from '../../ui/more.tsx'
import { Said } from '../../ui/text.tsx'

/** Something that is to happen. */
interface Event {
  readonly at: number
  /** Whose clock it is dated by; the server's if nobody's. */
  readonly namespace: string | undefined
  readonly what: string
  readonly tone: string
  readonly says: string
  readonly href: string
}

/** Shown of what is to come, at first. */
const SHOWN = 40

/** How often tasks are asked for, at most: the server looks at all that are pending. */
const TASKS_MS = 2000

/** All that is due, of tasks, callbacks and dated rules, the soonest first: seen from each one's own clock. */
export function Due({ namespace }: { namespace: string }) {
  const [most, showMore] = useMost(SHOWN)
  const scope = namespace === '' ? {} : { namespace }
  const tasks = useLive<{ items: TaskView[]; total: number }>(
    `v1/tasks${queryOf({ ...scope, state: 'pending', order: 'soonest', limit: most })}`,
    { least: TASKS_MS },
  ).value
  const callbacks = useLive<{ scheduled: ScheduledView[]; due: number }>(
    `v1/callbacks${queryOf({ ...scope, limit: 0, due: most })}`,
  ).value
  const rules = useLive<{ items: RuleView[] }>(`v1/rules${queryOf(scope)}`).value
  const faults = useLive<{ items: RuleView[] }>(`v1/faults${queryOf(scope)}`).value
  const timelines = useLive<{ items: { rules: RuleView[] }[] }>(`v1/timelines${queryOf(scope)}`).value
  const dated = [rules, faults, ...(timelines?.items.map(({ rules: items }) => ({ items })) ?? [])]
  const events = [
    ...(tasks?.items ?? []).flatMap(eventsOfTask),
    ...(callbacks?.scheduled ?? []).map(eventOfCallback),
    ...dated.flatMap(list => (list?.items ?? []).flatMap(eventsOfRule)),
  ]
  const ahead = events
    .map(event => ({ ...event, left: event.at - nowOf(event.namespace) }))
    .filter(({ left }) => left > 0)
    .sort((a, b) => a.left - b.left)
  const isMore = ahead.length > most || (tasks && tasks.total > tasks.items.length)
  const endless = isMore ? 0 : (tasks?.items ?? []).filter(({ settlesAt }) => settlesAt === null).length
  return (
    <section class="panel" aria-label="What is due">
      <h2>What is due</h2>
      {tasks && ahead.length === 0 && (
        <Empty title="Nothing is due">
          <p>Pending tasks, callbacks to be sent and dated rules show up here, in the order of their instants.</p>
        </Empty>
      )}
      <ol class="due">
        {ahead.slice(0, most).map(({ at, left, what, tone, says, href }) => (
          <li key={`${at} ${what} ${href} ${says}`}>
            <span class="number">{relativeText(left, 0)}</span>
            <time class="dim">{instantText(at)}</time>
            <Badge state={what} tone={tone} />
            <a href={href}>
              <Said text={says} />
            </a>
          </li>
        ))}
      </ol>
      {isMore && (
        <More
          text={`Later ones are not shown; ${countText(tasks?.total ?? 0, 'task is', 'tasks are')} pending in all.`}
          label="what is due"
          onMore={showMore}
        />
      )}
      {endless > 0 && <p class="dim">{countText(endless, 'task never settles', 'tasks never settle')}.</p>}
    </section>
  )
}

function eventsOfTask({ id, namespace, model, steps }: TaskView): Event[] {
  const says = `task ${id.slice(0, 8)}, ${model}`
  return steps.map(({ at, state }) => {
    const tone = state === 'succeed' ? 'good' : state === 'failed' ? 'bad' : 'busy'
    return { at, namespace, what: state, tone, says, href: hrefTo('tasks', id) }
  })
}

function eventOfCallback({ at, namespace, taskId, url, attempt }: ScheduledView): Event {
  const says = `${attempt > 1 ? `attempt ${attempt}, ` : ''}task ${taskId.slice(0, 8)} to ${url}`
  return { at, namespace, what: 'callback', tone: 'busy', says, href: hrefTo('tasks', taskId) }
}

function eventsOfRule({ id, text, namespace, from, until }: RuleView): Event[] {
  const event = (at: number | undefined, what: string): Event[] =>
    at === undefined
      ? []
      : [{ at, namespace: namespace ?? undefined, what, tone: 'plain', says: `${id}: ${text}`, href: hrefTo('faults') }]
  return [...event(from, 'rule begins'), ...event(until, 'rule ends')]
}
