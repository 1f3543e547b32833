import { type Capability, modelsOf, rowsOf } from '../../contract/capabilities.ts'
import { ENDPOINTS } from '../../contract/endpoints.ts'
import { REVISION_FACTS, type Revision } from '../../contract/revisions.ts'
import { EXAMPLE_VIDEO_ID } from '../../contract/rules/objection.ts'
import { type Body, bodyOf, cellsOf, type Files, framed, worded } from '../bodies.ts'
import type { Case } from '../case.ts'
import {
  acceptedCase,
  creditsOf,
  objectionTo,
  refusedFor,
  type Source,
  sourceVideo,
  type Tried,
  tried,
} from '../making.ts'

/** Durations that no row offers, one below and one above. */
const UNOFFERED_SECONDS = [2, 16]

/** Every cell of the matrix, as it is offered or not, and what lies just outside of each row. */
export function matrixCases(revision: Revision, files: Files): Case[] {
  const source = sourceVideo(revision)
  const cells = cellsOf(revision).map(cell => {
    const name = `${cell.model}/${cell.mode}/${cell.seconds}s/${cell.feature.replace(' ', '-')}`
    return caseOf(name, cell.row, bodyOf(cell, files), revision, source)
  })
  const outside = modelsOf(revision).flatMap(model =>
    [...(rowsOf(revision, model) ?? [])].flatMap(([mode, row]) =>
      outsideOf(model, mode, files).map(([name, body]) =>
        caseOf(`${model}/${mode}/${name}`, row, body, revision, source),
      ),
    ),
  )
  return [...cells, ...outside, ...missingModes(revision, source)]
}

/** Bodies beside the features: each action, and lengths that are not offered. */
function outsideOf(model: string, mode: string, files: Files): [string, Body][] {
  const actions: readonly [string, Body][] = [
    ['text2video', worded()],
    ['image2video', framed(files)],
    ['extend', { action: 'extend', prompt: 'The mug is lifted.', video_id: EXAMPLE_VIDEO_ID }],
  ]
  const lengths = UNOFFERED_SECONDS.map((seconds): [string, Body] => [
    `${seconds}s`,
    { ...worded(), duration: seconds },
  ])
  return [...actions, ...lengths].map(([name, body]) => [name, { ...body, model, mode }])
}

/** Modes that a revision knows, and a model has not. */
function missingModes(revision: Revision, source: Source): Case[] {
  return modelsOf(revision).flatMap(model => {
    const rows = rowsOf(revision, model)
    const [row] = rows?.values() ?? []
    const missing = REVISION_FACTS[revision].modes.filter(mode => !rows?.has(mode))
    if (!row) return []
    return missing.map(mode => caseOf(`${model}/${mode}`, row, { ...worded(), model, mode }, revision, source))
  })
}

function caseOf(name: string, row: Capability, body: Body, revision: Revision, source: Source): Case {
  const it = tried('videos', body, revision)
  const objection = objectionTo(it)
  const common = {
    id: `matrix/${name}`,
    tags: ['matrix', row.model, String(body['mode']), String(body['action']), objection ? 'refused' : 'accepted'],
    source: row.source,
    grade: row.grade,
  }
  if (!objection) return { ...common, promise: `${inWords(it)} is made.`, ...acceptedCase(it, source) }
  return {
    ...common,
    promise: `${inWords(it)} is refused.`,
    priceClass: 'at risk',
    credits: creditsOf(it, revision),
    needs: [],
    check: { kind: 'refused', sending: { path: ENDPOINTS.videos.path, body }, expected: refusedFor(objection) },
  }
}

/** Such as `text2video by kling-v1 in mode std, duration 5, camera_control`. */
function inWords({ body }: Tried): string {
  const { action, model, mode, ...rest } = body
  const more = Object.entries(rest).flatMap(([field, value]) => {
    if (field === 'duration') return [`duration ${value}`]
    return ['end_image_url', 'camera_control', 'generate_audio'].includes(field) ? [field] : []
  })
  return [`${action} by ${model} in mode ${mode}`, ...more].join(', ')
}
