import { z } from 'zod'
import { answeringFields, type BodyParts } from './body-parts.ts'
import { CAPABILITIES, modelsOf, rowsOf } from './capabilities.ts'
import { says, words } from './describing.ts'
import { materialFields } from './material-bodies.ts'
import { actionsText, durationsText, ignoredText, modesText, offers, refused, sentence, untunedText } from './offers.ts'
import { REVISION_FACTS, type Revision } from './revisions.ts'
import { ACTIONS, ASPECT_RATIOS, LONGEST_NEGATIVE_PROMPT, LONGEST_PROMPT } from './rules/values.ts'
import { validate } from './rules.ts'

/*
 * The request bodies as schemas, for documents. No request is parsed with them: what a body means and which rule it
 * breaks is decided in request.ts and rules.ts, in the upstream's order and words. They are functions, so that a start
 * that shows no document builds none.
 *
 * A schema says what one field may hold. What fields may not hold together is said by the rules.
 */

/** One call of `/kling/tasks` may ask for this many ids (chosen). */
export const MOST_IDS = 100
/** Records in a page of `/kling/tasks` when `limit` is not given, and at most (chosen). */
export const PAGE = 10
export const LARGEST_PAGE = 100

/** A number from 0 to 1 as text, the form that the older schemas asked for. */
export const SHARE_AS_TEXT = /^(?:0|1|0?\.\d+|1\.0+)$/

/** What `POST /kling/videos` may be asked for. */
export type Action = (typeof ACTIONS)[number]

/**
 * The body of `POST /kling/videos` for one action: exactly the fields that `revision` reads and uses for it. `parts` are
 * the objects within, the same for all actions.
 */
export function createVideoBody(
  revision: Revision,
  action: Action,
  parts: BodyParts,
): z.ZodObject<Record<string, z.ZodType>> {
  const known = videoFields(revision, action, parts)
  const required = requiredFields(revision, action)
  const fields = usedFields(revision, action).map(name => {
    const field = known[name]
    if (!field) throw new Error(`bodies.ts describes no field ${name}, which revision ${revision} reads`)
    return [name, required.includes(name) ? field : field.optional()] as const
  })
  return z.object(Object.fromEntries(fields)).describe(ACTION_TEXTS[action])
}

/** Said of every body of a create. */
export const OTHERS = 'Other fields are ignored, not refused. null means that the field is absent.'

const ACTION_TEXTS: Readonly<Record<Action, string>> = {
  text2video: `A video from words. ${OTHERS}`,
  image2video: `A video that begins with an image. ${OTHERS}`,
  extend: `4.5 s more of an earlier video. ${OTHERS}`,
}

/** Fields that mean something for an action; the others that the revision reads are ignored. */
function usedFields(revision: Revision, action: Action): string[] {
  const { fields, ignoredByAction } = REVISION_FACTS[revision]
  return [...fields].filter(name => !ignoredByAction[action]?.includes(name))
}

/** What a body with nothing but its action is refused for, with shots of their own words as well as without. */
function requiredFields(revision: Revision, action: Action): string[] {
  const missedIn = (body: Record<string, unknown>) => validate(body, revision, 'documented').map(({ field }) => field)
  const missed = missedIn({ action, ...OWN_WORDS })
  return ['action', ...missedIn({ action }).filter(field => missed.includes(field))]
}

/** Several shots that need no prompt, where the revision knows them. */
const OWN_WORDS = { multi_shot: true, shot_type: 'customize', multi_prompt: [] } as const

/** Every field of any revision, as `revision` would read it. */
function videoFields(revision: Revision, action: Action, parts: BodyParts): Readonly<Record<string, z.ZodType>> {
  const { modes, takesStrings } = REVISION_FACTS[revision]
  const ignored = (field: string) => ignoredText(revision, field)
  const untuned = `${untunedText(revision)} ${refused(revision, { R31: 'beside image_list and video_list' })}`
  const sounding = modelsOf(revision).filter(model => rowsOf(revision, model)?.get('std')?.alwaysAudio)
  return {
    action: says(
      z.enum([action]),
      'What to make: text2video from words, image2video from a first frame, extend to lengthen an earlier video. Required.',
      'guide A and B, action',
    ),
    model: says(
      z.enum(words(modelsFor(revision, action))).default('kling-v1'),
      `Which model makes the video. Default kling-v1. ${actionsText(revision)}`,
      'guide A and B, model; default gateway §2',
    ),
    mode: says(
      z.enum(words(modes)).default('std'),
      `std is standard, pro better${modes.includes('4k') ? ', 4k native 4K' : ''}. Default std. ${modesText(revision)}`,
      'guide A and B, mode',
    ),
    prompt: says(
      z.string().max(LONGEST_PROMPT),
      `What to show, in 1 to ${LONGEST_PROMPT} characters. ${promptText(revision, action)}`,
      'guide A and B, prompt; length kling §1.4',
    ),
    duration: says(
      secondsOffered(revision).default(5),
      `Length in whole seconds. Default 5. ${durationsText(revision)} An extend adds 4.5 s whatever is asked for.`,
      'guide A, Video Extension Functionality; guide B, duration',
    ),
    start_image_url: says(
      z.url(),
      `The first frame: an http or https URL. Required for image2video. ${refused(revision, { R11: 'with text2video' })} ${ignored('start_image_url')}`,
      'guide A and B, start_image_url',
    ),
    end_image_url: says(
      z.url(),
      `The last frame: an http or https URL. Goes with image2video and start_image_url. ${sentence(
        'Offered by',
        offers(revision, row => row.endFrame),
      )} ${ignored('end_image_url')}`,
      'guide A and B, end_image_url',
    ),
    aspect_ratio: says(
      z.enum(ASPECT_RATIOS).default('16:9'),
      `Width to height. Default 16:9. ${ignored('aspect_ratio')}`,
      'guide A and B, aspect_ratio',
    ),
    cfg_scale: says(
      takesStrings ? z.xor([share(), z.string().regex(SHARE_AS_TEXT)]) : share(),
      `How closely to follow the prompt: 0 to 1, larger is closer.${takesStrings ? ' The number may come as a string.' : ''} ${untuned}`,
      'guide A and B, cfg_scale; string gateway §2',
    ),
    camera_control: says(
      takesStrings ? z.xor([parts.CameraControl, z.string()]) : parts.CameraControl,
      `How the camera moves.${takesStrings ? ' The object may come as a JSON string.' : ''} ${sentence(
        'Offered by',
        offers(revision, row => row.camera),
      )} ${refused(revision, { R21: 'with image2video' })} ${ignored('camera_control')}`,
      'guide A and B, camera_control; shape gateway §2',
    ),
    negative_prompt: says(
      z.string().max(LONGEST_NEGATIVE_PROMPT),
      `What not to show, in at most ${LONGEST_NEGATIVE_PROMPT} characters. ${untuned}`,
      'guide A and B, negative_prompt',
    ),
    generate_audio: says(
      // Clients that are made from the document send what is named as default, which one model refuses.
      sounding.length > 0 ? z.boolean() : z.boolean().default(false),
      `Whether to make sound as well. Default false${sounding.length > 0 ? ', but where it is always made' : ''}. ${sentence(
        'true is offered by',
        offers(revision, row => (row.audio ? row.seconds : [])),
      )} ${sentence('It is always made, and false refused, by', sounding)}`,
      'guide B, generate_audio',
    ),
    ...materialFields(revision, parts),
    video_id: says(
      z.string(),
      `The video to extend: video_id of a finished one of the same token, at most 30 days old. Required for extend. ${ignored('video_id')}`,
      'guide A, Video Extension Functionality; age kling §5',
    ),
    ...answeringFields(),
  }
}

/** The models that may be asked for an action, in the matrix's order. */
function modelsFor(revision: Revision, action: Action): string[] {
  return modelsOf(revision).filter(model => rowsOf(revision, model)?.get('std')?.actions.includes(action))
}

function share() {
  return z.number().min(0).max(1)
}

/** `POST /kling/tasks` for one task. */
export function retrieveTaskBody() {
  return z
    .object({
      id: says(z.string().min(1), 'Id of the task. Required.', 'gateway §5', 'vendor'),
      action: says(
        z.enum(['retrieve', 'generate']).default('retrieve'),
        'Default retrieve. generate, which older schemas name, means the same.',
        'gateway §5; gateway §9',
        'vendor',
      ),
    })
    .describe('Asks for one task.')
}

/** `POST /kling/tasks` for several tasks: by their ids, or by at least one of the filters. */
export function retrieveTasksBody() {
  const filter = <T extends z.ZodType>(schema: T, text: string) =>
    says(schema, text, 'gateway §5 (studio); range mockling', 'vendor').optional()
  const body = z.object({
    action: says(z.literal('retrieve_batch'), 'Always retrieve_batch. Required.', 'gateway §5', 'vendor'),
    ids: says(
      z.array(z.string()).max(MOST_IDS),
      `Ids of the tasks, at most ${MOST_IDS}. Unknown ones are left out of the answer. With ids the filters are not read.`,
      'gateway §5; count mockling',
      'vendor',
    ).optional(),
    type: filter(z.string(), 'Which endpoint made the tasks, such as videos.'),
    limit: filter(
      z.number().min(1).max(LARGEST_PAGE).default(PAGE),
      `Records in the answer, 1 to ${LARGEST_PAGE}. Default ${PAGE}.`,
    ),
    offset: filter(z.number().min(0).default(0), 'Records to skip, newest first. Default 0.'),
    created_at_min: filter(z.number().min(0), 'Tasks accepted then or later, in Unix seconds.'),
    created_at_max: filter(z.number().min(0), 'Tasks accepted then or before, in Unix seconds.'),
    user_id: filter(z.string(), 'The account. Makes no difference: only the token’s own tasks are found.'),
    application_id: filter(z.string(), 'The application. Makes no difference, like user_id.'),
  })
  return body.meta({ minProperties: 2, description: 'Asks for several tasks, by their ids or by a filter.' })
}

/** Who has to have one. */
function promptText(revision: Revision, action: Action): string {
  const asks = (made: string) =>
    validate({ action: made }, revision, 'documented').some(({ field }) => field === 'prompt')
  const isReplaced = asks(action) && !requiredFields(revision, action).includes('prompt')
  const unless = isReplaced ? 'It is not read where shot_type customize takes its words from multi_prompt.' : ''
  return `${sentence('Required, and not blank, for', ACTIONS.filter(asks))} ${unless}`
}

/** Every duration that some model offers: a range if there is no gap. */
function secondsOffered(revision: Revision) {
  const offered = [
    ...new Set(CAPABILITIES.filter(row => row.revisions.includes(revision)).flatMap(row => row.seconds)),
  ].sort((a, b) => a - b)
  const [least = 0, most = 0] = [offered[0], offered.at(-1)]
  return most - least === offered.length - 1 ? z.int().min(least).max(most) : z.literal(offered)
}
