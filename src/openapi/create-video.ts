import type { CallbackObject, LinksObject, OperationObject, ParameterObject, ResponseObject } from 'openapi3-ts/oas31'
import { CAPABILITIES, type Capability } from '../contract/capabilities.ts'
import { spanOf } from '../contract/offers.ts'
import type { Revision } from '../contract/revisions.ts'
import { LENGTH_RULE, SOURCE_RULE } from '../contract/rules/source.ts'
import { rulesOf, TYPE_RULE } from '../contract/rules.ts'
import { createErrors } from './errors.ts'
import { CALLBACK_BODIES, CREATE_ANSWERS, CREATE_REQUESTS } from './examples.ts'
import { header } from './headers.ts'
import { ref } from './schemas.ts'

/** `POST /kling/videos`. */
export function createVideo(revision: Revision): OperationObject {
  const headers = header('x-trace-id', 'x-mockling-outcome', 'x-mockling-ignored')
  return {
    operationId: 'createVideo',
    tags: ['videos'],
    summary: 'Make a video, or extend one',
    description: [INTRODUCTION, matrixOf(revision), rulesText(revision)].join('\n\n'),
    parameters: [OUTCOME],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: ref('CreateVideo'), examples: CREATE_REQUESTS } },
    },
    responses: {
      200: {
        description:
          'The finished video; or, with callback_url or async, and when timeout has passed, the id of the task alone.',
        headers,
        content: {
          'application/json': {
            schema: { oneOf: [ref('VideoResult'), ref('TaskAccepted')] },
            examples: CREATE_ANSWERS,
          },
        },
        links: LINKS,
      },
      ...createErrors(revision, headers),
      503: OURS,
    },
    callbacks: { settled: { '{$request.body#/callback_url}': SETTLED } satisfies CallbackObject },
  }
}

const INTRODUCTION = `\
Without \`callback_url\` and \`async\` the connection is held until the task settles, then the answer is the result, or the
failure with its status. With \`callback_url\` the answer comes at once and is exactly \`{"task_id"}\`; the result, or the
failure, is posted there later. With \`async\` the answer is the same, and \`POST /kling/tasks\` tells how it went.

A caller that hangs up does not stop the task: it goes on and is billed, and a retry makes a second one.`

/** What to do with an answer. */
const LINKS: LinksObject = {
  retrieveTask: {
    operationId: 'queryTasks',
    description: 'How far the task is, and what came of it.',
    requestBody: { id: '$response.body#/task_id', action: 'retrieve' },
  },
  extendVideo: {
    operationId: 'createVideo',
    description: 'The video may be extended, whatever model made it.',
    requestBody: { action: 'extend', video_id: '$response.body#/video_id', prompt: 'The mug is put back.' },
  },
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

const SETTLED: CallbackObject = {
  post: {
    operationId: 'receiveResult',
    tags: ['videos'],
    summary: 'The task has settled',
    description:
      'What the held request would have answered. One unsigned request; `task_id` tells which task it is about. Source: guide A, Asynchronous Callback (guide).',
    security: [],
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: { oneOf: [ref('VideoResult'), ref('ErrorBody')] }, examples: CALLBACK_BODIES },
      },
    },
    responses: {
      '2XX': { description: 'Received. The body does not matter.' },
      '4XX': { description: 'Not delivered, as with any status but 2XX.' },
    },
  },
}

const OURS: ResponseObject = {
  description:
    'Simulator only: it is shutting down or was reset while it held the request, or it holds as many pending tasks as it can. One of the headers x-mockling-shutdown, x-mockling-reset and x-mockling-overload says which.',
  headers: header('x-trace-id'),
  content: { 'application/json': { schema: ref('ErrorBody') } },
}

/** The capability matrix as a Markdown table. */
function matrixOf(revision: Revision): string {
  const rows = CAPABILITIES.filter(row => row.revisions.includes(revision))
  return [
    `What the models offer, source ${[...new Set(rows.map(row => row.source))].join('; ')}:`,
    '',
    '| model | mode | seconds | end frame | sound | camera | extend |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(row => `| ${cellsOf(row).join(' | ')} |`),
  ].join('\n')
}

function cellsOf(row: Capability): string[] {
  const at = (seconds: readonly number[]) => {
    if (seconds.length === 0) return 'no'
    return seconds.length === row.seconds.length ? 'yes' : `only ${spanOf(seconds)} s`
  }
  return [
    row.model,
    row.oneMode ? 'one' : row.modes.join(', '),
    spanOf(row.seconds),
    at(row.endFrame),
    row.audio ? 'yes' : 'no',
    at(row.camera),
    extending(row),
  ]
}

function extending({ actions }: Capability): string {
  if (!actions.includes('extend')) return 'no'
  return actions.length === 1 ? 'only' : 'yes'
}

/** Every rule in force, in the order in which the first broken one answers. */
function rulesText(revision: Revision): string {
  const rules = [TYPE_RULE, ...rulesOf(revision, 'documented'), SOURCE_RULE, LENGTH_RULE]
  const lines = rules.map(rule => `- ${rule.id}: ${rule.says}. ${rule.source} (${rule.grade}).`)
  return ['Rules; the first that is broken answers with 400:', '', ...new Set(lines)].join('\n')
}
