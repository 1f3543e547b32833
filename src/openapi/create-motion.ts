import type { OperationObject } from 'openapi3-ts/oas31'
import { MOTION } from '../contract/creates/motion.ts'
import { rulesInForce } from '../contract/examination.ts'
import type { Revision } from '../contract/revisions.ts'
import { ANSWERING, createOperation } from './create-operation.ts'
import { MOTION_REQUESTS, motionAnswers, motionDeliveries } from './other-examples.ts'

/** `POST /kling/motion`. */
export function createMotion(revision: Revision): OperationObject {
  return createOperation(revision, {
    operationId: 'createMotion',
    summary: 'Have the figure of an image move as in a video',
    description: [ANSWERING, LENGTH],
    rules: rulesInForce(MOTION.rules, revision, 'documented'),
    body: 'CreateMotion',
    requests: MOTION_REQUESTS,
    result: 'VideoResult',
    answers: motionAnswers(revision),
    delivery: 'receiveMotion',
    deliveries: motionDeliveries(revision),
  })
}

const LENGTH =
  'The result is as long as the video at `video_url`. The simulator does not fetch that one: its own last 5 s (chosen).'
