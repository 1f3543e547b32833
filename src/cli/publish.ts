import { ConfigError } from '../config.ts'
import type { ReportDraft } from '../control/reports.ts'
import { doorAt, Unreachable } from '../testing/client.ts'

/** Where a report is published: a mockling, whose inspector shows it. */
export interface Publishing {
  readonly publish?: string
  readonly key?: string
}

/**
 * Publishes what was found at the mockling that `--publish` names, if it does. Resolves to whether it is there now; if not,
 * standard error says why.
 */
export async function published(draft: ReportDraft, { publish, key }: Publishing): Promise<boolean> {
  if (publish === undefined) return true
  try {
    await doorAt(publish.replace(/\/_mockling\/*$/, ''), key).send('POST', '/v1/reports', draft)
    return true
  } catch (error) {
    console.error(`--publish: ${(error as Error).message}`)
    return false
  }
}

/** @throws ConfigError before anything is done whose report could not be published */
export function refuseUnpublishable({ publish, key }: Publishing): void {
  if (publish === undefined) return
  try {
    doorAt(publish, key)
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    throw new ConfigError(`--publish: ${error.message}`, { cause: error })
  }
}
