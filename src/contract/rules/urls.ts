import { HTTP_URL } from '../conditions/http-url.ts'
import type { Create } from '../create.ts'
import type { CreateVideo } from '../request.ts'
import { REVISIONS, reading } from '../revisions.ts'
import { parsedUrl } from '../url.ts'
import { type Change, type Rule, setting, without } from './objection.ts'

/**
 * R40 for one field. `nearest` is to make it a good URL; `name` is how the message calls the field, if the URL lies deeper
 * in a list, which not all revisions read.
 */
export function urlIsHttp<R extends Create>(
  field: string,
  read: (request: R) => string | undefined,
  nearest: (request: R) => Change = () => without(field),
  name = field,
): Rule<R> {
  return {
    id: 'R40',
    says: `${name === field ? field : `${field}[].${name}`} is an http or https URL`,
    source: 'gateway §3.2 R40 (SDK)',
    grade: 'vendor',
    revisions: name === field ? REVISIONS : reading(field),
    check(request) {
      const url = read(request)
      if (url === undefined || isHttpUrl(url)) return
      return { field, message: `${name} must be an HTTP URL`, nearest: () => nearest(request) }
    },
  }
}

/** Every endpoint may be given an address for the result. */
export const callbackUrlIsHttp: Rule<Create> = urlIsHttp('callback_url', ({ callbackUrl }) => callbackUrl)

/** One rule for each field of `/kling/videos` that holds a URL. */
export const urlsAreHttp: readonly Rule[] = [
  callbackUrlIsHttp,
  urlIsHttp(
    'start_image_url',
    ({ startImageUrl }) => startImageUrl,
    ({ action }) =>
      action === 'image2video'
        ? setting('start_image_url', 'https://example.com/start.png')
        : without('start_image_url'),
  ),
  urlIsHttp('end_image_url', ({ endImageUrl }) => endImageUrl),
  urlIsHttp(
    'video_list',
    ({ videos }) => firstBad(videos?.map(video => video.videoUrl)),
    () => setting('video_list', [{ video_url: 'https://example.com/reference.mp4', refer_type: 'feature' }]),
    'video_url',
  ),
  urlIsHttp(
    'image_list',
    ({ images }: CreateVideo) => firstBad(images?.map(image => image.imageUrl)),
    () => without('image_list'),
    'image_url',
  ),
]

function firstBad(urls: readonly (string | undefined)[] = []): string | undefined {
  return urls.find(url => url !== undefined && !isHttpUrl(url))
}

/** Most are of this form, and need no parser to be told so: that takes several times as long. */
const SURE = new RegExp(HTTP_URL)

function isHttpUrl(text: string): boolean {
  if (SURE.test(text)) return true
  return /^https?:\/\/[^\s/?#]/i.test(text) && parsedUrl(text) !== undefined
}
