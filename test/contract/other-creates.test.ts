import { describe, expect, it } from 'vitest'
import { LIP_SYNC, lipSyncClip } from '../../src/contract/creates/lip-sync.ts'
import { MOTION, motionFields } from '../../src/contract/creates/motion.ts'
import { TALKING_PHOTO } from '../../src/contract/creates/talking-photo.ts'
import { examineFor } from '../../src/contract/creates.ts'
import { ENDPOINTS, type TaskType } from '../../src/contract/endpoints.ts'
import { durationText, type Format } from '../../src/contract/formats.ts'
import { REVISIONS, type Revision, since } from '../../src/contract/revisions.ts'
import { changed, Objection } from '../../src/contract/rules/objection.ts'
import { ANSWERING, CASES, lips, MORE_CASES, motion, omit, photo, recorded } from '../support/endpoint-cases.ts'
import { OTHERS, SOUND_BODIES } from '../support/endpoints.ts'

type Body = Readonly<Record<string, unknown>>

const typeOf = (path: string) => path.slice('/kling/'.length) as TaskType
const examined = (type: TaskType, body: Body, revision: Revision = '2026-10') =>
  examineFor(type, body, revision, 'documented')
const said = (type: TaskType, body: Body) =>
  examined(type, body).objections.map(({ rule, message }) => `${rule}: ${message}`)

const FIELDS = {
  motion: ['image_url', 'video_url', 'character_orientation', 'mode', 'keep_original_sound', 'prompt', 'model_name'],
  'lip-sync': ['mode', 'video_id', 'video_url', 'text', 'voice_id', 'voice_language', 'voice_speed'],
  'talking-photo': ['image_url', 'audio_url', 'prompt', 'model', 'duration', 'mode'],
} as const

const ALL = [...CASES, ...MORE_CASES].map(([path, ...rest]) => [typeOf(path), ...rest] as const)

describe('a rule of the endpoints beside /kling/videos', () => {
  it.each(ALL)('%s, %s: refuses alone, in its own words, and takes the nearest', (type, rule, broken, says, sound) => {
    expect(said(type, broken)).toEqual([`${rule}: ${says}`])
    expect(said(type, sound)).toEqual([])
    const [objection] = examined(type, broken).objections
    expect(objection?.source).toMatch(/^(?:gateway|kling) §/)
    const isNone = type === 'lip-sync' && rule === 'L2' && broken['video_id'] !== undefined
    expect(objection?.text.source).toMatch(isNone ? /^mockling$/ : /gateway|kling|mockling/)
    expect(said(type, changed(broken, (objection as Objection).nearest))).toEqual([])
  })

  it.each([
    ['motion', MOTION.rules],
    ['lip-sync', LIP_SYNC.rules],
    ['talking-photo', TALKING_PHOTO.rules],
  ] as const)('has a body that breaks it: %s', (type, rules) => {
    const broken = new Set(ALL.filter(one => one[0] === type).map(one => one[1]))
    expect([...new Set(rules.map(({ id }) => id))].filter(id => !broken.has(id) && !/^R4[27]$/.test(id))).toEqual([])
    const own = rules.filter(({ id }) => !id.startsWith('R'))
    const since8 = since('2026-08')
    for (const { id, revisions } of own)
      expect([id, revisions]).toEqual([id, type === 'motion' && id !== 'M1' ? REVISIONS : since8])
  })

  it.each([
    ['motion', { ...motion, mode: 'st' }, { mode: 'std' }],
    ['motion', { ...motion, mode: 'prof' }, { mode: 'pro' }],
    ['motion', { ...motion, character_orientation: 'vide' }, { character_orientation: 'video' }],
    ['motion', { ...motion, keep_original_sound: 'n' }, { keep_original_sound: 'no' }],
    ['motion', { ...motion, model_name: 'kling-v3x' }, { model_name: 'kling-v3' }],
    ['motion', omit(motion, 'image_url'), { image_url: 'https://example.com/figure.png' }],
    ['motion', omit(motion, 'video_url'), { video_url: 'https://example.com/movement.mp4' }],
    ['motion', omit(motion, 'character_orientation'), { character_orientation: 'image' }],
    ['motion', omit(motion, 'mode'), { mode: 'std' }],
    ['motion', { ...motion, image_url: 'x' }, { image_url: 'https://example.com/figure.png' }],
    ['lip-sync', { ...lips, mode: 'audio' }, { mode: 'audio2video' }],
    ['lip-sync', omit(lips, 'video_url'), { video_id: expect.stringMatching(/\w/) }],
    ['lip-sync', { ...lips, voice_speed: 9 }, { voice_speed: 2 }],
    ['lip-sync', { ...lips, voice_speed: 0 }, { voice_speed: 0.8 }],
    ['lip-sync', { ...lips, video_url: 'x' }, { video_url: 'https://example.com/face.mp4' }],
    ['lip-sync', omit(recorded, 'audio_url'), { audio_url: 'https://example.com/voice.mp3' }],
    ['talking-photo', { ...photo, duration: 8 }, { duration: 10 }],
    ['talking-photo', { ...photo, duration: 1 }, { duration: 5 }],
    ['talking-photo', omit(photo, 'image_url'), { image_url: 'https://example.com/face.png' }],
    ['talking-photo', omit(photo, 'audio_url'), { audio_url: 'https://example.com/voice.mp3' }],
  ] as const)('proposes to %s what is nearest: %j', (type, body, set) => {
    const [objection] = examined(type, body).objections
    expect(objection?.nearest).toMatchObject({ set })
  })

  it('leaves out one of two videos: the one that says nothing, else the URL', () => {
    const removed = (body: Body) => examined('lip-sync', body).objections[0]?.nearest.remove
    expect(removed({ ...lips, video_id: '1' })).toEqual(['video_url'])
    expect(removed({ ...lips, video_id: ' ' })).toEqual(['video_id'])
    expect(removed({ ...lips, video_id: '1', video_url: 'nowhere' })).toEqual(['video_url'])
  })

  it('says of a field of the wrong type that alone', () => {
    for (const path of OTHERS) {
      const sound: Body = SOUND_BODIES[path]
      for (const field of Object.keys(sound)) {
        const objections = said(typeOf(path), { ...sound, [field]: [] })
        expect(objections[0], field).toBe('R44: Failed to resolve the request body')
        if (!(path === '/kling/lip-sync' && field === 'mode')) expect(objections, field).toHaveLength(1)
      }
    }
    expect(said('lip-sync', { ...omit(lips, 'video_url'), video_id: 5 })).toHaveLength(1)
    expect(said('lip-sync', { ...recorded, audio_type: 5 })).toHaveLength(1)
  })
})

describe('the order of objections', () => {
  it.each([
    ['motion', {}, ['M2', 'M3', 'M4', 'M5']],
    ['motion', { ...motion, mode: 'x', model_name: 'x', character_orientation: 'x' }, ['M1', 'M2', 'M5']],
    ['lip-sync', {}, ['L1', 'L2']],
    ['lip-sync', { mode: 'text2video' }, ['L2', 'L5', 'L7']],
    ['lip-sync', { mode: 'audio2video' }, ['L2', 'L4']],
    ['lip-sync', { ...lips, mode: 'x', audio_type: 'x', voice_language: 'x' }, ['L1', 'L3', 'L8']],
    ['talking-photo', {}, ['T1', 'T2']],
    ['talking-photo', { model: 'x', mode: 'x', duration: 1 }, ['T3', 'T5', 'T4', 'T1', 'T2']],
  ] as const)('of %s is words first, then what is missing: %j', (type, body, rules) => {
    expect(examined(type, body).objections.map(({ rule }) => rule)).toEqual(rules)
  })
})

describe('what a body asks for', () => {
  it('is what it says', () => {
    const whole = { ...motion, ...ANSWERING, model_name: 'kling-v3', mode: 'pro', prompt: 'a mug' }
    expect(examined('motion', { ...whole, keep_original_sound: 'no' }).request).toEqual({
      ...{ type: 'motion', revision: '2026-10', action: 'motion', model: 'kling-v3', mode: 'pro', seconds: 5 },
      ...{ prompt: 'a mug', imageUrl: motion.image_url, videoUrl: motion.video_url, orientation: 'image' },
      ...{ givenMode: 'pro', keepOriginalSound: 'no', callbackUrl: ANSWERING.callback_url, async: true, timeout: 60 },
      ...{ mistyped: [], ignored: [] },
    })
    expect(examined('talking-photo', { ...photo, model: 'kling-v1', mode: 'std', duration: 10 }).request).toEqual({
      ...{ type: 'talking-photo', revision: '2026-10', action: 'talking-photo', model: 'kling-v1', mode: 'std' },
      ...{ seconds: 10, prompt: undefined, imageUrl: photo.image_url, audioUrl: photo.audio_url },
      ...{ callbackUrl: undefined, async: false, timeout: undefined, mistyped: [], ignored: [] },
    })
    expect(examined('lip-sync', { ...lips, voice_language: 'en', voice_speed: 1.5 }).request).toEqual({
      ...{ type: 'lip-sync', revision: '2026-10', action: 'lip-sync', model: 'lip-sync', mode: 'text2video' },
      ...{ seconds: 5, prompt: lips.text, givenMode: 'text2video', videoId: undefined, videoUrl: lips.video_url },
      ...{ audioType: 'url', audioUrl: undefined, audioFile: undefined, voiceId: lips.voice_id },
      ...{ voiceLanguage: 'en', voiceSpeed: 1.5, callbackUrl: undefined, async: false, timeout: undefined },
      ...{ mistyped: [], ignored: [] },
    })
  })

  it('has the vendor’s defaults', () => {
    expect(examined('motion', motion, '2026-05').request).toMatchObject({ model: 'kling-v2-6', mode: 'std' })
    expect(examined('motion', {}).request).toMatchObject({ model: 'kling-v2-6', mode: 'std', givenMode: undefined })
    expect(examined('talking-photo', photo).request).toMatchObject({
      ...{ model: 'kling-v2-1-master', mode: 'pro', seconds: 5 },
    })
    expect(examined('lip-sync', {}).request).toMatchObject({ mode: '', audioType: 'url' })
  })

  it.each([
    [
      'lip-sync',
      { ...lips, audio_type: 'url', audio_url: 'x', audio_file: 'y' },
      ['audio_type', 'audio_url', 'audio_file'],
    ],
    [
      'lip-sync',
      { ...recorded, text: 'x', voice_id: 'x', voice_language: 'x', voice_speed: 9 },
      FIELDS['lip-sync'].slice(3),
    ],
    ['lip-sync', { ...recorded, audio_file: 'SUQz' }, ['audio_file']],
    ['lip-sync', { ...recorded, audio_type: 'file', audio_file: 'SUQz' }, ['audio_url']],
    ['lip-sync', { mode: 'x', text: 'a', audio_url: 'b', seed: 1 }, ['seed']],
    ['motion', { ...motion, duration: 5, model: 'kling-v3' }, ['duration', 'model']],
    ['talking-photo', { ...photo, model_name: 'kling-v1', text: 'a' }, ['model_name', 'text']],
  ] as const)('leaves aside what means nothing: %s %j', (type, body, ignored) => {
    expect([...examined(type, body).request.ignored].toSorted()).toEqual([...ignored].toSorted())
  })

  it('is read of a motion by its model’s name and watermark from August on', () => {
    const body = { ...motion, model_name: 'kling-v9', watermark_info: { enabled: true } }
    for (const revision of REVISIONS) {
      const { request, objections } = examined('motion', body, revision)
      const isRead = since('2026-08').includes(revision)
      expect(request.ignored).toEqual(isRead ? [] : ['model_name', 'watermark_info'])
      expect(objections.map(({ rule }) => rule)).toEqual(isRead ? ['M1'] : [])
      expect(motionFields(revision).has('model_name')).toBe(isRead)
    }
  })
})

describe('the clip and the price', () => {
  const clip = (seconds: number, fps: 24 | 30 = 24): Format => ({
    width: 1,
    height: 1,
    fps,
    frames: seconds * fps + 1,
    audio: false,
  })

  it('of a motion are those of a video of the model that lasts 5 s, with sound unless told otherwise', () => {
    const { clip: made, price } = examined('motion', { ...motion, model_name: 'kling-v3', mode: 'pro' })
    expect(made()).toEqual({ width: 1920, height: 1080, fps: 24, frames: 121, audio: true })
    // 0.8 units a second, 1.4 Credits each.
    expect(price().credits).toBeCloseTo(5.041 * 0.8 * 1.4, 5)
    expect(examined('motion', { ...motion, keep_original_sound: 'no' }).clip()).toMatchObject({
      audio: false,
      height: 720,
    })
    expect(examined('motion', { ...motion, keep_original_sound: 'yes' }).clip()).toMatchObject({ audio: true })
  })

  it('of a talking photo are those of its model, and of a lip-sync beside it', () => {
    const { clip: made, price } = examined('talking-photo', { ...photo, model: 'kling-v1', duration: 10 })
    expect(made()).toEqual({ width: 1280, height: 720, fps: 30, frames: 303, audio: true })
    expect(price().credits).toBeCloseTo(7 * 1.4 + 2.45, 6)
  })

  it('of a lip-sync are those of its source, with sound, and one price', () => {
    const { clip: made, price } = examined('lip-sync', lips)
    // gateway §7: "4.966", of a video that nobody fetches.
    expect(durationText(made() as Format)).toBe('4.966')
    expect(made()).toEqual({ width: 1280, height: 720, fps: 30, frames: 149, audio: true })
    expect(made(clip(10, 30))).toEqual({ ...clip(10, 30), audio: true })
    expect(price().credits).toBe(2.45)
  })

  it.each([
    [4, 'L11'],
    [5, undefined],
    [6, 'L11'],
    [9, 'L11'],
    [10, undefined],
    [11, 'L11'],
  ])('of a lip-sync ask for a video of 5 or 10 s: %d s', (seconds, rule) => {
    const made = lipSyncClip(clip(seconds))
    if (rule === undefined) expect(made).toEqual({ ...clip(seconds), audio: true })
    else {
      expect(made).toBeInstanceOf(Objection)
      expect(made).toMatchObject({
        ...{ rule, field: 'video_id', message: 'the video of video_id must last 5 or 10 seconds' },
        nearest: { set: { video_id: expect.any(String) } },
      })
    }
  })

  it('of an extension are 4.5 s more of its source, of any other video those asked for', () => {
    const text = { action: 'text2video', model: 'kling-v1', prompt: 'a mug' }
    const extend = { ...text, action: 'extend', video_id: '1' }
    expect(examined('videos', text).clip()).toMatchObject({ frames: 153, fps: 30 })
    expect(examined('videos', extend).clip(clip(5))).toMatchObject({ frames: 121 + 108 })
    expect(examined('videos', extend).clip(clip(179))).toBeInstanceOf(Objection)
    expect(examined('videos', text).price().credits).toBeCloseTo(1.4, 6)
  })
})

describe('what a create works on', () => {
  it('is the video of its video_id, where that is read', () => {
    const video_id = '862340091477434368'
    const of = (type: TaskType, body: Body) => examined(type, body).sourceId
    expect(of('videos', { action: 'extend', video_id })).toBe(video_id)
    expect(of('videos', { action: 'text2video', video_id })).toBeUndefined()
    expect(of('lip-sync', { ...omit(lips, 'video_url'), video_id })).toBe(video_id)
    expect(of('lip-sync', lips)).toBeUndefined()
    expect(of('motion', { ...motion, video_id })).toBeUndefined()
    expect(of('talking-photo', { ...photo, video_id })).toBeUndefined()
  })

  it('is metered where voices were chosen', () => {
    const voiced = { action: 'text2video', model: 'kling-v2-6', mode: 'pro', voice_list: [{ voice_id: 'v1' }] }
    expect(examined('videos', voiced).isMetered).toBe(true)
    expect(examined('videos', { ...voiced, voice_list: null }).isMetered).toBe(false)
    for (const path of OTHERS) expect(examined(typeOf(path), SOUND_BODIES[path]).isMetered).toBe(false)
  })

  it('reads exactly the fields of the endpoint', () => {
    for (const path of OTHERS) {
      const type = typeOf(path) as keyof typeof FIELDS
      const body = Object.fromEntries([...FIELDS[type], ...Object.keys(ANSWERING)].map(name => [name, []]))
      const { request } = examined(type, body)
      expect([...request.mistyped].toSorted()).toEqual(Object.keys(body).toSorted())
      expect(request.ignored).toEqual([])
      expect(request.model).toBe(ENDPOINTS[type].models('2026-10')[0])
    }
  })
})
