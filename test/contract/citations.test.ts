import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { citationsOf, citedIn, framesOf } from '../../src/contract/materials.ts'

describe('citations', () => {
  const none = { prompt: undefined, startImageUrl: undefined, endImageUrl: undefined }
  const nothing = { ...none, images: undefined, videos: undefined, voices: undefined, shots: undefined }
  const picture = { imageUrl: 'a.png', type: undefined }
  const shot = (prompt: string | undefined) => ({ index: 1, prompt, duration: 5 })

  it.each<[prompt: string, cited: string[]]>([
    ['<<<image_1>>> and <<<video_2>>>, says <<<voice_3>>>', ['image_1', 'video_2', 'voice_3']],
    ['<<<image_01>>><<<image_1>>>', ['image_1']],
    ['<<<image_9999>>> <<<image_10000>>>', ['image_9999']],
    ['<<<element_1>>> <<image_1>> <<<image_>>> <<<image_x>>> <<<IMAGE_1>>> image_1', []],
  ])('are read as they are written: %s', (prompt, cited) => {
    expect([...citedIn({ prompt, shots: undefined })]).toEqual(cited)
  })

  it('are read in the prompt and in every shot, and not across them', () => {
    const shots = [shot('a <<<video_1>>>'), shot(undefined), shot('<<<image_'), shot('2>>>')]
    expect([...citedIn({ prompt: '<<<image_1>>>', shots })]).toEqual(['image_1', 'video_1'])
    expect([...citedIn({ prompt: undefined, shots: undefined })]).toEqual([])
  })

  it('count images after the frames given by URL, videos from one', () => {
    const prompt = '<<<image_3>>> <<<video_1>>> <<<voice_1>>>'
    const given = { ...nothing, prompt, startImageUrl: 's', endImageUrl: 'e', images: [picture, picture] }
    expect(citationsOf(given)).toEqual({
      given: 2,
      cited: 1,
      uncited: ['image_list.1'],
      dangling: ['<<<video_1>>>', '<<<voice_1>>>'],
    })
  })

  it('dangle beyond what is given, and at nought', () => {
    const prompt = '<<<image_0>>> <<<image_1>>> <<<image_2>>> <<<voice_1>>> <<<voice_2>>>'
    const given = { ...nothing, prompt, images: [{ ...picture, type: 'first_frame' }], voices: [{ voiceId: '1' }] }
    expect(citationsOf(given)).toEqual({
      given: 0,
      cited: 0,
      uncited: [],
      dangling: ['<<<image_0>>>', '<<<image_2>>>', '<<<voice_2>>>'],
    })
    expect(citationsOf(nothing)).toEqual({ given: 0, cited: 0, uncited: [], dangling: [] })
  })

  it('number frames as they are counted: by URL, and in the list', () => {
    const type = fc.constantFrom(undefined, 'first_frame', 'end_frame', 'frame')
    fc.assert(
      fc.property(fc.array(type), fc.boolean(), fc.boolean(), (types, hasStart, hasEnd) => {
        const images = types.map(type => ({ imageUrl: 'a', type }))
        const urls = { startImageUrl: hasStart ? 's' : undefined, endImageUrl: hasEnd ? 'e' : undefined }
        expect(framesOf({ ...nothing, ...urls, images })).toEqual({
          first: types.filter(type => type === 'first_frame').length + Number(hasStart),
          end: types.filter(type => type === 'end_frame').length + Number(hasEnd),
        })
      }),
    )
  })
})
