import type { TaskView } from '../../../control/shapes.ts'
import type { RequestEntry } from '../../../journal/entries.ts'
import { part, queryOf } from '../../api.ts'
import { nowOf } from '../../clocks.ts'
import { creditsText, instantText } from '../../format.ts'
import { useLive } from '../../live.ts'
import { Badge } from '../../ui/badge.tsx'
import { Problem } from '../../ui/command.tsx'
import { Copy } from '../../ui/copy.tsx'
import { Close, Detail } from '../../ui/split.tsx'
import { Body, Said } from '../../ui/text.tsx'
import { TaskActions } from './actions.tsx'
import { Answers, MOST_ANSWERS } from './answers.tsx'
import { FORMS } from './copy-as.ts'
import { Deliveries } from './deliveries.tsx'
import { Plan, stateAt } from './plan.tsx'

/** One task in full. */
export function TaskDetail({ id }: { id: string }) {
  const { value: task, problem } = useLive<TaskView>(`v1/tasks/${part(id)}`)
  const about = { kind: 'request', task: id }
  const { value: journal } = useLive<{ items: RequestEntry[]; count: number }>(
    `v1/journal${queryOf({ ...about, limit: MOST_ANSWERS })}`,
  )
  const { value: creates } = useLive<{ items: RequestEntry[] }>(
    `v1/journal${queryOf({ ...about, operation: 'create' })}`,
    {
      isFinal: ({ items }) => items.some(({ endedAt }) => endedAt !== undefined),
    },
  )
  if (!task) {
    return (
      <Detail label="Task">
        <Close />
        <Problem text={problem} />
      </Detail>
    )
  }
  const state = stateAt(task, nowOf(task.namespace))
  return (
    <Detail label={`Task ${task.id}`}>
      <header>
        <Badge state={state} />
        <h2 class="mono">{task.id}</h2>
        <Copy text={task.id} label="Copy the task’s id" />
        <Close />
      </header>
      {(state === 'accepted' || state === 'processing') && <TaskActions task={task} />}
      <Facts task={task} state={state} />
      <section>
        <h3>Plan</h3>
        <Plan task={task} />
      </section>
      {state === 'succeed' && <Video task={task} />}
      <Request task={task} create={creates?.items.find(({ accepted }) => accepted)} />
      <Deliveries id={id} />
      <Answers requests={journal?.items ?? []} count={journal?.count ?? 0} id={id} />
    </Detail>
  )
}

/** What a price is called, by what became of it. */
const CREDITS: Readonly<Record<string, string>> = { succeed: 'Credits, charged', failed: 'Credits, not billed' }

function Facts({ task, state }: { task: TaskView; state: string }) {
  const facts = [
    ['Model', task.model],
    ['Mode', task.mode],
    ['Action', task.action],
    ['Outcome', task.outcome],
    [CREDITS[state] ?? 'Credits, if it succeeds', creditsText(task.credits)],
    ['Token', task.namespace],
    // The plan has its milliseconds; here there is no room for them.
    ['Accepted', instantText(task.createdAt).slice(0, 19)],
    ...(task.reroutedAt === null ? [] : [['Plan changed by a command', instantText(task.reroutedAt).slice(0, 19)]]),
  ] as const
  return (
    <dl class="facts">
      {facts.map(([name = '', value = '']) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <Said text={value} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Video({ task: { video } }: { task: TaskView }) {
  return (
    <section>
      <h3>Video</h3>
      {/* biome-ignore lint/a11y/useMediaCaption: it is made up, and says nothing */}
      <video controls preload="auto" src={video.path} />
      <p class="mono">
        <a href={video.path}>{video.path}</a>
      </p>
    </section>
  )
}

function Request({ task, create }: { task: TaskView; create: RequestEntry | undefined }) {
  const call = { url: `${location.origin}/kling/${task.type}`, body: task.request }
  return (
    <section>
      <h3>Request</h3>
      <div class="tools">
        {FORMS.map(([name, write]) => (
          <Copy key={name} text={write(call)} label={`Copy as ${name}`}>
            {`Copy as ${name}`}
          </Copy>
        ))}
      </div>
      {create?.ignored && create.ignored.length > 0 && (
        <p class="problem">
          Given and not used: <Said text={create.ignored.join(', ')} most={2000} />. The upstream says nothing about
          such fields; a misspelt one has no effect.
        </p>
      )}
      <Body of={task.request} label="Body of the create" />
    </section>
  )
}
