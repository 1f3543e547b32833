import { REVISION_FACTS, type Revision } from './revisions.ts'

/** A camera movement as asked for; `type` is not checked yet. */
export interface Camera {
  readonly type: string | undefined
  readonly config: Readonly<Record<string, number>> | undefined
}

/** One reference video as asked for. */
export interface ReferenceVideo {
  readonly videoUrl: string | undefined
  readonly referType: string | undefined
  readonly keepOriginalSound: string | undefined
}

/**
 * What a body of `POST /kling/videos` asks for: right JSON types, defaults filled in, nothing judged yet.
 * `undefined` where the field is absent, `null`, ignored for this action or of the wrong JSON type.
 */
export interface CreateVideo {
  readonly revision: Revision
  readonly action: string | undefined
  readonly model: string
  readonly mode: string
  readonly seconds: number
  readonly prompt: string | undefined
  readonly negativePrompt: string | undefined
  readonly startImageUrl: string | undefined
  readonly endImageUrl: string | undefined
  readonly aspectRatio: string
  readonly cfgScale: number | undefined
  readonly camera: Camera | undefined
  readonly generateAudio: boolean
  /** The element ids, as text; `undefined` in the list where an item has none. */
  readonly elements: readonly (string | undefined)[] | undefined
  readonly videos: readonly ReferenceVideo[] | undefined
  readonly videoId: string | undefined
  readonly callbackUrl: string | undefined
  readonly async: boolean
  /** Bound of a held request, in seconds. */
  readonly timeout: number | undefined
  /** Fields of the wrong JSON type. Rules about presence don't object to these a second time. */
  readonly mistyped: readonly string[]
  /** Fields given and not used: unknown to the revision, or meaningless for the action. */
  readonly ignored: readonly string[]
}

type Fields = Record<string, unknown>

/** Longest list of ignored names kept, so that a hostile body can't make a header of any size. */
const MOST_IGNORED = 50

/** Ignored names are kept in the journal: no more of each than this. */
const LONGEST_NAME = 100

/** Numbers in a string, as JSON writes them, with the `+` and bare dots that loose clients add. */
const NUMERIC = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i

/** Reads one body: sorts its fields by JSON type (rule R44) and sets aside what is ignored. */
export function readCreateVideo(body: Fields, revision: Revision): CreateVideo {
  const facts = REVISION_FACTS[revision]
  const mistyped: string[] = []
  const ignored: string[] = []
  const action = typeof body['action'] === 'string' ? body['action'] : undefined
  const unused = action === undefined ? undefined : ignoredFor(facts.ignoredByAction, action)
  for (const name of Object.keys(body)) {
    if (body[name] === null || ignored.length >= MOST_IGNORED) continue
    if (!facts.fields.has(name) || unused?.includes(name)) ignored.push(name.slice(0, LONGEST_NAME))
  }

  /** The field's value as `read` understands it; notes the name where `read` gives nothing for a given value. */
  function field<T>(name: string, read: (value: unknown) => T | undefined): T | undefined {
    const value = body[name]
    if (value === undefined || value === null || !facts.fields.has(name)) return undefined
    const understood = read(value)
    if (understood === undefined) mistyped.push(name)
    return unused?.includes(name) ? undefined : understood
  }

  return {
    revision,
    action: field('action', asString),
    model: field('model', asString) ?? 'kling-v1',
    mode: field('mode', asString) ?? 'std',
    seconds: field('duration', asNumber) ?? 5,
    prompt: field('prompt', asString),
    negativePrompt: field('negative_prompt', asString),
    startImageUrl: field('start_image_url', asString),
    endImageUrl: field('end_image_url', asString),
    aspectRatio: field('aspect_ratio', asString) ?? '16:9',
    cfgScale: field('cfg_scale', facts.takesStrings ? asNumberOrNumeric : asNumber),
    camera: field('camera_control', facts.takesStrings ? asCameraOrJson : asCamera),
    generateAudio: field('generate_audio', asBoolean) ?? false,
    elements: field('element_list', asElements),
    videos: field('video_list', asReferenceVideos),
    videoId: field('video_id', asString),
    callbackUrl: field('callback_url', asString),
    async: field('async', asBoolean) ?? false,
    timeout: field('timeout', asNumber),
    mistyped,
    ignored,
  }
}

function ignoredFor(table: Readonly<Record<string, readonly string[]>>, action: string): readonly string[] | undefined {
  return Object.hasOwn(table, action) ? table[action] : undefined
}

function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function asBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function asNumberOrNumeric(value: unknown): number | undefined {
  return typeof value === 'string' && NUMERIC.test(value) ? Number(value) : asNumber(value)
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `undefined` if the member has the wrong type, `{ value }` otherwise: `null` means absent here too. */
function member<T>(object: Fields, name: string, read: (value: unknown) => T | undefined): { value?: T } | undefined {
  const value = Object.hasOwn(object, name) ? object[name] : undefined
  if (value === undefined || value === null) return {}
  const understood = read(value)
  return understood === undefined ? undefined : { value: understood }
}

export const CAMERA_AXES = ['horizontal', 'vertical', 'pan', 'tilt', 'roll', 'zoom'] as const

function asCamera(value: unknown): Camera | undefined {
  if (!isObject(value)) return undefined
  const type = member(value, 'type', asString)
  const config = member(value, 'config', asCameraConfig)
  return type && config ? { type: type.value, config: config.value } : undefined
}

function asCameraConfig(value: unknown): Record<string, number> | undefined {
  if (!isObject(value)) return undefined
  const config: Record<string, number> = {}
  for (const axis of CAMERA_AXES) {
    const amount = member(value, axis, asNumber)
    if (!amount) return undefined
    if (amount.value !== undefined) config[axis] = amount.value
  }
  return config
}

function asCameraOrJson(value: unknown): Camera | undefined {
  if (typeof value !== 'string') return asCamera(value)
  try {
    return asCamera(JSON.parse(value))
  } catch {
    return undefined
  }
}

function asElements(value: unknown): (string | undefined)[] | undefined {
  return listOf(value, item => {
    const id = member(item, 'element_id', asStringOrInteger)
    return id && { id: id.value }
  })?.map(item => item.id)
}

function asStringOrInteger(value: unknown): string | undefined {
  return Number.isInteger(value) ? String(value) : asString(value)
}

function asReferenceVideos(value: unknown): ReferenceVideo[] | undefined {
  return listOf(value, item => {
    const videoUrl = member(item, 'video_url', asString)
    const referType = member(item, 'refer_type', asString)
    const keepOriginalSound = member(item, 'keep_original_sound', asString)
    return (
      videoUrl &&
      referType &&
      keepOriginalSound && {
        videoUrl: videoUrl.value,
        referType: referType.value,
        keepOriginalSound: keepOriginalSound.value,
      }
    )
  })
}

/** An array of objects, each read by `read`; `undefined` if any of them is something else. */
function listOf<T>(value: unknown, read: (item: Fields) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined
  const items: T[] = []
  for (const item of value) {
    const understood = isObject(item) ? read(item) : undefined
    if (understood === undefined) return undefined
    items.push(understood)
  }
  return items
}
