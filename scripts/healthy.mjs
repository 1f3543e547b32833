// The image's health check: does the mockling of this container answer? It listens where its flags or its environment say, which
// are those of process 1 or, where that is an init (`docker run --init`), of what it runs, and speaks TLS or doesn't.
import { readFileSync } from 'node:fs'
import { get as getPlain } from 'node:http'
import { get as getSecure } from 'node:https'
import { parseArgs } from 'node:util'

const PATIENCE_MS = 1500

const asked = [getPlain, getSecure].map(get => isWell(get))
process.exitCode = (await Promise.all(asked)).includes(true) ? 0 : 1

/** Whether `/health` is answered with 200. Of whom, does not matter on loopback: certificates are not looked at. */
function isWell(get) {
  return new Promise(resolve => {
    const at = { host: '127.0.0.1', port: port(), path: '/health', agent: false, timeout: PATIENCE_MS }
    const request = get({ ...at, rejectUnauthorized: false }, reply => {
      reply.resume()
      resolve(reply.statusCode === 200)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
  })
}

function port() {
  const [, ...words] = readFileSync('/proc/1/cmdline', 'utf8').split('\0')
  const args = words[0] === '--' ? words.slice(1) : words
  const { values } = parseArgs({ args, options: { port: { type: 'string' } }, strict: false })
  return values.port ?? process.env.MOCKLING_PORT ?? 4180
}
