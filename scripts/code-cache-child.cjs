// Runs dist/quick.cjs once, as dist/cli.cjs does, and writes down what V8 made of it.
const { readFileSync, writeFileSync } = require('node:fs')
const { codeCacheOf, runScript, scriptOf } = require('../dist/code-cache.cjs')

const [file] = process.argv.splice(2)
const text = readFileSync(file, 'latin1')
const script = scriptOf(file, text)

for (const name of Object.keys(process.env)) if (name.startsWith('MOCKLING_')) delete process.env[name]
process.argv.push('--port', '0', '--json')
const write = process.stdout.write
process.stdout.write = line => {
  process.stdout.write = write
  keep(JSON.parse(line).url)
  return true
}
runScript(script, file)

async function keep(url) {
  await (await fetch(`${url}/health`)).arrayBuffer()
  const create = await fetch(`${url}/kling/videos`, {
    method: 'POST',
    headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'text2video', model: 'kling-v1', prompt: 'a white mug', async: true }),
  })
  if (create.status !== 200) throw new Error(`a create was answered ${create.status}`)
  writeFileSync(codeCacheOf(file, text, process), script.createCachedData())
  process.exit()
}
