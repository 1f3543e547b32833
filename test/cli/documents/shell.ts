import { spawnSync } from 'node:child_process'

/** One command of a block, with what the page says of its end. */
export interface ShellCommand {
  readonly text: string
  /** `# exits with 1`, in the comment after the command. */
  readonly exitCode: number
  /** `# 429 …`, on the line before it: statuses from 400 on that its answers may have. */
  readonly refusal: number | undefined
}

/** Splits a block as a shell does: a command may go on over several lines. */
export function commandsIn(block: string): ShellCommand[] {
  const commands: ShellCommand[] = []
  let text = ''
  let comment = ''
  for (const line of block.trimEnd().split('\n')) {
    if (text === '' && (line.trim() === '' || line.startsWith('#'))) {
      comment = line
      continue
    }
    text = text === '' ? line : `${text}\n${line}`
    if (line.endsWith('\\') || !isWhole(text)) continue
    const [, exit = '0'] = /#.*\bexits with (\d+)/.exec(text) ?? []
    const [, refusal] = /^# ([45]\d\d)\b/.exec(comment) ?? []
    commands.push({ text, exitCode: Number(exit), refusal: refusal === undefined ? undefined : Number(refusal) })
    text = ''
    comment = ''
  }
  if (text !== '') throw new Error(`a command without an end: ${text}`)
  return commands
}

/** Whether quotes and brackets are closed. */
function isWhole(text: string): boolean {
  return spawnSync('bash', ['-n'], { input: text }).status === 0
}

/** A script that runs the commands in one shell, and stops at the first that does not end as the page says. */
export function scriptOf(commands: readonly ShellCommand[]): string {
  const steps = commands.map(
    ({ text, exitCode }, index) =>
      `echo "<command ${index}>" >&2\n{\n${text}\n}\nended=$?\n[ $ended -eq ${exitCode} ] || { echo "<ended with $ended, not ${exitCode}>" >&2; exit 99; }`,
  )
  return `${steps.join('\n')}\npwd > "$DESK/where"\n`
}
