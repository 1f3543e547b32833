import { describe, expect, it } from 'vitest'
import { Label } from '../../src/media/label.ts'
import { Picture } from '../../src/media/picture.ts'
import { lineAt } from './reading-letters.ts'

const FACTS = ['task f277c388 video 73b81fad', 'kling-v1-6 std extend', '9.6s 16:9 1280x720@30']
const PROMPT = 'White ceramic coffee mug on glossy marble countertop with morning window light.'

/** What a label shows: lines of the head, then those of the body, which stand half a line lower. */
function shown(width: number, height: number, texts: readonly string[]): [head: string[], body: string[]] {
  const picture = new Picture(width / 16, height / 16)
  const label = new Label({ width: width / 4, height: height / 4 }, texts)
  label.draw(picture)
  const scale = Math.min(width, height) >= 1440 ? 2 : 1
  const read = (offset: number) => {
    const lines = []
    for (let top = (4 + offset) * scale; top + 9 * scale < label.bottom; top += 10 * scale) {
      lines.push(lineAt(picture.planes, { left: 4 * scale, top, scale }))
    }
    return lines
  }
  const head = read(0)
  const end = head.indexOf('')
  return end < 0 ? [head, []] : [head.slice(0, end), read(5 + 10 * end)]
}

describe('Label', () => {
  it('shows facts on lines of their own, and after an empty text the prompt, apart from them', () => {
    expect(shown(1280, 720, [...FACTS, '', PROMPT])).toEqual([
      FACTS,
      ['White ceramic coffee mug on glossy marble countertop', 'with morning window light.'],
    ])
  })

  it('keeps a prompt that looks like a fact apart', () => {
    expect(shown(1280, 720, [...FACTS, '', 'extends video 12345678'])).toEqual([FACTS, ['extends video 12345678']])
  })

  it.each([
    [720, 720],
    [1440, 1440],
    [2160, 2160],
    [720, 1280],
  ])('has room for ids, and for those of the source, on one line at %ix%i', (width, height) => {
    const facts = ['task f277c388 video 73b81fad', 'extends video 00e1a5b2']
    expect(shown(width, height, facts)).toEqual([facts, []])
  })

  it('lets facts share lines where the prompt would be cut, and then cuts its middle', () => {
    const [head, body] = shown(1280, 720, [...FACTS, '', PROMPT.repeat(6)])
    expect(head).toEqual(['task f277c388 video 73b81fad, kling-v1-6 std extend,', '9.6s 16:9 1280x720@30'])
    expect(body).toHaveLength(7)
    expect(body[5]).toMatch(/…$/)
    expect(body[6]).toMatch(/ marble countertop with morning window light\.$/)
  })

  it('leaves facts where they are if sharing lines would not help', () => {
    const [head, body] = shown(720, 720, [...FACTS, '', PROMPT.repeat(6)])
    expect(head).toEqual(FACTS)
    expect(body).toHaveLength(6)
  })

  it('lets texts share a line where they would be cut, and only there', () => {
    expect(shown(320, 192, ['a', 'b'])).toEqual([['a', 'b'], []])
    expect(shown(320, 192, ['a', 'b', 'c'])).toEqual([['a, b, c'], []])
    expect(shown(320, 112, ['a', 'b'])).toEqual([['a, b'], []])
    expect(shown(320, 192, ['a long line', 'a longer one', 'an end'])).toEqual([['a long lin…', 'an end'], []])
  })

  it.each([
    [
      ['a mug', 'a spoon'],
      [['a mug', 'a spoon'], []],
    ],
    [
      ['', ' ', 'a mug', ''],
      [['a mug'], []],
    ],
    [
      ['', 'a mug', '', 'a spoon', '', 'a fork'],
      [['a mug'], ['a spoon', 'a fork']],
    ],
    [[], [[], []]],
  ])('takes %j for head and body', (texts, expected) => {
    expect(shown(1280, 720, texts)).toEqual(expected)
  })

  it.each([
    [160, 90, ['a mug'], true],
    [320, 180, ['a mug'], false],
    [320, 32, ['a mug'], true],
    [160, 90, [], false],
    [160, 90, [' '], false],
  ])('knows at %ix%i with %j whether it is left out: %s', (width, height, texts, isLeftOut) => {
    const label = new Label({ width: Math.floor(width / 4), height: Math.floor(height / 4) }, texts)
    expect(label.isLeftOut).toBe(isLeftOut)
    if (isLeftOut) expect(label.bottom).toBe(0)
  })
})
