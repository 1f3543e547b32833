import { createRequire } from 'node:module'
import type { Queue, Worker } from 'bullmq'
import type { Redis } from 'ioredis'

/** What replicas need, which nobody else has to install. */
export interface Packages {
  readonly Redis: typeof Redis
  readonly Queue: typeof Queue
  readonly Worker: typeof Worker
}

/** A package that replicas need is not there. The message says how to get it. */
export class PackagesMissing extends Error {}

/**
 * Loads them, which takes a while and is done for nobody who does not ask for replicas.
 * @throws PackagesMissing naming what to install.
 */
export function loadPackages(load: (name: string) => unknown = createRequire(import.meta.url)): Packages {
  const missing: string[] = []
  const optional = <Package>(name: string): Package => {
    try {
      return load(name) as Package
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
      missing.push(name)
      return {} as Package
    }
  }
  const { Redis } = optional<typeof import('ioredis')>('ioredis')
  const { Queue, Worker } = optional<typeof import('bullmq')>('bullmq')
  if (missing.length === 0) return { Redis, Queue, Worker }
  const those = missing.length === 1 ? `the package ${missing[0]}` : `the packages ${missing.join(' and ')}`
  throw new PackagesMissing(`replicas need ${those}; npm install ${missing.join(' ')}`)
}
