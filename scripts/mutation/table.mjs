/** Ends of mutants that tests have noticed, and those they have not. What could not be run counts as neither. */
const DETECTED = ['killed', 'timeout']
const COLUMNS = ['killed', 'timeout', 'survived', 'uncovered', 'errors', 'ignored', 'planned']

const sum = numbers => numbers.reduce((total, number) => total + number, 0)

function added(counts) {
  return Object.fromEntries(COLUMNS.map(column => [column, sum(counts.map(one => one[column]))]))
}

function rowOf(name, counts) {
  const detected = sum(DETECTED.map(end => counts[end]))
  const valid = detected + counts.survived + counts.uncovered
  const score = valid === 0 ? '–' : `${((100 * detected) / valid).toFixed(1)} %`
  const { planned, ...ends } = counts
  const measured = planned === 0 ? '–' : `${Math.floor((100 * sum(Object.values(ends))) / planned)} %`
  return `| ${[name, score, valid, ...Object.values(ends), measured].join(' | ')} |`
}

const HEAD = `| score | mutants | killed | timed out | survived | not covered | not runnable | left out | measured |
|--:|--:|--:|--:|--:|--:|--:|--:|--:|`

const headed = (first, rows) => {
  const [titles, rule] = HEAD.split('\n')
  return [`| ${first} ${titles}`, `|---${rule}`, ...rows].join('\n')
}

/** The page's tables: for each room, each group of files, and each file. */
export function tableOf(scores) {
  const files = Object.values(scores).flatMap(group => Object.entries(group.files))
  const rooms = [...new Set(files.map(([file]) => file.split('/')[1]))].toSorted()
  const of = room => added(files.filter(([file]) => file.startsWith(`src/${room}/`)).map(([, counts]) => counts))
  const groups = Object.entries(scores).map(([name, group]) =>
    rowOf(`${name}, ${group.date}, Stryker ${group.stryker}, ${group.minutes} min`, added(Object.values(group.files))),
  )
  return `
${headed(
  'room',
  rooms.map(room => rowOf(`\`${room}\``, of(room))),
)}

${headed('group, date, version, time', groups)}

${headed(
  'file',
  files.toSorted().map(([file, counts]) => rowOf(`\`${file.slice(4)}\``, counts)),
)}

`
}
