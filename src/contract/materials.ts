import { asListOf, asMembers, asNumber, asString, asStringOrInteger, type Members } from './reading.ts'

/* What a create may bring along beside words and frames, as asked for: read, not judged. */

const ELEMENT = { elementId: asStringOrInteger }
const VIDEO = { videoUrl: asString, referType: asString, keepOriginalSound: asString }
const IMAGE = { imageUrl: asString, type: asString }
const VOICE = { voiceId: asStringOrInteger }
const SHOT = { index: asNumber, prompt: asString, duration: asNumber }

export type Element = Members<typeof ELEMENT>
export type ReferenceVideo = Members<typeof VIDEO>
export type ReferenceImage = Members<typeof IMAGE>
export type Voice = Members<typeof VOICE>
/** One shot of several: its place from 1, its words, its whole seconds. */
export type Shot = Members<typeof SHOT>

export const asElements = asListOf(asMembers(ELEMENT))
export const asReferenceVideos = asListOf(asMembers(VIDEO))
export const asReferenceImages = asListOf(asMembers(IMAGE))
export const asVoices = asListOf(asMembers(VOICE))
export const asShots = asListOf(asMembers(SHOT))

/** What an image of `image_list` may be; without a type it is a reference. */
export const FRAME_TYPES = ['first_frame', 'end_frame'] as const

/** What a create may cite, and the words it may be cited in. */
export interface Materials {
  readonly prompt: string | undefined
  readonly startImageUrl: string | undefined
  readonly endImageUrl: string | undefined
  readonly images: readonly ReferenceImage[] | undefined
  readonly videos: readonly ReferenceVideo[] | undefined
  readonly voices: readonly Voice[] | undefined
  readonly shots: readonly Shot[] | undefined
}

/** How many frames are given, by URL and by list. */
export function framesOf({ startImageUrl, endImageUrl, images = [] }: Materials): { first: number; end: number } {
  const listed = (type: string) => images.filter(image => image.type === type).length
  return {
    first: Number(startImageUrl !== undefined) + listed('first_frame'),
    end: Number(endImageUrl !== undefined) + listed('end_frame'),
  }
}

/** How often a prompt cites what it was given. */
export interface Citations {
  /** Images and videos that count only where they are cited. */
  readonly given: number
  readonly cited: number
  /** The others, such as `image_list.0`: the upstream ignores them without a word. */
  readonly uncited: readonly string[]
  /** Citations of what is not there, such as `<<<image_3>>>`. */
  readonly dangling: readonly string[]
}

const CITATION = /<<<(image|video|voice)_(\d{1,4})>>>/g

/** What the words cite, such as `image_1`. */
export function citedIn({ prompt, shots = [] }: Pick<Materials, 'prompt' | 'shots'>): ReadonlySet<string> {
  const words = [prompt, ...shots.map(shot => shot.prompt)].join('\n')
  return new Set([...words.matchAll(CITATION)].map(([, kind, number]) => `${kind}_${Number(number)}`))
}

/** Which references the words cite. In the numbering of images frames come first; they need no citation (gateway §2). */
export function citationsOf(given: Materials): Citations {
  const { images = [], videos = [], voices = [], startImageUrl, endImageUrl } = given
  const cited = citedIn(given)
  const frames = Number(startImageUrl !== undefined) + Number(endImageUrl !== undefined)
  const references = [
    ...images.flatMap(({ type }, at) =>
      type === undefined ? [{ place: `image_list.${at}`, name: `image_${frames + at + 1}` }] : [],
    ),
    ...videos.map((_, at) => ({ place: `video_list.${at}`, name: `video_${at + 1}` })),
  ]
  const uncited = references.filter(({ name }) => !cited.has(name)).map(({ place }) => place)
  const most = { image: frames + images.length, video: videos.length, voice: voices.length }
  const dangling = [...cited].filter(name => {
    const [kind, number] = name.split('_') as [keyof typeof most, string]
    return Number(number) < 1 || Number(number) > most[kind]
  })
  return {
    given: references.length,
    cited: references.length - uncited.length,
    uncited,
    dangling: dangling.map(name => `<<<${name}>>>`),
  }
}
