import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clustersOf } from '../../src/media/clusters.ts'

describe('clustersOf', () => {
  it.each([
    ['a mug', ['a', ' ', 'm', 'u', 'g']],
    ['e\u0301te\u0301', ['e\u0301', 't', 'e\u0301']],
    ['👨‍👩‍👧‍👦!', ['👨‍👩‍👧‍👦', '!']],
    ['🇩🇪🇯🇵🇺', ['🇩🇪', '🇯🇵', '🇺']],
    ['👍🏽👍', ['👍🏽', '👍']],
    ['❤️🏴󠁧󠁢󠁳󠁣󠁴󠁿', ['❤️', '🏴󠁧󠁢󠁳󠁣󠁴󠁿']],
    ['7️⃣', ['7️⃣']],
    ['一只', ['一', '只']],
    ['\u0301a', ['\u0301', 'a']],
    ['\ud83d', ['\ud83d']],
    ['', []],
  ])('parts %j', (text, clusters) => {
    expect([...clustersOf(text)]).toEqual(clusters)
  })

  it('loses nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect([...clustersOf(text)].join('')).toBe(text)
      }),
    )
  })

  it('leaves whole what a reader of Unicode calls one emoji', () => {
    const emoji = fc.constantFrom(...'👨‍👩‍👧 👨🏿‍🚀 🇩🇪 👍🏽 ❤️ 🏴󠁧󠁢󠁳󠁣󠁴󠁿 7️⃣ ☕ 🏳️‍🌈 🧑🏻‍🤝‍🧑🏾'.split(' '))
    const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
    fc.assert(
      fc.property(fc.array(emoji), emojis => {
        const text = emojis.join('')
        expect([...clustersOf(text)]).toEqual(Array.from(graphemes.segment(text), ({ segment }) => segment))
      }),
    )
  })
})
