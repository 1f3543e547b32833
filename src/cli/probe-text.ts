import type { Graded } from './grading.ts'

const MARKS = { pass: '✓', warn: '!', fail: '✗' } as const

/** The grades as a table, with what could not be seen below it. */
export function gradesText(url: string, grades: readonly Graded[], notes: readonly string[]): string {
  const names = Math.max(...grades.map(({ name }) => name.length))
  const answers = Math.max(...grades.map(one => answersOf(one).length))
  const groups = [...new Set(grades.map(({ group }) => group))]
  const lines = groups.flatMap(group => [
    '',
    group,
    ...grades.filter(one => one.group === group).flatMap(one => lineOf(one, names, answers)),
  ])
  const count = (verdict: Graded['verdict']) => grades.filter(one => one.verdict === verdict).length
  return [
    `${url}`,
    ...lines,
    '',
    `${count('pass')} passed, ${count('warn')} to look at, ${count('fail')} failed`,
    ...notes.map(note => `Not seen: ${note}`),
  ].join('\n')
}

function lineOf(one: Graded, names: number, answers: number): string[] {
  const { name, verdict, because, slowestMs, summary } = one
  const [reason, ...more] = (because ?? '').split('\n')
  const head = `  ${MARKS[verdict]} ${name.padEnd(names)}  ${answersOf(one).padEnd(answers)}  ${String(slowestMs).padStart(5)} ms  ${summary}`
  return [head, ...(reason ? [`      ${reason}`] : []), ...more.map(line => `      ${line}`)]
}

function answersOf({ answers }: Graded): string {
  return answers.join(', ')
}

/** What the answers alone can't tell. */
export function notesOf({ looked, signed }: { looked: boolean; signed: boolean }): string[] {
  return [
    ...(looked
      ? []
      : [
          'whether the second of two callbacks had an effect (a second mail, a second credit). Give --state-command, whose output must be the same after both, and --task with a task the receiver knows.',
        ]),
    'work that goes on after the answer, beyond --settle; effects that --state-command does not show.',
    ...(signed
      ? []
      : ['whether anybody may post there. Give --secret if the receiver checks Standard Webhooks signatures.']),
  ]
}
