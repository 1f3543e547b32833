import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { capabilities, type ModeCapability } from '../../src/contract/matrix.ts'
import { REVISIONS, type Revision } from '../../src/contract/revisions.ts'
import { validate } from '../../src/contract/rules.ts'

const committed = readFileSync(new URL('../../capabilities.json', import.meta.url), 'utf8').replaceAll('\r\n', '\n')

/** Every model and mode of every revision. */
const CELLS = REVISIONS.flatMap(revision =>
  Object.entries(capabilities().revisions[revision].models).flatMap(([model, { actions, modes }]) =>
    Object.entries(modes).map(([mode, cell]) => ({ revision, model, mode, actions, cell })),
  ),
)

const NEEDS = {
  text2video: {},
  image2video: { start_image_url: 'https://example.com/s.png' },
  extend: { video_id: '030bb06d-98d4-4044-9042-0aa0822e8c8c' },
} as const

describe('capabilities.json', () => {
  it('is what the rows make', () => {
    expect(committed).toBe(`${JSON.stringify(capabilities(), null, 2)}\n`)
  })

  it('has every revision, and the default', () => {
    const { defaultRevision, revisions } = JSON.parse(committed)
    expect([defaultRevision, Object.keys(revisions)]).toEqual(['2026-05', [...REVISIONS]])
  })

  it.each(CELLS)('says of $model $mode in $revision what validate says', ({ revision, model, mode, actions, cell }) => {
    const plain = cell.audio === 'always' ? {} : { generate_audio: false }
    const accepts = (body: object) => isAccepted(revision, { model, mode, prompt: 'a mug', ...body })
    for (const action of ['text2video', 'image2video', 'extend'] as const) {
      const base = { action, duration: cell.durations[0], ...NEEDS[action] }
      expect(accepts(base), action).toBe(actions.includes(action))
      if (!actions.includes(action)) continue
      expect(accepts({ ...base, negative_prompt: 'x', cfg_scale: 0.5 })).toBe(cell.tuning.includes(action))
      if (action === 'extend') continue
      for (let duration = 1; duration <= 20; duration++) {
        const timed = { ...base, duration }
        const isOffered = cell.durations.includes(duration)
        expect(accepts(timed)).toBe(isOffered)
        if (!isOffered) continue
        const movesHere = cell.cameraActions.includes(action) && cell.camera.includes(duration)
        expect(accepts({ ...timed, camera_control: { type: 'down_back' } })).toBe(movesHere)
        if (action !== 'image2video') continue
        const end_image_url = 'https://example.com/e.png'
        expect(accepts({ ...timed, end_image_url })).toBe(cell.endImage.includes(duration))
      }
      if (revision === '2026-03') continue
      expect(accepts({ ...base, generate_audio: true })).toBe(cell.audio !== 'never')
      expect(accepts({ ...base, generate_audio: false })).toBe(cell.audio !== 'always')
    }
    for (const [material, body] of Object.entries(materialsOf(cell, revision))) {
      const action = actions.includes('text2video') ? 'text2video' : 'extend'
      const base = { action, duration: cell.durations[0], ...NEEDS[action], ...plain }
      const isTaken = cell.takes.some(taken => taken === material)
      expect(accepts({ ...base, ...body }), material).toBe(isTaken)
    }
  })
})

function isAccepted(revision: Revision, body: Record<string, unknown>): boolean {
  return validate(body, revision, 'documented').length === 0
}

/** Materials that the revision reads, each as the least that may be asked for. */
function materialsOf({ audio }: ModeCapability, revision: Revision): Record<string, object> {
  const isOctober = revision === '2026-10'
  return {
    element_list: { element_list: [{ element_id: '1' }] },
    video_list: { video_list: [{ video_url: 'https://example.com/a.mp4', refer_type: 'feature' }] },
    ...(revision >= '2026-08' && { image_list: { image_list: [{ image_url: 'https://example.com/a.png' }] } }),
    ...(isOctober && {
      multi_shot: { multi_shot: true, shot_type: 'intelligence' },
      voice_list: {
        ...{ voice_list: [{ voice_id: '1' }], prompt: '<<<voice_1>>>' },
        ...(audio !== 'never' && { generate_audio: true }),
      },
    }),
  }
}
