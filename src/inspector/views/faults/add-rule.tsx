import { useState } from 'preact/hooks'
import { send } from '../../api.ts'
import { Problem, useCommand } from '../../ui/command.tsx'
import { Choice, TextField } from '../../ui/field.tsx'
import { TokenChoice } from '../../ui/token-choice.tsx'

interface AddRuleProps {
  readonly effects: string
  readonly onEffects: (effects: string) => void
}

const FIRST = { kind: 'faults', operation: 'create', namespace: '', model: '', next: '' }

/** Switches on an outcome or a fault. */
export function AddRule({ effects, onEffects }: AddRuleProps) {
  const [{ kind, operation, namespace, model, next }, setFields] = useState(FIRST)
  const set = (name: keyof typeof FIRST) => (value: string) => setFields(fields => ({ ...fields, [name]: value }))
  const { isBusy, problem, run } = useCommand()
  const add = () =>
    run(async () => {
      await send('POST', `v1/${kind}`, {
        effects,
        ...(kind === 'faults' && { operation }),
        ...(namespace !== '' && { namespace }),
        ...(model !== '' && { when: { model } }),
        ...(next !== '' && { next: Number(next) }),
      })
      onEffects('')
    })
  return (
    <form
      id="add-rule"
      class="panel"
      aria-label="Switch something on"
      onSubmit={event => {
        event.preventDefault()
        void add()
      }}
    >
      <h2>Switch something on</h2>
      <div class="tools">
        <TextField
          label="What"
          isLong
          placeholder="fail api_error after=30, callback-doubled"
          value={effects}
          onChange={onEffects}
        />
        <Choice
          label="as"
          value={kind}
          onChange={set('kind')}
          options={[
            ['faults', 'fault, on top'],
            ['rules', 'outcome of creates'],
          ]}
        />
        {kind === 'faults' && (
          <Choice
            label="of"
            value={operation}
            onChange={set('operation')}
            options={[
              ['create', 'creates'],
              ['tasks', 'polls'],
              ['download', 'downloads'],
            ]}
          />
        )}
        <TokenChoice value={namespace} onChange={set('namespace')} any="all tokens" />
        <TextField label="Model" placeholder="any" value={model} onChange={set('model')} />
        <TextField label="Only the next" type="number" placeholder="all" value={next} onChange={set('next')} />
        <button type="submit" class="primary" disabled={isBusy || effects.trim() === ''}>
          Switch on
        </button>
      </div>
      <Problem text={problem} />
    </form>
  )
}
