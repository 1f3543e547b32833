import { MATERIALS, modelsOf, takes } from '../../src/contract/capabilities.ts'
import type { Revision } from '../../src/contract/revisions.ts'
import { ACTIONS } from '../../src/contract/rules/values.ts'

type Body = Record<string, unknown>

const urlOf = (name: string) => `https://example.com/${name}`

/** Every body that has one of each: a partial body of every list, put together. */
function* combined(...parts: readonly (readonly Body[])[]): Generator<Body> {
  const [first, ...rest] = parts
  if (!first) {
    yield {}
    return
  }
  for (const others of combined(...rest)) for (const part of first) yield { ...part, ...others }
}

const eachOf = (name: string, values: readonly unknown[]): Body[] =>
  values.map(value => (value === undefined ? {} : { [name]: value }))

const SOUND = { prompt: 'a white mug', video_id: 'any' }

const FRAMES = [[], ['start_image_url'], ['start_image_url', 'end_image_url'], ['end_image_url']].map(names =>
  Object.fromEntries(names.map(name => [name, urlOf(name)])),
)

const VIDEOS = [undefined, [], ['base'], ['feature'], ['feature', 'feature'], [undefined]].map(types =>
  types?.map(refer_type => ({ video_url: urlOf('video'), ...(refer_type && { refer_type }) })),
)

const IMAGES = [
  [],
  ...[1, 2, 3, 4, 5, 6, 7, 8].map(count => Array(count).fill(undefined)),
  ['first_frame'],
  ['end_frame'],
  ['end_frame', 'first_frame'],
  [undefined, 'first_frame', 'first_frame'],
  ['end_frame', 'end_frame', 'first_frame'],
  ['end_frame', undefined, undefined, undefined, undefined],
].map(types => types.map(type => ({ image_url: urlOf('image'), ...(type && { type }) })))

const elements = (count: number) => Array.from({ length: count }, (_, at) => ({ element_id: at }))

/** Each model that takes any, and the default, with each number of frames, elements, images and videos; fields of other revisions are ignored. */
export function withReferences(revision: Revision): Generator<Body> {
  const knowsImages = modelsOf(revision).includes('kling-o1')
  return combined(
    [SOUND],
    eachOf('action', ACTIONS),
    eachOf('model', [
      undefined,
      ...modelsOf(revision).filter(model => MATERIALS.some(one => takes(revision, model, one))),
    ]),
    FRAMES,
    eachOf('video_list', VIDEOS),
    eachOf('element_list', [undefined, ...[0, 1, 2, 3, 4, 6, 7, 8].map(elements)]),
    eachOf('image_list', knowsImages ? [undefined, ...IMAGES] : [undefined, IMAGES[1]]),
  )
}

const shot = (index: unknown, duration: unknown, prompt: unknown = 'a mug') => ({ index, prompt, duration })

const SHOTS = [
  undefined,
  null,
  'a mug',
  [],
  [shot(1, 5)],
  [shot(1, 4), shot(2, 1)],
  [1, 2, 3, 4, 5, 6].map(index => shot(index, 1)),
  [1, 2, 3, 4, 5, 6, 7].map(index => shot(index, 1)),
  [shot(1, 1), shot(3, 4)],
  [shot(2, 5)],
  [shot(1, 5, ' ')],
  [shot(1, 5, '🎬'.repeat(512))],
  [shot(1, 5, '🎬'.repeat(513))],
  [shot(1, 0), shot(2, 5)],
  [shot(1, 2.5), shot(2, 2.5)],
  [shot(1, 16)],
  [shot(1, null)],
  [shot('1', 5)],
]

const START = { start_image_url: urlOf('start') }
const EACH_ACTION = [
  { action: 'text2video' },
  { action: 'image2video', ...START },
  { action: 'extend', video_id: 'any' },
]

/** What is asked of several shots, against every other field that they have to do with. */
export function withShots(): Generator<Body> {
  return combined(
    EACH_ACTION,
    eachOf('model', [undefined, 'kling-v3', 'kling-v3-omni', 'kling-v2-6']),
    eachOf('duration', [undefined, 6]),
    eachOf('multi_shot', [null, false, true, 'true']),
    eachOf('shot_type', [undefined, null, 'customize', 'intelligence', 'wild']),
    eachOf('multi_prompt', SHOTS),
    eachOf('prompt', [undefined, '\n', 'a mug', 'x'.repeat(2501)]),
  )
}

const CITING = [
  'a mug',
  '<<<voice_1>>>',
  '<<<voice_2>>>',
  'first <<<voice_2>>>, then <<<<voice_1>>>>',
  '<<<voice_01>>><<<voice_0002>>>',
  '<<<voice_00001>>>',
  '<<voice_1>>> <<<voice_1>> <<<VOICE_1>>> <<<voice_11>>>',
]

/** What is asked of voices, against every other field that they have to do with. */
export function withVoices(): Generator<Body> {
  const voices = [0, 1, 2, 3].map(count => Array.from({ length: count }, (_, at) => ({ voice_id: `v${at}` })))
  const said = {
    prompt: 'a mug',
    multi_shot: true,
    shot_type: 'customize',
    multi_prompt: [shot(1, 5, '<<<voice_1>>>')],
  }
  return combined(
    EACH_ACTION,
    eachOf('model', [undefined, 'kling-v2-6', 'kling-v3', 'kling-v3-turbo']),
    eachOf('mode', [undefined, 'pro', '4k']),
    eachOf('generate_audio', [undefined, false, true]),
    eachOf('voice_list', [undefined, null, ...voices, [{}], [{ voice_id: '' }], [{ voice_id: 7 }], [null], 'v1']),
    eachOf('element_list', [undefined, elements(1)]),
    [...eachOf('prompt', [undefined, ...CITING]), said],
  )
}
