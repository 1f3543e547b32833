import type { OpenAPIObject, ServerObject, TagObject } from 'openapi3-ts/oas31'
import { REVISION_FACTS, type Revision } from '../contract/revisions.ts'
import { pathsOf } from './endpoints.ts'
import { HEADERS } from './headers.ts'
import { outcomes } from './outcomes.ts'
import { reachedFrom, schemasOf } from './schemas.ts'

/** The real API (guide A, Basic Usage). */
const REAL: ServerObject = { url: 'https://api.acedata.cloud', description: 'The real API.' }

const TAGS: TagObject[] = [
  { name: 'videos', description: 'Making them, extending them, putting movement or speech into them.' },
  { name: 'tasks', description: 'How far they are, and what came of them.' },
]

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
  const paths = pathsOf(revision)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kling Videos Generation API',
      version: revision,
      description: descriptionOf(revision),
      contact: { name: 'Those who make mockling. The API itself is Ace Data Cloud’s.' },
      license: { name: 'MIT, for this document', identifier: 'MIT' },
    },
    servers: serverUrl === undefined ? [REAL, LOCAL] : [{ url: serverUrl, description: 'This mockling.' }, REAL],
    security: [{ bearer: [] }],
    tags: TAGS,
    paths,
    components: {
      schemas: reachedFrom(paths, schemasOf(revision)),
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
    'x-mockling-outcomes': outcomes(),
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
