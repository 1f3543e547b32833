import type { RefObject } from 'preact'
import type { Capabilities } from '../../../contract/matrix.ts'
import { namespaces } from '../../clocks.ts'
import { countText } from '../../format.ts'
import { useOnce } from '../../live.ts'
import { route, setQuery } from '../../route.ts'
import { Choice, TextField } from '../../ui/field.tsx'

/** What tasks are chosen by. Each stands in the address under its own name, as the control door has it. */
export const FILTERS = ['state', 'model', 'mode', 'action', 'namespace', 'id'] as const

const STATES = ['pending', 'accepted', 'processing', 'succeed', 'failed'].map(name => [name, name] as const)
const MODES = ['std', 'pro', '4k'].map(name => [name, name] as const)
const ACTIONS = ['text2video', 'image2video', 'extend', 'motion', 'lip-sync', 'talking-photo'].map(
  name => [name, name] as const,
)

export function TaskFilters({ total, search }: { total: number; search: RefObject<HTMLInputElement | null> }) {
  const { query } = route.value
  const { value } = useOnce<Capabilities>('v1/capabilities')
  const models = [...new Set(Object.values(value?.revisions ?? {}).flatMap(({ models }) => Object.keys(models)))]
  const choice = (name: string, label: string, options: readonly (readonly [string, string])[]) => (
    <Choice
      label={label}
      isLabelHidden
      value={query.get(name) ?? ''}
      onChange={chosen => setQuery({ [name]: chosen })}
      options={[['', `any ${label.toLowerCase()}`], ...options]}
    />
  )
  return (
    <div class="tools" role="search" aria-label="Filter tasks">
      <TextField
        label="Id of a task"
        isLabelHidden
        type="search"
        placeholder="Id begins with…  /"
        value={query.get('id') ?? ''}
        onChange={id => setQuery({ id: id.trim() }, true)}
        inputRef={search}
      />
      {choice('state', 'State', STATES)}
      {choice(
        'model',
        'Model',
        models.map(name => [name, name]),
      )}
      {choice('mode', 'Mode', MODES)}
      {choice('action', 'Action', ACTIONS)}
      {choice(
        'namespace',
        'Token',
        namespaces.value.map(({ namespace, tasks }) => [namespace, `${namespace} (${tasks})`]),
      )}
      <span class="dim number" role="status">
        {countText(total, 'task')}
      </span>
    </div>
  )
}
