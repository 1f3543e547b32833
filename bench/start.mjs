// Milliseconds from starting the packed command to its first 200, as a ratio to a bare node:http server; starts are
// interleaved. The processor's time too, which other work on the machine disturbs less.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { GOOD, HEADERS, launch, median, pinLoad, raw, report, rounded, stop, times } from './harness.mjs'

const ROUNDS = Number(process.env.STARTS ?? 21)
const COMMAND = fileURLToPath(new URL('../dist/cli.cjs', import.meta.url))

if (process.argv[2] === 'raw') raw()
else await main()

/** One start: its wall-clock and processor milliseconds. */
async function once(...args) {
  const from = performance.now()
  const child = launch(args)
  let text = ''
  for await (const chunk of child.stdout) {
    text += chunk
    if (text.includes('\n')) break
  }
  const { url } = JSON.parse(text)
  const path = args.length > 2 ? '/kling/videos' : ''
  const answer = await fetch(url + path, { method: 'POST', headers: HEADERS, body: JSON.stringify(GOOD) })
  await answer.arrayBuffer()
  if (answer.status !== 200) throw new Error(`${args.join(' ')} answered ${answer.status}`)
  const wall = performance.now() - from
  const threads = readdirSync(`/proc/${child.pid}/task`)
  const ns = threads.map(id => Number(readFileSync(`/proc/${child.pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]))
  await stop(child)
  return { wall, cpu: ns.reduce((sum, one) => sum + one, 0) / 1e6 }
}

async function main() {
  pinLoad()
  const bare = []
  const ours = []
  for (let round = 0; round <= ROUNDS; round++) {
    bare.push(await once(import.meta.filename, 'raw'))
    ours.push(await once(COMMAND, '--port', '0', '--json'))
  }
  const compared = key => {
    const [mine, theirs] = [ours, bare].map(starts => median(starts.map(one => one[key])))
    return { seen: rounded(mine / theirs), unit: '× raw', ...times(mine, theirs), isLess: true }
  }
  report([
    { what: 'first 200 of the packed command', ...compared('wall'), gate: 2.3, goal: 1.7 },
    { what: 'the same in time of the processor', ...compared('cpu') },
  ])
}
