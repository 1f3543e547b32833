import type { RuleView } from '../../../control/rules.ts'
import { queryOf, send } from '../../api.ts'
import { instantText } from '../../format.ts'
import { CommandButton } from '../../ui/command.tsx'
import { Said } from '../../ui/text.tsx'

interface RuleTableProps {
  readonly kind: 'rules' | 'faults'
  readonly rules: readonly RuleView[]
}

const TITLES = { rules: 'Outcomes of creates', faults: 'Faults on top' } as const

/** Rules of one role, with what they hit. */
export function RuleTable({ kind, rules }: RuleTableProps) {
  if (rules.length === 0) return null
  return (
    <div class="scrolls stacked" tabIndex={0} role="region" aria-label={TITLES[kind]}>
      <table>
        <caption>{TITLES[kind]}</caption>
        <thead>
          <tr>
            <th scope="col">what</th>
            <th scope="col">of</th>
            <th scope="col">when</th>
            <th scope="col" class="number">
              matched
            </th>
            <th scope="col" class="number">
              fired
            </th>
            <th scope="col">
              <span class="unseen">commands</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map(rule => (
            <tr key={`${rule.id} ${rule.namespace}`}>
              <td>
                <code>
                  <Said text={rule.text} />
                </code>
                <div class="dim">{rule.id}</div>
              </td>
              <td>
                {rule.operation}
                <div class="dim">{rule.namespace ?? 'all tokens'}</div>
              </td>
              <td>
                <Said text={whenText(rule)} />
              </td>
              <td class="number" data-head="matched">
                {rule.matched}
              </td>
              <td class="number" data-head="fired">
                {rule.fired}
              </td>
              <td>
                <CommandButton act={() => remove(kind, rule)} kind="small">
                  Switch off
                </CommandButton>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function remove(kind: string, { id, namespace }: RuleView): Promise<unknown> {
  const path = id.split('/').map(encodeURIComponent).join('/')
  return send('DELETE', `v1/${kind}/${path}${queryOf({ namespace: namespace ?? undefined })}`)
}

/** When it fires, in words. */
export function whenText({ when, next, every, probability, from, until }: RuleView): string {
  const conditions = Object.entries(when).map(([name, value]) => `${name} ${String(value)}`)
  return (
    [
      ...conditions,
      ...(next === undefined ? [] : [`the next ${next}`]),
      ...(every === undefined ? [] : [`every ${every}th`]),
      ...(probability === undefined ? [] : [`with chance ${probability}`]),
      ...(from === undefined ? [] : [`from ${instantText(from)}`]),
      ...(until === undefined ? [] : [`until ${instantText(until)}`]),
    ].join(', ') || 'each time'
  )
}
