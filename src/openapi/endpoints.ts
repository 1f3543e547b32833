import type { OperationObject, PathsObject } from 'openapi3-ts/oas31'
import { endpointsOf, type TaskType } from '../contract/endpoints.ts'
import type { Revision } from '../contract/revisions.ts'
import { createLipSync } from './create-lip-sync.ts'
import { createMotion } from './create-motion.ts'
import { createTalkingPhoto } from './create-talking-photo.ts'
import { createVideo } from './create-video.ts'
import { queryTasks } from './query-tasks.ts'

/** The calls that make tasks. */
const CREATES: Readonly<Record<TaskType, (revision: Revision) => OperationObject>> = {
  videos: createVideo,
  motion: createMotion,
  'lip-sync': createLipSync,
  'talking-photo': createTalkingPhoto,
}

/** The calls of a revision, in the document's order; all of them are POSTs. */
export function pathsOf(revision: Revision): PathsObject {
  const creates = endpointsOf(revision).map(({ path, type }) => [path, { post: CREATES[type](revision) }] as const)
  return Object.fromEntries([...creates, ['/kling/tasks', { post: queryTasks(revision) }]])
}
