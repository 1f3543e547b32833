import { modelsOf } from '../contract/capabilities.ts'
import type { TaskType } from '../contract/endpoints.ts'
import { REVISION_FACTS, type Revision } from '../contract/revisions.ts'
import { EXAMPLE_VIDEO_ID } from '../contract/rules/objection.ts'
import { type Body, bodyOf, cellsOf, type Files, framed, worded } from './bodies.ts'

/** What is tried on a sound body: fields set, and fields left out where the value is `undefined`. */
type Edit = Readonly<Record<string, unknown>>

const edits = (field: string, ...values: unknown[]): Edit[] => values.map(value => ({ [field]: value }))

const times = <T>(count: number, item: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => item(n + 1))

/** Values of the wrong JSON type, which no field takes for another. */
const MISTYPED = { text: 5, number: 'five', flag: 'maybe', list: 'one', object: 7 }

const WORDS = ['action', 'model', 'mode', 'prompt', 'aspect_ratio', 'negative_prompt', 'callback_url', 'video_id']

/** Answers of any create. */
const COMMON: readonly Edit[] = [
  ...edits('callback_url', 'nowhere', 'ftp://example.com/hook'),
  ...edits('timeout', -1, 3601, 1.5, MISTYPED.number),
  ...edits('async', MISTYPED.flag),
]

function shots(...list: readonly object[]): Edit {
  return { multi_shot: true, shot_type: 'customize', multi_prompt: list }
}

const shot = (index: number, duration: number, prompt = 'a mug') => ({ index, prompt, duration })

function videoEdits(revision: Revision, { image, video }: Files): Edit[] {
  const base = { video_url: video, refer_type: 'base' }
  const feature = { video_url: video, refer_type: 'feature' }
  const pictures = (count: number) => times(count, () => ({ image_url: image }))
  const elements = (count: number) => times(count, n => ({ element_id: String(n) }))
  const voices = (count: number) => times(count, n => ({ voice_id: `voice-${n}` }))
  const first = { image_url: image, type: 'first_frame' }
  const end = { image_url: image, type: 'end_frame' }
  return [
    ...COMMON,
    ...WORDS.flatMap(field => edits(field, MISTYPED.text)),
    ...edits('action', undefined, 'make', 'extend'),
    { action: 'extend', video_id: undefined },
    ...edits('model', 'kling-v9'),
    ...edits('mode', 'ultra', '4k'),
    ...edits('duration', 0, 4, 5.5, 7, 10, 16, MISTYPED.number),
    ...edits('aspect_ratio', '4:3'),
    ...edits('prompt', undefined, '', 'x'.repeat(2501)),
    ...edits('negative_prompt', 'blurry', 'x'.repeat(2501)),
    ...edits('cfg_scale', -0.1, 0.5, 1.1, MISTYPED.flag),
    ...edits('start_image_url', undefined, image, 'ftp://example.com/start.png'),
    ...edits('end_image_url', image, 'end.png'),
    { start_image_url: undefined, end_image_url: image },
    ...edits(
      'camera_control',
      { type: 'down_back' },
      { type: 'spin' },
      { type: 'simple' },
      { type: 'simple', config: { zoom: 2 } },
      { type: 'simple', config: {} },
      { type: 'down_back', config: { zoom: 1 } },
      {},
      MISTYPED.object,
    ),
    { mode: '4k', camera_control: { type: 'down_back' } },
    ...edits('generate_audio', true, false, MISTYPED.flag),
    ...edits('element_list', [], [{}], elements(1), elements(4), elements(8), MISTYPED.list),
    ...edits('video_list', [], [{}], [feature], [base], [feature, feature], [{ ...feature, refer_type: 'both' }]),
    ...edits('video_list', [{ video_url: 'a.mp4' }], [{ ...feature, keep_original_sound: 'maybe' }], MISTYPED.list),
    { video_list: [feature], element_list: elements(5) },
    { video_list: [feature], generate_audio: true },
    ...(REVISION_FACTS[revision].fields.has('image_list')
      ? [
          ...edits('image_list', [], [{}], pictures(1), pictures(8), [first], [end], [first, first], MISTYPED.list),
          ...edits('image_list', [{ image_url: 'ftp://example.com/a.png' }], [{ image_url: image, type: 'frame' }]),
          { video_list: [base], image_list: [first] },
          { image_list: pictures(1), negative_prompt: 'blurry' },
          { image_list: pictures(1), cfg_scale: 0.5 },
          { image_list: pictures(1), camera_control: { type: 'down_back' } },
          { image_list: pictures(5), video_list: [feature] },
          { image_list: pictures(1), mode: '4k' },
        ]
      : []),
    ...(REVISION_FACTS[revision].fields.has('voice_list')
      ? [
          ...edits('voice_list', [], [{}], voices(1), voices(3), MISTYPED.list),
          { voice_list: voices(1), generate_audio: true, mode: 'pro' },
          { voice_list: voices(3), generate_audio: true, mode: 'pro', prompt: '<<<voice_1>>> <<<voice_2>>>' },
          { voice_list: voices(1), element_list: elements(1) },
          ...edits('multi_shot', true, MISTYPED.flag),
          { multi_shot: true, shot_type: 'wild' },
          { multi_shot: true, shot_type: 'customize' },
          { multi_shot: true, shot_type: 'intelligence' },
          shots(),
          { ...shots(...times(7, n => shot(n, 1))), duration: 7 },
          shots(shot(1, 2), shot(3, 3)),
          shots(shot(1, 5, '')),
          shots(shot(1, 0), shot(2, 5)),
          shots(shot(1, 2), shot(2, 4)),
        ]
      : []),
  ]
}

/** Sound bodies that edits are tried on, those of the first model first. */
function videoBases(revision: Revision, files: Files): Body[] {
  const plain = cellsOf(revision).filter(({ feature, seconds }) => feature === 'plain' && seconds === 5)
  const extendable = modelsOf(revision).map(model => ({
    action: 'extend',
    model,
    prompt: 'on',
    video_id: EXAMPLE_VIDEO_ID,
  }))
  return [
    worded(),
    framed(files),
    ...plain.map(cell => bodyOf(cell, files)),
    ...plain.map(cell => ({ ...bodyOf(cell, files), ...framed(files) })),
    ...extendable,
  ]
}

function motion({ image, video }: Files): { bases: Body[]; edits: Edit[] } {
  return {
    bases: [{ image_url: image, video_url: video, character_orientation: 'image', mode: 'std' }],
    edits: [
      ...COMMON,
      ...edits('image_url', undefined, '', 'a.png', MISTYPED.text),
      ...edits('video_url', undefined, '', 'a.mp4', MISTYPED.text),
      ...edits('character_orientation', undefined, 'up', MISTYPED.text),
      ...edits('mode', undefined, 'ultra', MISTYPED.text),
      ...edits('model_name', 'kling-v9'),
      ...edits('keep_original_sound', 'maybe', MISTYPED.text),
      ...edits('prompt', 'x'.repeat(2501), MISTYPED.text),
    ],
  }
}

function lipSync({ audio, video }: Files): { bases: Body[]; edits: Edit[] } {
  const spoken = { mode: 'text2video', video_id: EXAMPLE_VIDEO_ID, text: 'Good morning.', voice_id: 'oversea_male1' }
  const recorded = { mode: 'audio2video', video_id: EXAMPLE_VIDEO_ID, audio_url: audio }
  return {
    bases: [spoken, recorded],
    edits: [
      ...COMMON,
      ...edits('mode', undefined, 'ultra', MISTYPED.text),
      ...edits('video_id', undefined, MISTYPED.text),
      ...edits('video_url', video, 'a.mp4'),
      { video_id: undefined, video_url: 'a.mp4' },
      ...edits('audio_type', 'tape', 'file'),
      ...edits('audio_url', undefined, 'a.mp3'),
      { audio_type: 'file', audio_file: '???' },
      ...edits('text', undefined, 'x'.repeat(121), MISTYPED.text),
      ...edits('voice_id', undefined, MISTYPED.text),
      ...edits('voice_language', 'xx'),
      ...edits('voice_speed', 0.5, 2.5, MISTYPED.number),
    ],
  }
}

function talkingPhoto({ image, audio }: Files): { bases: Body[]; edits: Edit[] } {
  return {
    bases: [{ image_url: image, audio_url: audio }],
    edits: [
      ...COMMON,
      ...edits('image_url', undefined, 'a.png', MISTYPED.text),
      ...edits('audio_url', undefined, 'a.mp3', MISTYPED.text),
      ...edits('model', 'kling-v9'),
      ...edits('mode', 'ultra'),
      ...edits('duration', 7, MISTYPED.number),
      ...edits('prompt', 'x'.repeat(2501), MISTYPED.text),
    ],
  }
}

/** Bodies worth trying on an endpoint, the plainest first: each a sound one with one thing changed. */
export function probesOf(type: TaskType, revision: Revision, files: Files): Body[] {
  const { bases, edits } = partsOf(type, revision, files)
  return bases.flatMap(base => edits.map(edit => edited(base, edit)))
}

function partsOf(type: TaskType, revision: Revision, files: Files) {
  switch (type) {
    case 'videos':
      return { bases: videoBases(revision, files), edits: videoEdits(revision, files) }
    case 'motion':
      return motion(files)
    case 'lip-sync':
      return lipSync(files)
    case 'talking-photo':
      return talkingPhoto(files)
  }
}

function edited(base: Body, edit: Edit): Body {
  return Object.fromEntries(Object.entries({ ...base, ...edit }).filter(([, value]) => value !== undefined))
}
