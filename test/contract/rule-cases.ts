import type { Body } from './matrix-oracle.ts'

/** A body that breaks one rule, and the nearest to it that breaks none. */
export interface RuleCase {
  readonly rule: string
  readonly revisions: readonly string[]
  readonly broken: Body
  readonly says: string
  readonly sound: Body
}

const text = { action: 'text2video', prompt: 'a white mug' }
const image = { ...text, action: 'image2video', start_image_url: 'https://example.com/start.png' }
const video = { video_url: 'https://example.com/a.mp4', refer_type: 'feature' }
const base = { video_url: 'https://example.com/a.mp4', refer_type: 'base' }
const picture = { image_url: 'https://example.com/a.png' }
const first = { ...picture, type: 'first_frame' }
const end = { ...picture, type: 'end_frame' }
const elements = (count: number) => Array.from({ length: count }, (_, n) => ({ element_id: String(n + 1) }))
const pictures = (count: number) => Array.from({ length: count }, () => picture)
const o1 = { ...text, model: 'kling-o1' }
const omni = { ...text, model: 'kling-v3-omni' }
const v3 = { ...text, model: 'kling-v3' }
const voiced = { ...text, model: 'kling-v2-6', mode: 'pro', generate_audio: true, prompt: 'says <<<voice_1>>>' }
const turbo = { ...text, model: 'kling-v3-turbo' }
const shot = (index: number, duration: number, prompt = 'a mug') => ({ index, prompt, duration })
const shots = (...list: object[]) => ({
  action: 'text2video',
  model: 'kling-v3',
  multi_shot: true,
  shot_type: 'customize',
  multi_prompt: list,
})
const voice = { voice_id: 'v1' }

const BOTH = ['2026-08', '2026-10']
const OCTOBER = ['2026-10']
const few = (most: number) => `Reference images cannot exceed ${most} for this request`
const plain = 'Kling O1 and Omni references do not support negative_prompt, camera_control, or cfg_scale'
const without = (body: Body, ...names: string[]): Body =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)))

// biome-ignore format: one case a line
const CASES: readonly [string, readonly string[], Body, string, Body][] = [
  ['R3', BOTH, without(image, 'prompt'), 'prompt is required for text2video and image2video', image],
  ['R3', OCTOBER, without(text, 'prompt'), 'prompt is required for text2video and image2video', shots(shot(1, 5))],
  ['R9', BOTH, { ...text, action: 'extend', model: 'kling-v1-6', video_id: '1', video_list: [video] }, 'image_list and video_list are not supported with extend', { ...text, action: 'extend', model: 'kling-v1-6', video_id: '1' }],
  ['R11', BOTH, { ...text, start_image_url: 'https://example.com/start.png' }, 'start_image_url is not supported for text2video.', image],
  ['R21', BOTH, { ...image, model: 'kling-v3', camera_control: { type: 'down_back' } }, 'camera_control is not supported for image2video.', { ...v3, camera_control: { type: 'down_back' } }],
  ['R27', BOTH, { ...v3, image_list: [picture] }, 'Omni references require kling-o1 or kling-v3-omni', { ...omni, image_list: [picture] }],
  ['R27', BOTH, { ...v3, video_list: [video] }, 'Omni references require kling-o1 or kling-v3-omni', { ...o1, video_list: [video] }],
  ['R28', BOTH, { ...o1, image_list: [] }, 'image_list must be non-empty or omitted', { ...o1, image_list: [picture] }],
  ['R28', BOTH, { ...o1, image_list: [{ type: 'first_frame' }] }, 'image_url is required', { ...o1, image_list: [first] }],
  ['R28', BOTH, { ...o1, image_list: [{ ...picture, type: 'frame' }] }, "type value 'frame' is invalid", { ...o1, image_list: [first] }],
  ['R28', BOTH, { ...o1, video_list: [video, video] }, 'video_list must contain exactly one reference video', { ...o1, video_list: [video] }],
  ['R28', BOTH, { ...o1, video_list: [] }, 'video_list must be non-empty or omitted', o1],
  ['R29', BOTH, { ...image, model: 'kling-o1', video_list: [base] }, 'A base reference video cannot be combined with first or end frames', { ...image, model: 'kling-o1', video_list: [video] }],
  ['R29', BOTH, { ...o1, video_list: [base], image_list: [first] }, 'A base reference video cannot be combined with first or end frames', { ...o1, video_list: [base], image_list: [picture] }],
  ['R30', BOTH, { ...omni, video_list: [video], generate_audio: true }, 'generate_audio cannot be used with video_list', { ...omni, image_list: [picture], generate_audio: true }],
  ['R31', BOTH, { ...o1, negative_prompt: 'blurry' }, plain, { ...omni, negative_prompt: 'blurry' }],
  ['R31', BOTH, { ...omni, image_list: [picture], cfg_scale: 0.5 }, plain, { ...omni, cfg_scale: 0.5 }],
  ['R32', BOTH, { ...omni, mode: '4k', image_list: [picture] }, '4k cannot be combined with Omni references', { ...omni, mode: 'pro', image_list: [picture] }],
  ['R33', BOTH, { ...o1, image_list: pictures(8) }, few(7), { ...o1, image_list: pictures(7) }],
  ['R33', BOTH, { ...image, model: 'kling-o1', image_list: pictures(7) }, few(7), { ...image, model: 'kling-o1', image_list: pictures(6) }],
  ['R33', BOTH, { ...o1, image_list: pictures(5), video_list: [video] }, few(4), { ...o1, image_list: pictures(4), video_list: [video] }],
  ['R33', OCTOBER, { ...o1, image_list: pictures(5), element_list: elements(3) }, few(7), { ...o1, image_list: pictures(4), element_list: elements(3) }],
  ['R34', BOTH, { ...image, model: 'kling-o1', image_list: [first] }, 'Only one first frame and one end frame are allowed', { ...image, model: 'kling-o1', image_list: [end] }],
  ['R34', BOTH, { ...o1, image_list: [first, first] }, 'Only one first frame and one end frame are allowed', { ...o1, image_list: [first, end] }],
  ['R34', BOTH, { ...o1, image_list: [end] }, 'A first frame is required with an end frame', { ...o1, image_list: [first, end] }],
  ['R35', ['2026-08'], { ...o1, element_list: elements(1) }, 'element_list is not supported', o1],
  ['R36', OCTOBER, { ...text, element_list: elements(1) }, 'this model does not support element references', { ...v3, element_list: elements(1) }],
  ['R36', OCTOBER, { ...v3, element_list: elements(4) }, 'element_list must contain 1 to 3 elements', { ...v3, element_list: elements(3) }],
  ['R37', OCTOBER, { ...voiced, mode: 'std', generate_audio: false, voice_list: [voice] }, 'specified voices require V2.6 pro and generate_audio=true', { ...voiced, voice_list: [voice] }],
  ['R37', OCTOBER, { ...without(voiced, 'generate_audio'), voice_list: [voice] }, 'specified voices require V2.6 pro and generate_audio=true', { ...voiced, voice_list: [voice] }],
  ['R37', OCTOBER, { ...voiced, voice_list: [voice, voice, voice], prompt: '<<<voice_1>>> <<<voice_2>>>' }, 'voice_list must contain 1 to 2 voices', { ...voiced, voice_list: [voice, voice], prompt: '<<<voice_1>>> <<<voice_2>>>' }],
  ['R37', OCTOBER, { ...voiced, voice_list: [voice, voice] }, 'prompt must cite <<<voice_2>>>', { ...voiced, voice_list: [voice] }],
  ['R38', OCTOBER, { ...text, multi_shot: true, shot_type: 'intelligence' }, 'multi_shot requires kling-v3 or kling-v3-omni', { ...omni, multi_shot: true, shot_type: 'intelligence' }],
  ['R38', OCTOBER, { ...v3, multi_shot: true }, 'shot_type is required with multi_shot', { ...v3, multi_shot: true, shot_type: 'intelligence' }],
  ['R38', OCTOBER, { ...v3, multi_shot: true, shot_type: 'wild' }, "shot_type value 'wild' is invalid", { ...v3, multi_shot: false, shot_type: 'wild' }],
  ['R38', OCTOBER, { ...v3, multi_shot: true, shot_type: 'customize' }, 'multi_prompt is required for shot_type customize', shots(shot(1, 5))],
  ['R38', OCTOBER, shots(), 'multi_prompt must contain 1 to 6 shots', shots(shot(1, 5))],
  ['R38', OCTOBER, { ...shots(...[1, 2, 3, 4, 5, 6, 7].map(n => shot(n, 1))), duration: 7 }, 'multi_prompt must contain 1 to 6 shots', { ...shots(...[1, 2, 3, 4, 5, 6].map(n => shot(n, 1))), duration: 6 }],
  ['R38', OCTOBER, shots(shot(1, 2), shot(3, 3)), 'multi_prompt[1].index must be 2', shots(shot(1, 2), shot(2, 3))],
  ['R38', OCTOBER, shots(shot(1, 5, '')), 'multi_prompt[0].prompt: size must be between 1 and 512', shots(shot(1, 5, 'x'))],
  ['R38', OCTOBER, shots(shot(1, 5, 'x'.repeat(513))), 'multi_prompt[0].prompt: size must be between 1 and 512', shots(shot(1, 5, '🎬'.repeat(512)))],
  ['R38', OCTOBER, shots(shot(1, 0), shot(2, 5)), 'multi_prompt[0].duration must be a whole number from 1 to 15', shots(shot(1, 1), shot(2, 4))],
  ['R38', OCTOBER, shots(shot(1, 2.5), shot(2, 2.5)), 'multi_prompt[0].duration must be a whole number from 1 to 15', shots(shot(1, 2), shot(2, 3))],
  ['R38', OCTOBER, shots(shot(1, 2), shot(2, 4)), 'the durations of multi_prompt must sum to duration: 6 is not 5', shots(shot(1, 2), shot(2, 3))],
  ['R39', OCTOBER, { ...turbo, negative_prompt: 'blurry' }, 'negative_prompt is not supported by kling-v3-turbo', turbo],
  ['R39', OCTOBER, { ...turbo, cfg_scale: 0.5 }, 'cfg_scale is not supported by kling-v3-turbo', turbo],
  ['R39', OCTOBER, { ...turbo, generate_audio: false }, 'generate_audio cannot be false for kling-v3-turbo', { ...turbo, generate_audio: true }],
  ['R40', BOTH, { ...o1, image_list: [{ image_url: 'ftp://example.com/a.png' }] }, 'image_url must be an HTTP URL', { ...o1, image_list: [picture] }],
  ['R44', BOTH, { ...text, cfg_scale: '0.5' }, 'Failed to resolve the request body', { ...text, cfg_scale: 0.5 }],
  ['R44', BOTH, { ...text, camera_control: '{"type":"down_back"}' }, 'Failed to resolve the request body', { ...text, camera_control: { type: 'down_back' } }],
  ['R44', BOTH, { ...o1, image_list: picture }, 'Failed to resolve the request body', { ...o1, image_list: [picture] }],
  ['R44', OCTOBER, { ...v3, multi_shot: 'true' }, 'Failed to resolve the request body', { ...v3, multi_shot: true, shot_type: 'intelligence' }],
  ['R44', OCTOBER, { ...voiced, voice_list: ['v1'] }, 'Failed to resolve the request body', { ...voiced, voice_list: [voice] }],
]

export const RULE_CASES: readonly RuleCase[] = CASES.map(([rule, revisions, broken, says, sound]) => ({
  rule,
  revisions,
  broken,
  says,
  sound,
}))
