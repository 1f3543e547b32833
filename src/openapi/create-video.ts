import type { LinksObject, OperationObject } from 'openapi3-ts/oas31'
import { CAPABILITIES, type Capability } from '../contract/capabilities.ts'
import { spanOf } from '../contract/offers.ts'
import type { Revision } from '../contract/revisions.ts'
import { LENGTH_RULE, SOURCE_RULE } from '../contract/rules/source.ts'
import { rulesOf } from '../contract/rules.ts'
import { ANSWERING, createOperation } from './create-operation.ts'
import { CALLBACK_BODIES, CREATE_ANSWERS, CREATE_REQUESTS } from './examples.ts'
import { furtherAnswers, furtherRequests } from './later-examples.ts'

/** `POST /kling/videos`. */
export function createVideo(revision: Revision): OperationObject {
  return createOperation(revision, {
    operationId: 'createVideo',
    summary: 'Make a video, or extend one',
    description: [ANSWERING, matrixOf(revision)],
    rules: [...rulesOf(revision, 'documented'), SOURCE_RULE, LENGTH_RULE],
    body: 'CreateVideo',
    requests: { ...CREATE_REQUESTS, ...furtherRequests(revision) },
    result: 'VideoResult',
    answers: { ...CREATE_ANSWERS, ...furtherAnswers(revision) },
    links: LINKS,
    delivery: 'receiveResult',
    deliveries: CALLBACK_BODIES,
  })
}

/** What to do with an answer. */
const LINKS: LinksObject = {
  extendVideo: {
    operationId: 'createVideo',
    description: 'The video may be extended, whatever model made it: its `video_id`, and action extend.',
  },
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
