import type { OperationObject } from 'openapi3-ts/oas31'
import { TALKING_PHOTO } from '../contract/creates/talking-photo.ts'
import { rulesInForce } from '../contract/examination.ts'
import type { Revision } from '../contract/revisions.ts'
import { ANSWERING, createOperation } from './create-operation.ts'
import { TALKING_PHOTO_ANSWERS, TALKING_PHOTO_DELIVERIES, TALKING_PHOTO_REQUESTS } from './other-examples.ts'

/** `POST /kling/talking-photo`. */
export function createTalkingPhoto(revision: Revision): OperationObject {
  return createOperation(revision, {
    operationId: 'createTalkingPhoto',
    summary: 'Have the face of a photo speak a recording',
    description: [ANSWERING],
    rules: rulesInForce(TALKING_PHOTO.rules, revision, 'documented'),
    body: 'CreateTalkingPhoto',
    requests: TALKING_PHOTO_REQUESTS,
    result: 'TalkingPhotoResult',
    answers: TALKING_PHOTO_ANSWERS,
    delivery: 'receiveTalkingPhoto',
    deliveries: TALKING_PHOTO_DELIVERIES,
  })
}
