import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/** The committed document, as it is: what all clients are generated from. */
export const DOCUMENT = join(ROOT, 'openapi/kling.yaml')

/** The same of a later revision, with more endpoints and fields, for some of them. */
export const OCTOBERS_DOCUMENT = join(ROOT, 'openapi/kling-2026-10.yaml')

/** Tools are kept here for good, each under a name that its lockfile decides. */
const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'mockling-clients')

/** Fetching and compiling from nothing takes minutes; longer than this is an error. */
const LIMIT_MS = 20 * 60_000

export type Command = readonly [program: string, ...args: string[]]

interface Surroundings {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program to its end and resolves to its standard output. */
export function run([program, ...args]: Command, { cwd, env = {} }: Surroundings): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...process.env, ...env }, timeout: LIMIT_MS, maxBuffer: 64 * 1024 * 1024 }
    execFile(program, args, options, (failure, stdout, stderr) => {
      if (!failure) return resolve(stdout)
      const reason = failure.killed ? `was ended after ${LIMIT_MS / 60_000} minutes` : failure.message.split('\n')[0]
      reject(new Error(`${[program, ...args].join(' ')} ${reason}\n${stdout}\n${stderr}`))
    })
  })
}

/** The files of a language, as committed. */
export function sources(language: string): string {
  return join(import.meta.dirname, language)
}

/** A fresh copy of them, git-ignored, beside which the generators write. It stays, to be looked at. */
export function workbench(language: string, client = language): string {
  const folder = join(import.meta.dirname, '.generated', client)
  rmSync(folder, { recursive: true, force: true })
  cpSync(sources(language), folder, { recursive: true })
  return folder
}

/** A folder in the cache for what follows from these files. It may be there already. */
export function cached(name: string, ...lockfiles: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of lockfiles) hash.update(readFileSync(file))
  return join(CACHE, `${name}-${hash.digest('hex').slice(0, 16)}`)
}

/** The same, filled by `fill` if it is not there. Never half full: it gets its name when it is whole. */
export async function installed(folder: string, fill: (folder: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder
  mkdirSync(dirname(folder), { recursive: true })
  const temporary = mkdtempSync(`${folder}.`)
  await fill(temporary)
  try {
    renameSync(temporary, folder)
  } catch (reason) {
    rmSync(temporary, { recursive: true })
    if (!existsSync(folder)) throw reason
  }
  return folder
}
