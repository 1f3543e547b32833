import type { OperationObject } from 'openapi3-ts/oas31'
import type { Revision } from '../contract/revisions.ts'
import { createVideo } from './create-video.ts'
import { queryTasks } from './query-tasks.ts'

/** One call of the API; all of them are POSTs. */
export interface Endpoint {
  readonly path: `/kling/${string}`
  operation(revision: Revision): OperationObject
}

/** The calls of the API, in the document's order. */
export const ENDPOINTS: readonly Endpoint[] = [
  { path: '/kling/videos', operation: createVideo },
  { path: '/kling/tasks', operation: queryTasks },
]
