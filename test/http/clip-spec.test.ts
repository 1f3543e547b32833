import { describe, expect, it } from 'vitest'
import { clipSpecOf } from '../../src/http/clip-spec.ts'

const FORMAT = { width: 1280, height: 720, fps: 30, frames: 153, audio: false } as const

const TASK = {
  id: '8c979f32-0a1b-4c2d-8e3f-000000000001',
  type: 'videos',
  action: 'text2video',
  model: 'kling-v1',
  mode: 'std',
  request: { prompt: 'a white mug', text: 'said aloud' },
} as const

type Made = Parameters<typeof clipSpecOf>[0]

function specOf({ video = {}, format = {}, ...task }: Record<string, unknown> = {}) {
  return clipSpecOf({
    ...TASK,
    ...task,
    video: {
      id: '1f2a9c0b-5e41-4d6a-974c-1aa727aa360b',
      format: { ...FORMAT, ...(format as object) },
      ...(video as object),
    },
  } as unknown as Made)
}

describe('a clip', () => {
  it('has the id and format of its video, and shows facts and prompt', () => {
    expect(specOf()).toEqual({
      ...FORMAT,
      id: '1f2a9c0b-5e41-4d6a-974c-1aa727aa360b',
      label: ['task 8c979f32 video 1f2a9c0b', 'kling-v1 std text2video', '5.1s 16:9 1280x720@30', '', 'a white mug'],
    })
  })

  it.each([
    [{ width: 720, height: 1280 }, '5.1s 9:16 720x1280@30'],
    [{ width: 720, height: 720 }, '5.1s 1:1 720x720@30'],
    [{ fps: 24, frames: 240, audio: true }, '10s 16:9 1280x720@24 sound'],
  ])('of %j is described as %s', (format, line) => {
    expect(specOf({ format }).label[2]).toBe(line)
  })

  it.each([
    ['videos', 'extends video aaaaaaaa'],
    ['motion', 'extends video aaaaaaaa'],
    ['lip-sync', 'speaks over video aaaaaaaa'],
  ])('of %s names the video it goes on from', (type, line) => {
    expect(specOf({ type, video: { sourceId: 'aaaaaaaa-bbbb' } }).label[1]).toBe(line)
  })

  it('has ids without groups whole, and says nothing twice', () => {
    const { label } = specOf({ id: '123456789012345678', model: 'lip-sync', mode: 'std', action: 'lip-sync' })
    expect(label.slice(0, 2)).toEqual(['task 123456789012345678 video 1f2a9c0b', 'lip-sync std'])
  })

  it('shows the words of its endpoint', () => {
    expect(specOf({ type: 'lip-sync' }).label.at(-1)).toBe('said aloud')
  })

  it.each([undefined, '', ' \n ', 7, null])('shows no prompt where there is none: %j', prompt => {
    expect(specOf({ request: { prompt } }).label).toHaveLength(3)
  })

  it('shows a prompt as it is', () => {
    expect(specOf({ request: { prompt: ' a\nb ' } }).label.slice(3)).toEqual(['', ' a\nb '])
  })
})
