import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, isIP } from 'node:net'
import { hostOf } from '../../callbacks/address-policy.ts'
import type { Finding } from './finding.ts'

/** Real milliseconds for one connection. */
const PATIENCE_MS = 3000

/** What the host of `url` stands for, and whether each of its addresses takes connections, if it should by now. */
export async function nameFinding(check: string, url: URL, isServed = true): Promise<Finding> {
  const host = hostOf(url)
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  let addresses: string[]
  try {
    addresses = isIP(host) ? [host] : (await lookup(host, { all: true })).map(({ address }) => address)
  } catch (error) {
    const advice =
      host === 'host.docker.internal'
        ? DOCKER_ADVICE
        : 'Check the spelling, the hosts file and the DNS server of this machine.'
    return { check, verdict: 'fail', says: `${host} has no address (${(error as NodeJS.ErrnoException).code})`, advice }
  }
  if (!isServed) return { check, verdict: 'pass', says: `${host} is ${addresses.join(', ')}` }
  const deaf: string[] = []
  for (const address of addresses) if (!(await takesConnections(address, port))) deaf.push(address)
  const says = `${host === addresses[0] ? host : `${host} is ${addresses.join(', ')}`}; port ${port}`
  if (deaf.length === 0) return { check, verdict: 'pass', says: `${says} takes connections` }
  if (deaf.length === addresses.length) {
    return {
      check,
      verdict: 'fail',
      says: `${says} takes no connections`,
      advice: 'Is the server running, and bound to that address?',
    }
  }
  return {
    check,
    verdict: 'note',
    says: `${says}: not at ${deaf.join(', ')}`,
    advice: `Clients that try only that one fail; use ${addresses.find(address => !deaf.includes(address))} in the URL.`,
  }
}

const DOCKER_ADVICE =
  'On Linux start the container with --add-host=host.docker.internal:host-gateway (compose: extra_hosts).'

async function takesConnections(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port, timeout: PATIENCE_MS })
  try {
    await Promise.race([
      once(socket, 'connect'),
      once(socket, 'timeout').then(() => Promise.reject(new Error('timeout'))),
    ])
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
