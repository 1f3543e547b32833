import type { OperationObject } from 'openapi3-ts/oas31'
import type { Revision } from '../contract/revisions.ts'
import { queryErrors } from './errors.ts'
import { TASK_ANSWERS, TASK_REQUESTS } from './examples.ts'
import { header } from './headers.ts'
import { ref } from './schemas.ts'

/** `POST /kling/tasks`. */
export function queryTasks(revision: Revision): OperationObject {
  const headers = header('x-trace-id', 'x-mockling-outcome')
  return {
    operationId: 'queryTasks',
    tags: ['tasks'],
    summary: 'Look at one task, or at several',
    description: DESCRIPTION,
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: ref('TaskQuery'), examples: TASK_REQUESTS },
      },
    },
    responses: {
      200: {
        description: 'One record, or an empty object if there is no such task; to retrieve_batch the records found.',
        headers,
        content: {
          'application/json': {
            schema: { oneOf: [ref('TaskRecord'), ref('TaskBatch'), ref('UnknownTask')] },
            examples: TASK_ANSWERS,
          },
        },
      },
      ...queryErrors(revision, headers),
    },
  }
}

const DESCRIPTION = `\
Free of charge. A record has no status of its own: while the task is pending there is no \`response\` and no \`finished_at\`;
then \`response\` is what the held request would have answered. retrieve_batch takes \`ids\` or at least one filter.`
