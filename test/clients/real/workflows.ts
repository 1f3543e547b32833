import type { Offer } from './fakes.ts'

/** What a client of this API has made, as the body that asks for it. Each client is given it in its own form. */
export interface Workflow extends Offer {
  readonly name: string
  readonly body: Readonly<Record<string, unknown>>
  /** Earlier revisions ignore what it asks for, and make another video. */
  readonly isIgnoredBefore?: true
}

export const IMAGE = 'https://a.test/start.png'
const CLIP = 'https://a.test/clip.mp4'
const WORDS = 'https://a.test/words.mp3'

/** One of the videos of guide A, which every token has. */
const VIDEO = 'af9a1af0-9aa0-4638-81c1-d41d6143c508'

export const TEXT = { action: 'text2video', model: 'kling-v1', prompt: 'a white mug' }
export const FRAME = { action: 'image2video', model: 'kling-v1', prompt: 'it steams', start_image_url: IMAGE }

const shots = [
  { index: 1, prompt: 'a mug', duration: 2 },
  { index: 2, prompt: 'it breaks', duration: 3 },
]
const goods = [
  { type: 'ref_image', url: IMAGE },
  { type: 'goods_title', text: 'a mug' },
]
const speaker = [
  { type: 'avatar_image', url: IMAGE },
  { type: 'speech_script', text: 'buy it' },
]

export const WORKFLOWS: readonly Workflow[] = [
  { name: 'text2video', body: TEXT },
  { name: 'camera', body: { ...TEXT, camera_control: { type: 'simple', config: { zoom: 0.5 } }, cfg_scale: 0.4 } },
  { name: 'image2video', body: { ...FRAME, negative_prompt: 'blur' } },
  { name: 'end frame', body: { ...FRAME, model: 'kling-v2-5-turbo', mode: 'pro', end_image_url: IMAGE } },
  { name: 'extend', body: { action: 'extend', model: 'kling-v1', prompt: 'on it goes', video_id: VIDEO } },
  { name: 'sound', since: '2026-05', body: { ...TEXT, model: 'kling-v2-6', mode: 'pro', generate_audio: true } },
  { name: '4k', since: '2026-05', body: { ...TEXT, model: 'kling-v3', mode: '4k', duration: 15 } },
  {
    name: 'reference video',
    since: '2026-08',
    body: { ...TEXT, model: 'kling-o1', prompt: '<<<video_1>>> in red', video_list: [{ video_url: CLIP }] },
  },
  {
    name: 'reference images',
    since: '2026-08',
    body: { ...FRAME, model: 'kling-o1', prompt: '<<<image_2>>> in red', image_list: [{ image_url: IMAGE }] },
  },
  { name: 'turbo', since: '2026-10', body: { ...TEXT, model: 'kling-v3-turbo', duration: 3 } },
  {
    name: 'storyboard',
    since: '2026-10',
    body: {
      ...{ action: 'text2video', model: 'kling-v3', duration: 5 },
      ...{ multi_shot: true, shot_type: 'customize', multi_prompt: shots },
    },
  },
  {
    name: 'elements',
    since: '2026-10',
    body: { ...TEXT, model: 'kling-v3', prompt: '<<<element_1>>> steams', element_list: [{ element_id: 'e1' }] },
  },
  {
    name: 'directed storyboard',
    since: '2026-10',
    isIgnoredBefore: true,
    body: { ...TEXT, model: 'kling-v3-omni', duration: 8, multi_shot: true, shot_type: 'intelligence' },
  },
  {
    name: 'voices',
    since: '2026-10',
    isIgnoredBefore: true,
    body: {
      ...{ ...TEXT, model: 'kling-v2-6', mode: 'pro', generate_audio: true },
      ...{ prompt: 'a mug says <<<voice_1>>>', voice_list: [{ voice_id: 'v1' }] },
    },
  },
  {
    name: 'motion',
    path: '/kling/motion',
    body: { mode: 'std', image_url: IMAGE, video_url: CLIP, character_orientation: 'image' },
  },
  {
    name: 'lip-sync',
    path: '/kling/lip-sync',
    since: '2026-08',
    body: { mode: 'audio2video', video_url: CLIP, audio_url: WORDS },
  },
  {
    name: 'spoken text',
    path: '/kling/lip-sync',
    since: '2026-08',
    body: { mode: 'text2video', video_id: VIDEO, text: 'Good morning.', voice_id: 'oversea_male1' },
  },
  {
    name: 'recording as a file',
    path: '/kling/lip-sync',
    since: '2026-08',
    body: { mode: 'audio2video', video_url: CLIP, audio_type: 'file', audio_file: 'SUQzBAAAAAAAAA==' },
  },
  {
    name: 'talking photo',
    path: '/kling/talking-photo',
    since: '2026-08',
    body: { image_url: IMAGE, audio_url: WORDS },
  },
  {
    name: 'goods studio',
    path: '/kling/goods-studio',
    body: { contents: goods, settings: { aspect_ratio: '1:1', duration: 15 } },
  },
  { name: 'video commerce', path: '/kling/video-commerce', body: { contents: speaker, settings: {} } },
]

/** Those that a revision either carries out or refuses. */
export function workflowsOf(revision: string): readonly Workflow[] {
  return WORKFLOWS.filter(({ since = '', isIgnoredBefore }) => since <= revision || !isIgnoredBefore)
}
