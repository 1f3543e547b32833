import { clientEnvironment, type EnvironmentFormat, printed } from './client-environment.ts'
import { originOf } from './options.ts'

/** `mockling env`: prints the variables that point clients at `url`, for `eval`, `source` or a file. */
export function env(url: string, options: { format: EnvironmentFormat; token: string; key?: string }): void {
  const target = { url: originOf(url), token: options.token, key: options.key }
  process.stdout.write(`${printed(clientEnvironment(target), options.format)}\n`)
}
