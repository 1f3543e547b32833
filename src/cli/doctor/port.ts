import { once } from 'node:events'
import { createServer } from 'node:net'
import findProcess from 'find-process'
import type { Finding } from './finding.ts'

/** Whether `host` and `port` can be listened on, and if not, who does already. */
export async function portFinding(host: string, port: number): Promise<Finding> {
  const check = 'port'
  if (port === 0) return { check, verdict: 'pass', says: 'a free one is chosen at start (--port 0)' }
  const probe = createServer()
  try {
    probe.listen({ host, port })
    await once(probe, 'listening')
    return { check, verdict: 'pass', says: `${port} is free on ${host}` }
  } catch (error) {
    return { check, verdict: 'fail', ...(await objectionOf(error as NodeJS.ErrnoException, host, port)) }
  } finally {
    probe.close()
  }
}

async function objectionOf({ code, message }: NodeJS.ErrnoException, host: string, port: number) {
  switch (code) {
    case 'EADDRINUSE':
      return {
        says: `${port} on ${host} is held by ${await holderOf(port)}`,
        advice: 'End that program, or choose another port with --port.',
      }
    case 'EACCES':
      return { says: `${port} may not be opened by this user`, advice: 'Choose one above 1023 with --port.' }
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return { says: `${host} is no address of this machine`, advice: 'Give --host 127.0.0.1, or 0.0.0.0 for all.' }
    default:
      return { says: `${port} on ${host} can't be listened on: ${message}` }
  }
}

/** The program that listens, as far as this system and user are told. */
async function holderOf(port: number): Promise<string> {
  const unknown = 'another program, which this user may not see'
  try {
    const [holder] = await findProcess('port', port)
    return holder ? `${holder.name} (pid ${holder.pid})` : unknown
  } catch {
    return unknown
  }
}
