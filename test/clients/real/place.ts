import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const requirements = readFileSync(join(import.meta.dirname, 'requirements.txt'))
const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')

/** Where `install` has put the clients of this very requirements.txt. */
const PLACE = join(cache, 'mockling', `clients-${createHash('sha256').update(requirements).digest('hex').slice(0, 16)}`)

/** A command that came with the clients. */
export function installed(command: string): string {
  return join(PLACE, 'bin', command)
}

/** A Python script of this folder. */
export function script(name: string): string {
  return join(import.meta.dirname, name)
}

function reasonToLeaveOut(): string {
  if (spawnSync('python3', ['--version']).status !== 0) return 'python3 does not run'
  if (!existsSync(join(PLACE, 'whole'))) return 'the clients are not installed, test/clients/real/install does it'
  return spawnSync(installed('python'), ['--version']).status === 0 ? '' : 'the Python they were installed for is gone'
}

const reason = reasonToLeaveOut()

/** Empty if the clients are there, else what to add to the name of a test that is left out. */
export const withoutClients = reason && ` (left out: ${reason})`

/** The version of a client that requirements.txt pins. */
export function pinned(client: string): string {
  const [, version] = new RegExp(`^${client}==(\\S+)`, 'm').exec(requirements.toString()) ?? []
  if (version === undefined) throw new Error(`requirements.txt does not pin ${client}`)
  return version
}
