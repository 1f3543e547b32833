import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { validate } from '../../src/contract/rules.ts'
import {
  ACTIONS,
  AUDIO,
  type Body,
  bodyOf,
  DURATIONS,
  extendRows,
  FRAMES,
  MODELS,
  MODES,
  nameOf,
  type Revision,
  type Row,
  rowsOf,
  type Strictness,
} from './matrix-oracle.ts'
import { type Disagreement, report } from './matrix-report.ts'

type Objection = ReturnType<typeof validate>[number]

/** The body after the change that an objection proposes. */
function withNearest(body: Body, { nearest }: Objection): Body {
  const changed: Body = { ...body, ...nearest.set }
  for (const field of nearest.remove ?? []) delete changed[field]
  return changed
}

interface Walk {
  readonly arrived: boolean
  /** The rules that objected, each with the proposal that was followed; then what is left. */
  readonly path: string
}

/** Follows the first objection's proposal again and again, `steps` times at most. */
function follow(body: Body, revision: Revision, strictness: Strictness, steps: number): Walk {
  const path: string[] = []
  let current = body
  for (let step = 0; step <= steps; step += 1) {
    const objections = validate(current, revision, strictness)
    const first = objections[0]
    if (!first) return { arrived: true, path: path.join(', then ') }
    if (step === steps) path.push(`still refused by ${objections.map(objection => objection.rule).join(', ')}`)
    else path.push(`${first.rule}: ${first.nearest.says}`)
    current = withNearest(current, first)
  }
  return { arrived: false, path: path.join(', then ') }
}

/** One objection is mended by its own proposal; of several, one proposal may call for a few more. */
const stepsFor = (objections: number): number => (objections > 1 ? objections + 4 : objections)

const rows: fc.Arbitrary<Row> = fc.record({
  action: fc.constantFrom(...ACTIONS),
  model: fc.constantFrom(...MODELS),
  mode: fc.constantFrom(...MODES),
  duration: fc.constantFrom(...DURATIONS),
  frames: fc.constantFrom(...FRAMES),
  audio: fc.constantFrom(...AUDIO),
  camera: fc.boolean(),
  negativePrompt: fc.boolean(),
  cfgScale: fc.boolean(),
})

/** Values that no row has: each is wrong by itself, whatever the model. */
const wrongValues: fc.Arbitrary<Body> = fc.record(
  {
    mode: fc.constantFrom('ultra', '', 'STD'),
    duration: fc.constantFrom(0, 1, 7.5, 99, -5),
    aspect_ratio: fc.constantFrom('4:3', '', '16-9'),
    cfg_scale: fc.constantFrom(-1, 1.5, '2'),
    negative_prompt: fc.constant('x'.repeat(201)),
    prompt: fc.constantFrom('', '   ', 'x'.repeat(2_501)),
    camera_control: fc.constantFrom<unknown>(
      { type: 'simple' },
      { type: 'simple', config: { pan: 3 } },
      { type: 'sideways' },
      { type: 'down_back', config: { zoom: 1 } },
    ),
    callback_url: fc.constantFrom('not a url', 'ftp://example.com/'),
    start_image_url: fc.constant('ftp://example.com/start.jpg'),
    video_list: fc.constantFrom<unknown>([], [{ video_url: 'https://example.com/a.mp4' }]),
    element_list: fc.constantFrom<unknown>([], [{ element_id: '1' }]),
  },
  { requiredKeys: [] },
)

/** Requests that lack one thing, or have one word that nobody knows. */
const LACKING: readonly { body: Body }[] = [
  { body: { prompt: 'a white mug' } },
  { body: { action: 'dance', prompt: 'a white mug' } },
  { body: { action: 'text2video' } },
  { body: { action: 'image2video' } },
  { body: { action: 'extend', prompt: 'a white mug' } },
  { body: { action: 'extend', video_id: '030bb06d-98d4-4044-9042-0aa0822e8c8c' } },
  { body: { action: 'text2video', model: 'kling-v1-5', prompt: 'a white mug' } },
]

const REVISIONS = ['2026-03', '2026-05'] as const
const STRICTNESSES = ['documented', 'upstream'] as const

describe.each(REVISIONS)('the nearest change, revision %s', revision => {
  describe.each(STRICTNESSES)('%s', strictness => {
    it('mends every combination: one objection in one step, several within four steps more', {
      tags: 'thorough',
    }, () => {
      let count = 0
      const disagreements: Disagreement[] = []
      for (const row of [...MODELS.flatMap(model => [...rowsOf(model)]), ...extendRows()]) {
        count += 1
        const objections = validate(bodyOf(row), revision, strictness).length
        const { arrived, path } = follow(bodyOf(row), revision, strictness, stepsFor(objections))
        const expected = `mended in ${objections === 1 ? 'one step' : 'number of objections + 4 steps'}`
        if (!arrived) disagreements.push({ row: nameOf(row), expected, got: path })
      }
      expect(report(count, disagreements)).toBe('')
      expect(count).toBeGreaterThan(50_000)
    })

    it('mends combinations with values that are wrong for every model', () => {
      fc.assert(
        fc.property(rows, wrongValues, (row, wrong) => {
          const body = { ...bodyOf(row), ...wrong }
          const objections = validate(body, revision, strictness).length
          const { arrived, path } = follow(body, revision, strictness, objections + 4)
          expect(arrived, path).toBe(true)
        }),
        { numRuns: 2_000 },
      )
    })

    it.each(LACKING)('mends $body', ({ body }) => {
      expect(validate(body, revision, strictness)).toHaveLength(1)
      const { arrived, path } = follow(body, revision, strictness, 5)
      expect(arrived, path).toBe(true)
    })

    it('mends any combination, with the two fields that extend may refuse', () => {
      fc.assert(
        fc.property(rows, row => {
          const objections = validate(bodyOf(row), revision, strictness).length
          const { arrived, path } = follow(bodyOf(row), revision, strictness, stepsFor(objections))
          expect(arrived, path).toBe(true)
        }),
        { numRuns: 2_000 },
      )
    })
  })
})
