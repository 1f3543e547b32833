import type { Case } from './case.ts'
import { difference, differencesFromRefusal } from './difference.ts'
import { NoDownload } from './download.ts'
import { LOOKINGS, type Looked } from './looks.ts'
import { observedIn } from './observed.ts'
import { ANSWERS, queryOf } from './queries.ts'
import type { Studio } from './studio.ts'
import { send, type Target } from './target.ts'

/**
 * Finds out whether the promise of a case is kept: what was seen, and everything that came otherwise.
 * @throws Unreachable, NotProduced
 */
export async function lookedAt({ check }: Case, target: Target, studio: Studio): Promise<Looked> {
  switch (check.kind) {
    case 'refused': {
      const seen = await send(target, check.sending)
      return {
        observed: observedIn(seen.status, seen.json),
        differences: differencesFromRefusal(check.expected, seen),
      }
    }
    case 'made': {
      const { production, look, expected } = check
      const produced = await studio.produced(production)
      return LOOKINGS[look](produced, expected, production, target).catch(fileMissing)
    }
    case 'query': {
      const produced = check.production && (await studio.produced(check.production))
      const { status, json } = await send(target, queryOf(check.query, produced?.taskId))
      return {
        observed: observedIn(status, json),
        differences: [
          ...difference('status', 200, status),
          ...ANSWERS[check.query](json, produced?.taskId, target.revision),
        ],
      }
    }
  }
}

function fileMissing(thrown: unknown): Looked {
  if (thrown instanceof NoDownload) {
    return { differences: [{ at: 'video_url', promised: 'a file', seen: thrown.message }] }
  }
  throw thrown
}
