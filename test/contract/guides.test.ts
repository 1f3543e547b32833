import { describe, expect, it } from 'vitest'
import { validate } from '../../src/contract/rules.ts'
import { type Body, BULLETS, MATRIX, sentencesOf, upstreamFile } from './matrix-oracle.ts'

const REVISIONS = ['2026-03', '2026-05'] as const

/** The JSON of `-d '{…}'`. */
const curlBody = (text: string): Body => JSON.parse(/-d '(\{.*\})'/s.exec(text)?.[1] ?? '')

/** The dictionary of `payload = {…}`; it is JSON as well. */
const pythonBody = (text: string): Body => JSON.parse(/^payload = (\{.*?^\})/ms.exec(text)?.[1] ?? '')

const TEXT2VIDEO = curlBody(upstreamFile('guide-a-text2video.sh'))
const EXTEND = pythonBody(upstreamFile('guide-a-extend.py'))
/** "we can set the callback_url field to the above Webhook URL and fill in the corresponding parameters" */
const CALLBACK: Body = { ...TEXT2VIDEO, callback_url: 'https://webhook.site/624b2c78-6dbd-4618-9d2b-b32eade6d8c3' }

const answers = (body: Body, revision: (typeof REVISIONS)[number] = '2026-05'): readonly string[] =>
  validate(body, revision, 'documented').map(objection => objection.message)

const refuses = (body: Body): void => expect(answers(body), JSON.stringify(body)).not.toEqual([])
const accepts = (body: Body): void => expect(answers(body), JSON.stringify(body)).toEqual([])

const image = (fields: Body): Body => ({
  action: 'image2video',
  prompt: 'a white mug',
  start_image_url: 'https://example.com/start.jpg',
  ...fields,
})
const text = (fields: Body): Body => ({ action: 'text2video', prompt: 'a white mug', ...fields })
const extend = (fields: Body): Body => ({ ...EXTEND, duration: 5, ...fields })
const END = { end_image_url: 'https://example.com/end.jpg' }
const CAMERA = { camera_control: { type: 'forward_up' } }
const MODELS = [...new Set(MATRIX.map(line => line.model))]
const FLEXIBLE = ['kling-v3', 'kling-v3-omni']

describe.each(REVISIONS)('the requests that the guides show, revision %s', revision => {
  it.each([
    ['guide A, Basic Usage', TEXT2VIDEO],
    ['guide A, Video Extension Functionality', EXTEND],
    ['guide A, Asynchronous Callback', CALLBACK],
  ])('accepts %s', (_, body) => {
    expect(answers(body, revision)).toEqual([])
  })
})

describe('the answers that the guides show', () => {
  const result = ['success', 'video_id', 'video_url', 'duration', 'state', 'task_id']

  it.each([
    ['guide-a-text2video-response.json', '5.1'],
    ['guide-a-extend-response.json', '9.6'],
    ['guide-a-callback-body.json', '5.1'],
  ])('%s has the six fields in their order', (file, duration) => {
    const shown = JSON.parse(upstreamFile(file))
    expect(Object.keys(shown)).toEqual(result)
    expect(shown).toMatchObject({ success: true, state: 'succeed', duration })
  })

  it('announces the task in the immediate answer and nothing else', () => {
    const { task_id } = JSON.parse(upstreamFile('guide-a-callback-body.json'))
    expect(JSON.parse(upstreamFile('guide-a-callback-answer.json'))).toEqual({ task_id })
  })

  it('extends the very video that the callback delivered', () => {
    expect(EXTEND['video_id']).toBe(JSON.parse(upstreamFile('guide-a-callback-body.json')).video_id)
  })

  it('has success, error and trace_id in an error', () => {
    expect(Object.keys(JSON.parse(upstreamFile('guide-a-error.json')))).toEqual(['success', 'error', 'trace_id'])
  })
})

/** Each bullet below guide B's matrix, by its first words, and what it means for requests. */
const BELOW_THE_MATRIX: Record<string, () => void> = {
  'mode=4kis only supported by': () => {
    for (const model of MODELS) {
      const check = FLEXIBLE.includes(model) ? accepts : refuses
      check(text({ model, mode: '4k' }))
      check(image({ model, mode: '4k' }))
      refuses(text({ model, mode: '4k', ...CAMERA }))
    }
  },
  'end_image_urlcan only be used with': () => {
    for (const { model, modes } of MATRIX) {
      const mode = modes?.[0] ?? 'std'
      const { start_image_url: _, ...onlyEnd } = image({ model, mode, ...END })
      refuses(onlyEnd)
      refuses(text({ model, mode, ...END }))
      refuses(text({ model, mode, ...END, start_image_url: 'https://example.com/start.jpg' }))
    }
    accepts(image({ model: 'kling-v3', ...END }))
    refuses(extend(END))
  },
  'kling-v3/kling-v3-omniaccept any integer': () => {
    for (const model of MODELS)
      for (let duration = 0; duration <= 20; duration += 1) {
        const offered = FLEXIBLE.includes(model) ? duration >= 3 && duration <= 15 : duration === 5 || duration === 10
        const check = offered ? accepts : refuses
        check(text({ model, duration }))
      }
    for (const duration of [3.5, 14.999, -5]) for (const model of FLEXIBLE) refuses(text({ model, duration }))
    accepts(text({ model: 'kling-v3', duration: JSON.parse('7.0') }))
  },
  'generate_audiodefaults to': () => {
    for (const model of MODELS) {
      accepts(text({ model }))
      accepts(text({ model, generate_audio: false }))
      for (const mode of ['std', 'pro']) {
        const offered = FLEXIBLE.includes(model) || (model === 'kling-v2-6' && mode === 'pro')
        const check = offered ? accepts : refuses
        check(text({ model, mode, generate_audio: true }))
      }
    }
    for (const model of FLEXIBLE) accepts(text({ model, mode: '4k', generate_audio: true }))
  },
}

describe('the bullets below guide B’s matrix', () => {
  it('are the four that have a case here', () => {
    expect(BULLETS.map(sentence => caseOf(sentence))).toEqual(Object.keys(BELOW_THE_MATRIX))
  })

  it.each(BULLETS.map(sentence => [sentence]))('%s', sentence => {
    BELOW_THE_MATRIX[caseOf(sentence) ?? '']?.()
    expect.hasAssertions()
  })
})

function caseOf(sentence: string): string | undefined {
  return Object.keys(BELOW_THE_MATRIX).find(words => sentence.replaceAll(' ', '').startsWith(words.replaceAll(' ', '')))
}

/** The bullets of guide B's list of request fields that limit a value, by the field they speak of. */
const OF_THE_FIELDS: Record<string, () => void> = {
  mode: () => {
    for (const mode of ['std', 'pro', '4k']) accepts(text({ model: 'kling-v3', mode }))
    for (const mode of ['ultra', 'STD', '']) refuses(text({ model: 'kling-v3', mode }))
    expect(answers(text({ mode: 'ultra' }))).toEqual(["mode value 'ultra' is invalid"])
  },
  action: () => {
    accepts(text({}))
    accepts(image({}))
    accepts(extend({}))
    refuses(text({ action: 'text-to-video' }))
    refuses({ prompt: 'a white mug' })
  },
  start_image_url: () => {
    refuses({ action: 'image2video', prompt: 'a white mug' })
  },
  end_image_url: () => {
    accepts(image({ model: 'kling-v1-6', mode: 'pro' }))
    accepts(image({ model: 'kling-v1-6', mode: 'pro', ...END }))
  },
  aspect_ratio: () => {
    for (const aspect_ratio of ['16:9', '9:16', '1:1']) accepts(text({ aspect_ratio }))
    accepts(text({}))
    expect(answers(text({ aspect_ratio: '4:3' }))).toEqual(["aspect_ratio value '4:3' is invalid"])
  },
  cfg_scale: () => {
    for (const cfg_scale of [0, 0.5, 1, '0.5']) accepts(text({ cfg_scale }))
    expect(answers(text({ cfg_scale: 1.01 }))).toEqual(['cfgScale: must be less than or equal to 1'])
    expect(answers(text({ cfg_scale: -0.01 }))).toEqual(['cfgScale: must be greater than or equal to 0'])
  },
  camera_control: () => {
    for (const key of ['horizontal', 'vertical', 'pan', 'tilt', 'roll', 'zoom'])
      accepts(text({ camera_control: { type: 'simple', config: { [key]: 0.5 } } }))
    for (const type of ['down_back', 'forward_up', 'left_turn_forward', 'right_turn_forward'])
      accepts(text({ camera_control: { type } }))
    accepts(text({ camera_control: '{"type":"forward_up"}' }))
    refuses(text({ camera_control: { type: 'sideways' } }))
    refuses(text({ camera_control: { type: 'simple' } }))
    refuses(text({ camera_control: { type: 'simple', config: { zoom: 1.5 } } }))
    refuses(text({ camera_control: { type: 'down_back', config: { zoom: 1 } } }))
  },
  negative_prompt: () => {
    accepts(text({ negative_prompt: 'x'.repeat(200) }))
    accepts(text({ negative_prompt: '😀'.repeat(200) }))
    refuses(text({ negative_prompt: 'x'.repeat(201) }))
  },
  element_list: () => {
    const element_list = [{ element_id: '1' }]
    for (const model of MODELS) (model === 'kling-video-o1' ? accepts : refuses)(text({ model, element_list }))
  },
  video_list: () => {
    const video_list = [{ video_url: 'https://example.com/a.mp4', refer_type: 'feature', keep_original_sound: 'no' }]
    for (const model of MODELS) (model === 'kling-video-o1' ? accepts : refuses)(text({ model, video_list }))
    refuses(text({ model: 'kling-video-o1', video_list: [...video_list, ...video_list] }))
    refuses(text({ model: 'kling-video-o1', video_list: [] }))
  },
  prompt: () => {
    refuses({ action: 'text2video' })
    refuses(text({ prompt: ' ' }))
    accepts(image({ prompt: undefined }))
    accepts(text({ prompt: 'x'.repeat(2_500) }))
    expect(answers(text({ prompt: 'x'.repeat(2_501) }))).toEqual(['prompt: size must be between 0 and 2500'])
  },
}

describe('the request fields of guide B', () => {
  const [ofCreate = '', ofExtend = ''] = upstreamFile('guide-b-fields.md')
    .split('\n')
    .filter(line => line.startsWith('model:'))
  const sentences = new Map(sentencesOf(ofCreate).map(sentence => [sentence.split(':')[0] ?? '', sentence]))

  it.each(Object.entries(OF_THE_FIELDS))('holds what is said of %s', (field, hold) => {
    expect(sentences.has(field)).toBe(true)
    hold()
  })

  it('extends with kling-v1, kling-v1-5 and kling-v1-6, for 5 s and 10 s', () => {
    expect(ofExtend).toContain('mainlykling-v1,kling-v1-5, andkling-v1-6.')
    for (const revision of REVISIONS)
      for (const model of ['kling-v1', 'kling-v1-5', 'kling-v1-6'])
        for (const mode of ['std', 'pro'])
          for (const duration of [5, 10]) expect(answers(extend({ model, mode, duration }), revision)).toEqual([])
  })

  it('refuses to extend without a prompt or a video_id', () => {
    for (const field of ['prompt', 'video_id']) {
      const { [field]: _, ...body } = EXTEND
      refuses(body)
    }
  })
})

describe('the notes in guide B’s matrix', () => {
  it('kling-v1: extend does not support negative_prompt and cfg_scale', () => {
    refuses(extend({ model: 'kling-v1', negative_prompt: 'blurry' }))
    refuses(extend({ model: 'kling-v1', cfg_scale: 0.5 }))
    accepts(extend({ model: 'kling-v1-6', negative_prompt: 'blurry', cfg_scale: 0.5 }))
    accepts(extend({ model: 'kling-v1-5', negative_prompt: 'blurry', cfg_scale: 0.5 }))
  })

  it('quotes the sentence that guide B itself quotes, filled in', () => {
    expect(answers(image({ model: 'kling-v2-5-turbo', mode: 'std', duration: 5, ...END }))).toEqual([
      'model/mode/duration(kling-v2-5-turbo/std/5) is not supported with image_tail',
    ])
  })
})
