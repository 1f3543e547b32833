import { outcomeLines } from '../faults/outcomes.ts'

/** `mockling outcomes`: every outcome and fault, how it is written and what the client is put through. */
export function outcomes({ json }: { readonly json?: true }): void {
  const lines = outcomeLines()
  if (json) {
    process.stdout.write(`${JSON.stringify(lines, null, 2)}\n`)
    return
  }
  const text = lines.map(({ usage, summary, operations }) => `${usage}\n    ${summary} (${operations.join(', ')})\n`)
  process.stdout.write(text.join(''))
}
