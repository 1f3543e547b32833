import { useState } from 'preact/hooks'
import type { ClockState } from '../../../control/shapes.ts'
import { send } from '../../api.ts'
import { modeText, namespaces, nowOf, serverClock } from '../../clocks.ts'
import { instantText, lengthText } from '../../format.ts'
import { CommandButton } from '../../ui/command.tsx'
import { Choice, TextField } from '../../ui/field.tsx'
import { TokenChoice } from '../../ui/token-choice.tsx'
import { ClockLog } from './clock-log.tsx'
import { Due } from './due.tsx'

const MODES = [
  ['real', 'real: as the machine’s'],
  ['scaled', 'scaled: so many times as fast'],
  ['frozen', 'frozen: stands until it is moved'],
  ['auto-skip', 'auto-skip: leaps to what is awaited'],
] as const

const STEPS = [1, 10, 60, 3600, 86_400]

/** Clocks, and everything that is due. */
export function TimeView() {
  const [namespace, setNamespace] = useState('')
  const own = namespaces.value.find(one => one.namespace === namespace)
  const clock = own?.clock ?? serverClock.value?.clock
  const scope = namespace === '' ? {} : { namespace }
  if (!clock) return null
  return (
    <div class="page">
      <section class="panel" aria-label="Clock">
        <div class="tools">
          <TokenChoice value={namespace} onChange={setNamespace} any="the server and all that follow it" />
          <strong class="now">{instantText(nowOf(namespace === '' ? undefined : namespace))}</strong>
          <span class="dim">
            UTC, {modeText(clock)}; {clock.waiting} waiting
            {clock.next !== null && `, the next for ${instantText(clock.next)}`}
          </span>
        </div>
        <Advance key={`advance ${namespace}`} scope={scope} />
        <Mode key={`mode ${namespace} ${clock.mode}`} clock={clock} scope={scope} />
      </section>
      <Due namespace={namespace} />
      <ClockLog />
    </div>
  )
}

type Scope = { readonly namespace?: string }

function Advance({ scope }: { scope: Scope }) {
  const [seconds, setSeconds] = useState('')
  const by = (length: number) => () => send('POST', 'v1/clock/advance', { ...scope, seconds: length })
  return (
    <div class="tools">
      <CommandButton act={() => send('POST', 'v1/clock/next-event', scope)} kind="primary">
        To the next event
      </CommandButton>
      {STEPS.map(step => (
        <CommandButton key={step} act={by(step)}>
          +{lengthText(step * 1000)}
        </CommandButton>
      ))}
      <TextField label="Seconds" type="number" value={seconds} onChange={setSeconds} />
      <CommandButton act={by(Number(seconds))} isOff={seconds === ''}>
        Advance
      </CommandButton>
    </div>
  )
}

function Mode({ clock, scope }: { clock: ClockState; scope: Scope }) {
  const [mode, setMode] = useState<string>(clock.mode)
  const [rate, setRate] = useState(String(clock.mode === 'scaled' ? clock.rate : 10))
  const change = { ...scope, mode, ...(mode === 'scaled' && { rate: Number(rate) }) }
  return (
    <div class="tools">
      <Choice label="Mode" value={mode} onChange={setMode} options={MODES} />
      {mode === 'scaled' && <TextField label="Times" type="number" value={rate} onChange={setRate} />}
      <CommandButton act={() => send('PUT', 'v1/clock', change)}>Run so</CommandButton>
    </div>
  )
}
