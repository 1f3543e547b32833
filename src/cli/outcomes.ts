import { outcomeLines } from '../faults/outcomes.ts'
import type { OptionLine } from '../faults/text.ts'

/** `mockling outcomes`: every outcome and fault, how it is written and what the client is put through. */
export function outcomes({ json }: { readonly json?: true }): void {
  const lines = outcomeLines()
  if (json) {
    process.stdout.write(`${JSON.stringify(lines, null, 2)}\n`)
    return
  }
  const text = lines.map(({ usage, summary, operations, options }) =>
    [usage, `    ${summary} (${operations.join(', ')})`, ...options.map(option => `    ${explained(option)}`), ''].join(
      '\n',
    ),
  )
  process.stdout.write(text.join(''))
}

function explained({ name, allowed, isRequired, default: standard, otherwise }: OptionLine): string {
  return `${name}: ${allowed}${isRequired ? '' : `; without it ${otherwise ?? standard}`}`
}
