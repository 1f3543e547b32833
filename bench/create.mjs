// Requests per second as ratios to a bare node:http server that parses the same body and answers a constant.
// Servers are pinned to one core and the load to the other where `taskset` is there; rounds are interleaved.
import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import autocannon from 'autocannon'

const ROUNDS = Number(process.env.ROUNDS ?? 3)
const SECONDS = Number(process.env.SECONDS ?? 4)
const HEADERS = { authorization: 'Bearer bench', 'content-type': 'application/json' }
const GOOD = { action: 'text2video', model: 'kling-v2-6', mode: 'pro', prompt: 'a white mug '.repeat(25), async: true }

if (process.argv[2] === 'raw') raw()
else await main()

function raw() {
  const answer = JSON.stringify({ task_id: '8c979f32-a969-4061-b9a8-2be719606f30' })
  const server = createServer((request, response) => {
    const chunks = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      JSON.parse(Buffer.concat(chunks).toString())
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer)
    })
  })
  server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })))
}

async function start(...args) {
  const isPinned = spawnSync('taskset', ['-V']).status === 0
  const command = [...(isPinned ? ['taskset', '-c', '0'] : []), process.execPath, ...args]
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] })
  const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()
  return { child, url: JSON.parse(value).url }
}

async function load(url, body) {
  const { requests, non2xx } = await autocannon({
    url,
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify(body),
    connections: 32,
    duration: SECONDS,
  })
  return { perSecond: requests.average, non2xx }
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

async function main() {
  if (spawnSync('taskset', ['-cp', '1', String(process.pid)]).status !== 0) console.error('(not pinned)')
  const bare = await start(import.meta.filename, 'raw')
  const ours = await start('dist/cli.js', '--port', '0', '--json', '--pace', '600', '--retain', '1000')
  const cases = {
    'raw node:http': [bare.url, GOOD],
    'create, answered at once': [`${ours.url}/kling/videos`, GOOD],
    'create, refused': [`${ours.url}/kling/videos`, { ...GOOD, duration: 7 }],
    'tasks, retrieve': [`${ours.url}/kling/tasks`, { id: 'e3a575aa-a4bd-49c8-9b12-cde38d5462e0' }],
  }
  const seen = Object.fromEntries(Object.keys(cases).map(name => [name, []]))
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, [url, body]] of Object.entries(cases)) {
      const { perSecond } = await load(url, body)
      if (round > 0) seen[name].push(perSecond)
    }
  }
  const reference = median(seen['raw node:http'])
  console.table(
    Object.fromEntries(
      Object.entries(seen).map(([name, values]) => [name, { ratio: Number((median(values) / reference).toFixed(2)) }]),
    ),
  )
  bare.child.kill()
  ours.child.kill()
}
