import guides from '../../../fixtures/upstream/scenarios.json' with { type: 'json' }
import type { Revision } from '../../contract/revisions.ts'
import type { Body } from '../bodies.ts'
import type { Case, Production } from '../case.ts'
import { answered, produced, sourceVideo, tried } from '../making.ts'

/** A request of a guide, with what it says came of it. Written by hand: nothing of it follows from the contract here. */
interface Scenario {
  readonly id: string
  readonly promise: string
  readonly source: string
  readonly body: Body
  readonly via: Production['via']
  /** The scenario whose video it extends, in place of the one that the guide names. */
  readonly of?: string
  /** As the guide's result gives it. */
  readonly duration: string
}

/** What the guides themselves show. In every revision: nothing of it has been taken back. */
export function scenarioCases(revision: Revision): Case[] {
  const source = sourceVideo(revision).production
  return (guides as readonly Scenario[]).map(({ id, promise, source: read, body, via, of, duration }) => {
    const asked = produced(tried('videos', body, revision), of === undefined ? undefined : source)
    const production = answered(asked, via)
    return {
      id: `guide/${id}`,
      promise,
      tags: ['guide-example', 'accepted', String(body['action'])],
      source: read,
      grade: 'guide',
      priceClass: 'paid',
      credits: production.credits,
      needs: via === 'callback' ? ['callback'] : [],
      check: { kind: 'made', production, look: 'result', expected: { duration } },
    }
  })
}
