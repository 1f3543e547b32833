import { pause } from '../simulation/timebase.ts'
import { doorAt } from '../testing/client.ts'
import type { Health } from '../testing/connect.ts'
import { numberOf, urlOf } from './options.ts'

/** Between two looks, in real milliseconds. */
const PAUSE_MS = 100

/** `mockling wait`: resolves to exit code 0 as soon as the health of `url` answers, to 3 if it has not in time. */
export async function wait(url: string, options: { timeout: string; json?: true }): Promise<number> {
  const seconds = numberOf('--timeout', options.timeout, 0, 86_400)
  const server = doorAt(urlOf(url), undefined)
  const startedAt = performance.now()
  for (;;) {
    const answer = await (server.send('GET', '/health') as Promise<Health>).catch((error: Error) => error)
    const waitedMs = Math.round(performance.now() - startedAt)
    if (!(answer instanceof Error)) {
      const { name, version, revision } = answer
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ url: server.url, waitedMs, name, version, revision })}\n`
          : `${server.url} answers after ${waitedMs} ms: ${name} ${version}, revision ${revision}\n`,
      )
      return 0
    }
    if (waitedMs + PAUSE_MS > seconds * 1000) {
      process.stderr.write(`mockling: wait: ${server.url} does not answer within ${seconds} s: ${answer.message}\n`)
      return 3
    }
    await pause(PAUSE_MS)
  }
}
