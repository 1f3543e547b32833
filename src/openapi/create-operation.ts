import type {
  CallbackObject,
  ExamplesObject,
  LinkObject,
  LinksObject,
  OperationObject,
  ParameterObject,
} from 'openapi3-ts/oas31'
import { TYPE_RULE } from '../contract/examination.ts'
import type { Revision } from '../contract/revisions.ts'
import type { Rule } from '../contract/rules/objection.ts'
import { createErrors } from './errors.ts'
import { header } from './headers.ts'
import { ref, type SchemaName } from './schemas.ts'

/** What one call that makes tasks has of its own. */
export interface CreateFacts {
  readonly operationId: `create${string}`
  readonly summary: string
  /** Paragraphs that come first. */
  readonly description: readonly string[]
  /** In the order in which the first broken one answers, after R44. */
  readonly rules: readonly Omit<Rule<never>, 'check'>[]
  readonly body: SchemaName
  readonly requests: ExamplesObject
  readonly result: SchemaName
  readonly answers: ExamplesObject
  /** What may be done with an answer, beside asking for the task. */
  readonly links?: LinksObject
  /** The call that posts the result, as generators name it. */
  readonly delivery: `receive${string}`
  readonly deliveries: ExamplesObject
}

/** A call that makes tasks: they differ in what goes in and comes out, hardly in how. */
export function createOperation(revision: Revision, facts: CreateFacts): OperationObject {
  const headers = header('x-trace-id', 'x-mockling-outcome', 'x-mockling-ignored')
  return {
    operationId: facts.operationId,
    tags: ['videos'],
    summary: facts.summary,
    description: [...facts.description, rulesText(facts.rules)].join('\n\n'),
    parameters: [OUTCOME],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: ref(facts.body), examples: facts.requests } },
    },
    responses: {
      200: {
        description:
          'The finished video; or, with callback_url or async, and when timeout has passed, the id of the task alone.',
        headers,
        content: {
          'application/json': { schema: { oneOf: [ref(facts.result), ref('TaskAccepted')] }, examples: facts.answers },
        },
        links: { retrieveTask: RETRIEVE_TASK, ...facts.links },
      },
      ...createErrors(revision, headers),
    },
    callbacks: { settled: { '{$request.body#/callback_url}': settled(facts) } satisfies CallbackObject },
  }
}

/** How the answer comes, which is the same for all. */
export const ANSWERING = `\
Without \`callback_url\` and \`async\` the connection is held until the task settles, then the answer is the result, or the
failure with its status. With \`callback_url\` the answer comes at once and is exactly \`{"task_id"}\`; the result, or the
failure, is posted there later. With \`async\` the answer is the same, and \`POST /kling/tasks\` tells how it went.

A caller that hangs up does not stop the task: it goes on and is billed, and a retry makes a second one.`

const RETRIEVE_TASK: LinkObject = {
  operationId: 'queryTasks',
  description: 'How far the task is, and what came of it: `id` is the answer’s `task_id`.',
}

/**
 * What the linked calls are given, by the link's name. It stands in the strict documents alone, for those who follow links:
 * openapi-generator 7.25 takes a document for invalid whose links say so.
 */
const LINK_BODIES: Readonly<Record<string, object>> = {
  retrieveTask: { id: '$response.body#/task_id', action: 'retrieve' },
  extendVideo: { action: 'extend', video_id: '$response.body#/video_id', prompt: 'The mug is put back.' },
}

/** The links of an answer, with what the calls they lead to are given. */
export function linksWithBodies(links: LinksObject): LinksObject {
  return Object.fromEntries(
    Object.entries(links).map(([name, link]) => [name, { ...link, requestBody: LINK_BODIES[name] } as LinkObject]),
  )
}

/** Ours alone: the real API knows no such header. */
const OUTCOME: ParameterObject = {
  name: 'x-mockling-outcome',
  in: 'header',
  description:
    'Simulator only. What is to happen to this request, its task, callbacks and file: one or several of `x-mockling-outcomes`, with commas between them. It wins over control rules, magic words in the prompt and magic tokens. The refusal of an unknown one lists those there are.',
  schema: { type: 'string' },
  examples: {
    fail: { summary: 'The task fails', value: 'fail api_error' },
    refuse: { summary: 'The request is refused', value: 'refuse used_up' },
    several: {
      summary: 'The answer is lost, and the callback comes twice, 5 s apart',
      value: 'answer-dropped, callback-doubled gap=5',
    },
  },
}

function settled({ delivery, result, deliveries }: CreateFacts): CallbackObject {
  return {
    post: {
      operationId: delivery,
      tags: ['videos'],
      summary: 'The task has settled',
      description:
        'What the held request would have answered. One unsigned request; `task_id` tells which task it is about. Source: guide A, Asynchronous Callback (guide).',
      security: [],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { oneOf: [ref(result), ref('ErrorBody')] }, examples: deliveries } },
      },
      responses: {
        '2XX': { description: 'Received. The body does not matter.' },
        '4XX': { description: 'Not delivered, as with any status but 2XX.' },
      },
    },
  }
}

/** Every rule in force, in the order in which the first broken one answers. */
function rulesText(rules: CreateFacts['rules']): string {
  const lines = [TYPE_RULE, ...rules].map(rule => `- ${rule.id}: ${rule.says}. ${rule.source} (${rule.grade}).`)
  return ['Rules; the first that is broken answers with 400:', '', ...new Set(lines)].join('\n')
}
