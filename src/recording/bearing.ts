import { type Capability, capabilityOf, type Material } from '../contract/capabilities.ts'
import { examineFor } from '../contract/creates.ts'
import { type Difference as Item, otherNameOf } from '../contract/differences.ts'
import { ENDPOINTS, type TaskType } from '../contract/endpoints.ts'
import { rulesInForce } from '../contract/examination.ts'
import { isObject } from '../contract/reading.ts'
import type { CreateVideo } from '../contract/request.ts'
import type { Revision } from '../contract/revisions.ts'
import { RULES } from '../contract/rules.ts'

type Body = Readonly<Record<string, unknown>>

/** Two revisions, and what is said to change from one to the other. */
export interface Passage {
  readonly from: Revision
  readonly to: Revision
  readonly items: readonly Item[]
}

/** The listed changes that bear on a create: on whether and how it is taken. */
export function bearingOn(type: TaskType, sent: unknown, passage: Passage): Item[] {
  const body: Body = isObject(sent) ? sent : {}
  const { path } = ENDPOINTS[type]
  const objected = type === 'videos' ? changedRules(body, passage) : new Set<string>()
  return passage.items.filter(({ area, item }) => {
    switch (area) {
      case 'endpoints':
        return item === `POST ${path}`
      case 'fields':
        return item.startsWith(`${path} `) && isGiven(body, item.slice(path.length + 1))
      case 'models':
        return type === 'videos' && [item, otherNameOf(item)].includes(modelOf(body))
      case 'matrix':
        return type === 'videos' && cellBears(item, body, passage)
      case 'rules':
        return objected.has(item)
      case 'wire':
        return type === 'videos' && WIRE[item]?.(body, passage) === true
      default:
        return false
    }
  })
}

function isGiven(body: Body, field: string): boolean {
  return (body[field] ?? undefined) !== undefined
}

function modelOf(body: Body): string {
  return typeof body['model'] === 'string' ? body['model'] : 'kling-v1'
}

/** The rules that one of the two revisions has against a body, and the other has not. */
function changedRules(body: Body, { from, to }: Passage): ReadonlySet<string> {
  const broken = (revision: Revision) => {
    const request = examineFor('videos', { ...body }, revision, 'documented').request as CreateVideo
    const rules = rulesInForce(RULES, revision, 'documented').filter(rule => rule.check(request))
    return new Set(rules.map(({ id, says }) => `${id}: ${says}`))
  }
  const [before, after] = [broken(from), broken(to)]
  return new Set([...before, ...after].filter(item => before.has(item) !== after.has(item)))
}

/** Whether a cell says something else of a body than it did. */
function cellBears(item: string, body: Body, { from, to }: Passage): boolean {
  const [, model = '', mode = '', column] = /^(\S+) (\S+?)(?:: (.+))?$/.exec(item) ?? []
  if (![model, otherNameOf(model)].includes(modelOf(body)) || mode !== (body['mode'] ?? 'std')) return false
  const before = capabilityOf(from, model, mode) ?? capabilityOf(from, otherNameOf(model), mode)
  const after = capabilityOf(to, model, mode) ?? capabilityOf(to, otherNameOf(model), mode)
  const says = CELLS[column ?? '']
  return !before || !after || !says || JSON.stringify(says(before, body)) !== JSON.stringify(says(after, body))
}

/** What a column says of a body. */
const CELLS: Readonly<Record<string, (row: Capability, body: Body) => unknown>> = {
  duration: (row, body) => row.seconds.includes(secondsOf(body)),
  end_image_url: (row, body) => isGiven(body, 'end_image_url') && row.endFrame.includes(secondsOf(body)),
  camera_control: (row, body) => isGiven(body, 'camera_control') && row.camera.includes(secondsOf(body)),
  generate_audio: (row, body) => (row.alwaysAudio ? 'always' : body['generate_audio'] === true && row.audio),
  actions: (row, body) => row.actions.includes(String(body['action'])),
  takes: (row, body) => (row.takes ?? []).filter((material: Material) => isGiven(body, material)).toSorted(),
  'negative_prompt, cfg_scale': (row, body) =>
    (isGiven(body, 'negative_prompt') || isGiven(body, 'cfg_scale')) &&
    row.untunedActions?.includes(String(body['action'])) === true,
}

function secondsOf(body: Body): number {
  return typeof body['duration'] === 'number' ? body['duration'] : 5
}

const given = (field: string) => (body: Body) => isGiven(body, field)
const asked = (action: string, field: string) => (body: Body) => body['action'] === action && isGiven(body, field)

/** Whether a fact of the wire bears on a body. Those that are not here are about answers. */
export const WIRE: Readonly<Record<string, (body: Body, passage: Passage) => boolean>> = {
  mode: (body, { items }) => {
    const { before, after } = items.find(({ item }) => item === 'mode') ?? {}
    const isKnown = (modes?: string | null) => modes?.split(', ').includes(String(body['mode'] ?? 'std'))
    return isKnown(before) !== isKnown(after)
  },
  'cfg_scale, camera_control': body => ['cfg_scale', 'camera_control'].some(field => typeof body[field] === 'string'),
  'camera_control with image2video': asked('image2video', 'camera_control'),
  'start_image_url with text2video': asked('text2video', 'start_image_url'),
  'end_image_url with text2video': asked('text2video', 'end_image_url'),
  element_list: given('element_list'),
  video_list: given('video_list'),
  image_list: given('image_list'),
  extend: (body, { items }) => {
    const { before, after } = items.find(({ item }) => item === 'extend') ?? {}
    const does = (models?: string | null) => models?.split(', ').includes(modelOf(body))
    return body['action'] === 'extend' && does(before) !== does(after)
  },
  references: body => ['image_list', 'video_list'].some(field => isGiven(body, field)),
}

/** An answer's part, and the fact of the wire that it shows. */
export const SHOWN_BY: readonly {
  readonly item: string
  readonly at: RegExp
  readonly when?: 'no token' | 'refused'
}[] = [
  { item: 'video_id', at: /\/video_id$/ },
  { item: 'video_url', at: /(?:\/|_)video_url$/ },
  { item: 'results have also', at: /\/(?:data|usage|cost)(?:\/|$)/ },
  { item: 'no token', at: /^(?:status|answer|body\/error\/(?:code|message))$/, when: 'no token' },
  { item: 'errors of the gateway', at: /^body\/success$/, when: 'refused' },
  { item: 'a create refused by a rule', at: /^body\/task_id$/, when: 'refused' },
]
