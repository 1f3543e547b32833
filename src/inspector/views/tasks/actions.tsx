import { useState } from 'preact/hooks'
import { ERRORS, type ErrorCode } from '../../../contract/errors.ts'
import type { TaskView } from '../../../control/shapes.ts'
import { part, send } from '../../api.ts'
import { CommandButton } from '../../ui/command.tsx'
import { Choice } from '../../ui/field.tsx'

/** What a task may fail with: errors of the service behind the gateway. */
const CODES = (Object.keys(ERRORS) as ErrorCode[]).filter(
  code => ERRORS[code].layer === 'worker' && code !== 'bad_request',
)

/** Has a pending task end otherwise than planned. */
export function TaskActions({ task }: { task: TaskView }) {
  const [code, setCode] = useState<string>('api_error')
  const reroute = (change: object) => () => send('POST', `v1/tasks/${part(task.id)}/reroute`, change)
  return (
    <fieldset class="tools actions">
      <legend class="unseen">What is to become of it</legend>
      <CommandButton act={reroute({ to: 'succeed' })} kind="primary">
        Succeed
      </CommandButton>
      <CommandButton act={reroute({ to: 'fail', code })} kind="danger">
        Fail with
      </CommandButton>
      <Choice label="Code" isLabelHidden value={code} onChange={setCode} options={CODES.map(name => [name, name])} />
      <CommandButton act={reroute({ to: 'stall' })}>Stall</CommandButton>
      {task.settlesAt !== null && (
        <CommandButton act={() => send('POST', 'v1/clock/until-settled', { task: task.id })}>
          Move clock to its end
        </CommandButton>
      )}
    </fieldset>
  )
}
