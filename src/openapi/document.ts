import type { OpenAPIObject, ServerObject } from 'openapi3-ts/oas31'
import { REVISION_FACTS, type Revision } from '../contract/revisions.ts'
import { outcomeLines } from '../faults/outcomes.ts'
import { createVideo } from './create-video.ts'
import { HEADERS } from './headers.ts'
import { queryTasks } from './query-tasks.ts'
import { schemasOf } from './schemas.ts'

/** The real API (guide A, Basic Usage). */
const REAL: ServerObject = { url: 'https://api.acedata.cloud', description: 'The real API.' }

/** Where a simulator listens by default. */
const LOCAL: ServerObject = { url: 'http://127.0.0.1:4180', description: 'A mockling on this machine.' }

/**
 * The contract of one revision as an OpenAPI 3.1 document: plain data, made anew by each call.
 *
 * `serverUrl`, scheme and host without a slash at the end, is named as the first server.
 *
 * @example
 * openApiDocument('2026-05', simulator.url).servers?.[0]?.url // 'http://127.0.0.1:4180'
 */
export function openApiDocument(revision: Revision, serverUrl?: string): OpenAPIObject {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kling Videos Generation API',
      version: revision,
      description: descriptionOf(revision),
    },
    servers: serverUrl === undefined ? [REAL, LOCAL] : [{ url: serverUrl, description: 'This mockling.' }, REAL],
    security: [{ bearer: [] }],
    paths: {
      '/kling/videos': { post: createVideo(revision) },
      '/kling/tasks': { post: queryTasks(revision) },
    },
    components: {
      schemas: schemasOf(revision),
      headers: HEADERS,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description:
            'The token of the service. The simulator takes any that is not empty, unless it was started with a list of tokens. Source: guide A, Basic Usage (guide).',
        },
      },
    },
    // Ours alone: what the header x-mockling-outcome may name.
    'x-mockling-outcomes': outcomeLines(),
  }
}

function descriptionOf(revision: Revision): string {
  const { title, source, grade } = REVISION_FACTS[revision]
  return `\
The video API of Ace Data Cloud as mockling imitates it. Revision ${revision}: ${title}. Source: ${source} (${grade}).

This is not the vendor's own document. Each field and error names where it was read and how sure that is: guide (the two
integration guides), vendor (its other documents and clients), kling (the model vendor's own), inferred, or chosen (nobody
says; decided for the simulator).`
}
