import { namespaces } from '../clocks.ts'
import { Choice } from './field.tsx'

interface TokenChoiceProps {
  readonly value: string
  readonly onChange: (namespace: string) => void
  /** What it means to choose none. */
  readonly any: string
}

/** One of the tokens that were seen, by its namespace. */
export function TokenChoice({ value, onChange, any }: TokenChoiceProps) {
  const known = namespaces.value.map(({ namespace }) => [namespace, `token ${namespace}`] as const)
  return <Choice label="Token" isLabelHidden value={value} onChange={onChange} options={[['', any], ...known]} />
}
