import type { OperationObject } from 'openapi3-ts/oas31'
import { LENGTH_RULE, LIP_SYNC } from '../contract/creates/lip-sync.ts'
import { rulesInForce } from '../contract/examination.ts'
import type { Revision } from '../contract/revisions.ts'
import { SOURCE_RULE } from '../contract/rules/source.ts'
import { ANSWERING, createOperation } from './create-operation.ts'
import { LIP_SYNC_ANSWERS, LIP_SYNC_DELIVERIES, LIP_SYNC_REQUESTS } from './other-examples.ts'

/** `POST /kling/lip-sync`. */
export function createLipSync(revision: Revision): OperationObject {
  return createOperation(revision, {
    operationId: 'createLipSync',
    summary: 'Have the mouth in a video speak a text or a recording',
    description: [ANSWERING, LENGTH],
    rules: [...rulesInForce(LIP_SYNC.rules, revision, 'documented'), SOURCE_RULE, LENGTH_RULE],
    body: 'CreateLipSync',
    requests: LIP_SYNC_REQUESTS,
    result: 'VideoResult',
    answers: LIP_SYNC_ANSWERS,
    delivery: 'receiveLipSync',
    deliveries: LIP_SYNC_DELIVERIES,
  })
}

const LENGTH =
  'The result is as long as the video it changes. Of one at `video_url`, which the simulator does not fetch, it lasts "4.966" (inferred: the vendor’s sample).'
