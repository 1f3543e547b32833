import { SHARE_AS_TEXT } from '../../src/contract/bodies.ts'
import { HTTP_URL } from '../../src/contract/conditions/http-url.ts'
import { isObject, readCreateVideo } from '../../src/contract/request.ts'
import type { Revision } from '../../src/contract/revisions.ts'
import type { Objection } from '../../src/contract/rules/objection.ts'
import { shotsSumToDuration } from '../../src/contract/rules/shots.ts'

type Body = Record<string, unknown>

/** A kind of body that `x-mockling-beyond-schema` lists: where the document says less of it than the rules. */
export interface Explanation {
  /** The entry's `of`. */
  readonly of: string
  /** A body of the kind that the rules and the document disagree about. */
  readonly example: Body
  /** The same body said plainly, where the document refuses what the rules take. `undefined`: the body is of another kind. */
  readonly plain?: (body: Body) => Body | undefined
  /** Whether all that the rules have against a body is what the document can't say. */
  readonly covers?: (objections: readonly Objection[], body: Body, revision: Revision) => boolean
}

const PATTERN = new RegExp(HTTP_URL, 'u')

const isUnusual = (url: unknown): url is string =>
  typeof url === 'string' && /^https?:/i.test(url) && !PATTERN.test(url)

/** Unusual URLs of some fields made plain ones. */
function plainFields(...names: string[]): (body: Body) => Body | undefined {
  return body => {
    const unusual = names.filter(name => isUnusual(body[name]))
    if (unusual.length === 0) return undefined
    return { ...body, ...Object.fromEntries(unusual.map(name => [name, 'https://example.com/'])) }
  }
}

/** Unusual URLs of a list’s items made plain ones. */
function plainItems(list: string, member: string): (body: Body) => Body | undefined {
  return body => {
    const items = body[list]
    if (!Array.isArray(items) || !items.some(item => isObject(item) && isUnusual(item[member]))) return undefined
    const made = items.map(item => (isObject(item) ? { ...item, ...plainFields(member)(item) } : item))
    return { ...body, [list]: made }
  }
}

const EXAMPLE = { action: 'text2video', prompt: 'a white mug' }
const UNUSUAL = 'https://user@example.com/'

const inFields = plainFields('callback_url', 'start_image_url', 'end_image_url')
const inVideos = plainItems('video_list', 'video_url')

export const EXPLANATIONS: readonly Explanation[] = [
  {
    of: 'camera_control',
    example: { ...EXAMPLE, camera_control: '{"type":"down_back"}' },
    plain({ camera_control: camera, ...body }) {
      if (typeof camera !== 'string') return undefined
      try {
        return { ...body, camera_control: JSON.parse(camera) }
      } catch {
        return undefined
      }
    },
  },
  {
    of: 'cfg_scale',
    example: { ...EXAMPLE, cfg_scale: '1e-1' },
    plain({ cfg_scale: share, ...body }) {
      if (typeof share !== 'string' || SHARE_AS_TEXT.test(share)) return undefined
      return { ...body, cfg_scale: Number(share) }
    },
  },
  {
    of: 'callback_url, start_image_url, end_image_url, video_list[].video_url',
    example: { ...EXAMPLE, callback_url: UNUSUAL },
    plain(body) {
      const once = inFields(body)
      return inVideos(once ?? body) ?? once
    },
  },
  {
    of: 'image_list[].image_url',
    example: { ...EXAMPLE, model: 'kling-o1', image_list: [{ image_url: UNUSUAL }] },
    plain: plainItems('image_list', 'image_url'),
  },
  {
    of: 'multi_prompt[].duration, rule R38',
    example: {
      action: 'text2video',
      model: 'kling-v3',
      multi_shot: true,
      shot_type: 'customize',
      multi_prompt: [{ index: 1, prompt: 'a white mug', duration: 4 }],
    },
    covers: (objections, body, revision) =>
      objections.length === 1 && shotsSumToDuration.check(readCreateVideo(body, revision)) !== undefined,
  },
]

/** What only the API or the simulator knows, so that no rule about a body says it. */
export const UNKNOWN_TO_BODIES = ['video_id, rule R45', 'video_id, rule R46', 'prompt']
