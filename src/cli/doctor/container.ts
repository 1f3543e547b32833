import isInsideContainer from 'is-inside-container'
import type { Finding } from './finding.ts'

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/

/** Whether containers and the machine around them mean the same by `localhost`: they never do. */
export function containerFinding(host: string): Finding {
  const check = 'container'
  const isLoopback = LOOPBACK.test(host)
  if (isInsideContainer()) {
    if (!isLoopback) return { check, verdict: 'pass', says: `this is one, and ${host} can be reached from outside it` }
    return {
      check,
      verdict: 'note',
      says: `this is one: ${host} here is the container itself, which nobody outside reaches, not even by a published port`,
      advice:
        'For clients outside start with --host 0.0.0.0; their receivers are at host.docker.internal, not localhost.',
    }
  }
  if (!isLoopback) {
    return {
      check,
      verdict: 'pass',
      says: 'containers reach a server here as host.docker.internal; their own localhost is theirs',
    }
  }
  return {
    check,
    verdict: 'note',
    says: `a container can't reach ${host} of this machine: localhost in a container is the container`,
    advice: 'For clients in containers start with --host 0.0.0.0 and give them http://host.docker.internal:<port>.',
  }
}
