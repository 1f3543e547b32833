import { type Material, modelsOf, modelsTaking, rowsOf } from './capabilities.ts'
import type { Evidence } from './evidence.ts'
import { REVISION_FACTS, type Revision, type RevisionFacts } from './revisions.ts'
import { mostElements } from './rules/voices.ts'

/** The facts of the wire: how they are called, what their values mean, where they were read. */
export const WIRE_FACTS: readonly (Evidence & {
  readonly item: string
  readonly text: (facts: RevisionFacts, revision: Revision) => string
})[] = [
  {
    item: 'mode',
    text: ({ modes }) => modes.join(', '),
    source: 'guide A and B, mode',
    grade: 'guide',
  },
  {
    item: 'cfg_scale, camera_control',
    text: ({ takesStrings }) => (takesStrings ? 'also as strings' : 'a number, an object'),
    source: 'gateway §2',
    grade: 'vendor',
  },
  {
    item: 'camera_control with image2video',
    text: ({ movesFrames }) => (movesFrames ? 'as the matrix says' : 'refused'),
    source: 'gateway §3.2 R21',
    grade: 'vendor',
  },
  {
    item: 'start_image_url with text2video',
    text: ({ ignoredByAction }) => (ignoredByAction['text2video']?.includes('start_image_url') ? 'ignored' : 'refused'),
    source: 'gateway §3.2 R11',
    grade: 'vendor',
  },
  {
    item: 'end_image_url with text2video',
    text: ({ ignoredByAction }) => (ignoredByAction['text2video']?.includes('end_image_url') ? 'ignored' : 'refused'),
    source: 'gateway §3.2 R10',
    grade: 'vendor',
  },
  {
    item: 'element_list',
    text: (_, revision) => `${takenText(revision, 'element_list')}${elementsText(revision)}`,
    source: 'guide A and B, element_list; gateway §3.2 R35 and R36',
    grade: 'vendor',
  },
  {
    item: 'video_list',
    text: (_, revision) => takenText(revision, 'video_list'),
    source: 'gateway §3.2 R26 and R27',
    grade: 'vendor',
  },
  {
    item: 'image_list',
    text: (_, revision) => takenText(revision, 'image_list'),
    source: 'gateway §3.2 R27',
    grade: 'vendor',
  },
  {
    item: 'extend',
    text: (_, revision) =>
      modelsOf(revision)
        .filter(model => doesExtend(revision, model))
        .join(', '),
    source: 'gateway §3.2 R7',
    grade: 'vendor',
  },
  {
    item: 'references',
    text: ({ readsCitations }) =>
      readsCitations ? 'count where the prompt cites them; in image numbering frames come first' : 'count',
    source: 'gateway §2',
    grade: 'vendor',
  },
  {
    item: 'video_id',
    text: ({ videoId }) => (videoId === 'uuid' ? 'a UUID' : '18 decimal digits'),
    source: 'gateway §1.4',
    grade: 'vendor',
  },
  {
    item: 'video_url',
    text: ({ videoPath }) => (videoPath === 'upload' ? '/bs2/upload-kling-api/….mp4' : '/kling/<task_id>.mp4'),
    source: 'gateway §1.4',
    grade: 'vendor',
  },
  {
    item: 'results have also',
    text: ({ resultParts }) => resultParts.map(part => (part === 'data' ? 'data[]' : part)).join(', ') || 'nothing',
    source: 'gateway §1.4',
    grade: 'vendor',
  },
  {
    item: 'no token',
    text: ({ tokenMissing }) => (tokenMissing === 'no_token' ? '400 no_token' : '401 invalid_token'),
    source: 'gateway §4.1; gateway §9 D10',
    grade: 'vendor',
  },
  {
    item: 'errors of the gateway',
    text: ({ gatewaySaysSuccess }) => (gatewaySaysSuccess ? 'carry success' : 'carry no success'),
    source: 'gateway §4.2',
    grade: 'vendor',
  },
  {
    item: 'a create refused by a rule',
    text: ({ refusalsLeaveTasks }) =>
      refusalsLeaveTasks ? 'leaves a failed task, with its task_id' : 'leaves nothing',
    source: 'gateway §4.2 (G-ls)',
    grade: 'inferred',
  },
]

function takenText(revision: Revision, material: Material): string {
  const models = modelsTaking(revision, material)
  if (models.length > 0) return `taken by ${models.join(', ')}`
  return REVISION_FACTS[revision].fields.has(material) ? 'refused' : 'ignored'
}

/** As they were opened again (gateway §2). */
function elementsText(revision: Revision): string {
  const most = mostElements(revision)
  return most === undefined ? '' : `; 1 to ${most}, by ids of the platform`
}

function doesExtend(revision: Revision, model: string): boolean {
  return rowsOf(revision, model)?.get('std')?.actions.includes('extend') === true
}
