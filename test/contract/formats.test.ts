import { describe, expect, it } from 'vitest'
import { CAPABILITIES } from '../../src/contract/capabilities.ts'
import { durationText, extended, type Format, formatOf, LONGEST_CLIP_SECONDS } from '../../src/contract/formats.ts'
import { readCreateVideo } from '../../src/contract/request.ts'
import { extensionFits } from '../../src/contract/rules/source.ts'
import { GUIDE_TASKS } from '../../src/simulation/guide-tasks.ts'

function format(body: Record<string, unknown> = {}): Format {
  return formatOf(readCreateVideo({ action: 'text2video', ...body }, '2026-05'))
}

function size(body: Record<string, unknown>): string {
  const { width, height } = format(body)
  return `${width}×${height}`
}

describe('frame rate and duration', () => {
  // contract.md §3: 30 fps for kling-v1, -v1-5 and -v1-6 image2video, 24 for everybody else.
  it.each([
    ['kling-v1', 'text2video', 30],
    ['kling-v1', 'image2video', 30],
    ['kling-v1-5', 'image2video', 30],
    ['kling-v1-6', 'image2video', 30],
    ['kling-v1-6', 'text2video', 24],
    ['kling-v2-master', 'text2video', 24],
    ['kling-v2-1-master', 'image2video', 24],
    ['kling-v2-5-turbo', 'image2video', 24],
    ['kling-v2-6', 'text2video', 24],
    ['kling-v3', 'image2video', 24],
    ['kling-v3-omni', 'text2video', 24],
    ['kling-video-o1', 'image2video', 24],
  ])('is the model’s: %s %s', (model, action, fps) => {
    expect(format({ model, action }).fps).toBe(fps)
  })

  it.each([
    ['kling-v1', 5, 153, '5.1'],
    ['kling-v1', 10, 303, '10.1'],
    ['kling-v2-6', 5, 121, '5.041'],
    ['kling-v2-6', 10, 241, '10.041'],
    ['kling-v3', 3, 73, '3.041'],
    ['kling-v3', 15, 361, '15.041'],
  ])('is frames by frame rate, cut to three decimals: %s %d s', (model, duration, frames, text) => {
    const made = format({ model, duration })
    expect(made.frames).toBe(frames)
    expect(durationText(made)).toBe(text)
  })

  it('is 5 s without a duration, and takes 5.0 for 5', () => {
    expect(format()).toEqual(format({ duration: 5 }))
    expect(format()).toEqual(format(JSON.parse('{"duration": 5.0}')))
  })

  it('is whole frames and a decimal string of one form for every cell of the matrix', () => {
    for (const { model, modes, seconds, actions } of CAPABILITIES) {
      for (const mode of modes) {
        for (const duration of seconds) {
          for (const action of actions) {
            const made = format({ model, mode, duration, action })
            expect(Number.isInteger(made.frames)).toBe(true)
            expect(durationText(made)).toBe(made.fps === 30 ? `${duration}.1` : `${duration}.041`)
          }
        }
      }
    }
  })
})

describe('size', () => {
  // kling §3.3; where it has no figure the value is inferred or chosen, as formats.ts says.
  it.each([
    ['kling-v1', 'std', '1280×720', '720×1280', '720×720'],
    ['kling-v1', 'pro', '1280×720', '720×1280', '720×720'],
    ['kling-v1-5', 'std', '1280×720', '720×1280', '720×720'],
    ['kling-v1-5', 'pro', '1920×1080', '1080×1920', '1080×1080'],
    ['kling-v1-6', 'std', '1280×720', '720×1280', '720×720'],
    ['kling-v1-6', 'pro', '1920×1080', '1080×1920', '1080×1080'],
    ['kling-v2-master', 'std', '1280×720', '720×1280', '960×960'],
    ['kling-v2-master', 'pro', '1280×720', '720×1280', '960×960'],
    ['kling-v2-1-master', 'std', '1920×1080', '1080×1920', '1440×1440'],
    ['kling-v2-1-master', 'pro', '1920×1080', '1080×1920', '1440×1440'],
    ['kling-v2-5-turbo', 'std', '1280×720', '720×1280', '960×960'],
    ['kling-v2-5-turbo', 'pro', '1920×1080', '1080×1920', '1440×1440'],
    ['kling-v2-6', 'std', '1280×720', '720×1280', '960×960'],
    ['kling-v2-6', 'pro', '1920×1080', '1080×1920', '1440×1440'],
    ['kling-v3', 'std', '1280×720', '720×1280', '960×960'],
    ['kling-v3', 'pro', '1920×1080', '1080×1920', '1440×1440'],
    ['kling-v3', '4k', '3840×2160', '2160×3840', '2160×2160'],
    ['kling-v3-omni', '4k', '3840×2160', '2160×3840', '2160×2160'],
    ['kling-video-o1', 'std', '1280×720', '720×1280', '960×960'],
    ['kling-video-o1', 'pro', '1920×1080', '1080×1920', '1440×1440'],
  ])('follows model, mode and aspect ratio: %s %s', (model, mode, wide, tall, square) => {
    for (const action of ['text2video', 'image2video']) {
      expect(size({ model, mode, action, aspect_ratio: '16:9' })).toBe(wide)
      expect(size({ model, mode, action, aspect_ratio: '9:16' })).toBe(tall)
      expect(size({ model, mode, action, aspect_ratio: '1:1' })).toBe(square)
    }
  })

  it('is 16:9 unless told otherwise, for image2video too', () => {
    expect(size({ action: 'image2video' })).toBe('1280×720')
    expect(size({ action: 'image2video', aspect_ratio: null })).toBe('1280×720')
  })

  it('has even sides, so that it can be encoded', () => {
    for (const { model, modes } of CAPABILITIES) {
      for (const mode of modes) {
        for (const aspect_ratio of ['16:9', '9:16', '1:1']) {
          const { width, height } = format({ model, mode, aspect_ratio })
          expect([width % 2, height % 2]).toEqual([0, 0])
        }
      }
    }
  })
})

describe('sound', () => {
  it('is there only where it was asked for', () => {
    expect(format({ model: 'kling-v2-6', mode: 'pro' }).audio).toBe(false)
    expect(format({ model: 'kling-v2-6', mode: 'pro', generate_audio: true }).audio).toBe(true)
  })
})

describe('an extended clip', () => {
  it.each([
    ['kling-v1', ['5.1', '9.6', '14.1', '18.6', '23.1']],
    ['kling-v1-6', ['5.041', '9.541', '14.041', '18.541']],
  ])('lasts 4.5 s more each time: %s', (model, expected) => {
    const texts: string[] = []
    for (let clip = format({ model }); texts.length < expected.length; clip = extended(clip))
      texts.push(durationText(clip))
    expect(texts).toEqual(expected)
  })

  it('lasts as long as guide A’s own', () => {
    const [, source, longer] = GUIDE_TASKS
    expect(source && longer && extended(source.video.format)).toEqual(longer?.video.format)
  })

  it('keeps its source’s size, frame rate and sound', () => {
    const source = format({ model: 'kling-v2-6', mode: 'pro', aspect_ratio: '9:16', generate_audio: true })
    expect(extended(source)).toEqual({ ...source, frames: source.frames + 108 })
    expect(source.frames).toBe(121)
  })

  it('grows until 180 s and no further', () => {
    for (const model of ['kling-v1', 'kling-v1-6']) {
      for (const duration of [5, 10]) {
        let clip = format({ model, duration })
        while (!extensionFits(clip)) clip = extended(clip)
        expect(clip.frames / clip.fps).toBeLessThanOrEqual(LONGEST_CLIP_SECONDS)
        expect(clip.frames / clip.fps + 4.5).toBeGreaterThan(LONGEST_CLIP_SECONDS)
        expect(Number.isInteger(clip.frames)).toBe(true)
        expect(extensionFits(clip)?.rule).toBe('R46')
      }
    }
  })
})
