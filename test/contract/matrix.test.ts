import { describe, expect, it } from 'vitest'
import { validate } from '../../src/contract/rules.ts'
import {
  BULLETS,
  bodyOf,
  breaches,
  extendRows,
  MATRIX,
  MODELS,
  MODELS_4K,
  MODELS_A,
  MODELS_AUDIO,
  MODELS_B,
  nameOf,
  type Revision,
  type Row,
  rowsOf,
  type Strictness,
} from './matrix-oracle.ts'
import { type Disagreement, report } from './matrix-report.ts'

/** Rows that `rowsOf` makes for one model: 3 actions, 4 modes, 16 durations, 4 frames, 3 audio, 2 camera. */
const ROWS_PER_MODEL = 3 * 4 * 16 * 4 * 3 * 2

function compare(row: Row, revision: Revision, strictness: Strictness): Disagreement | undefined {
  const expected = breaches(row, revision, strictness)
  const got = validate(bodyOf(row), revision, strictness)
  const first = expected[0]
  const answer = got[0]
  const differs = {
    row: nameOf(row),
    expected: first
      ? `refused by ${expected.map(breach => breach.rule).join(', ')}: ${first.says?.join(' | ') ?? '(any text)'}`
      : 'accepted',
    got: answer ? `refused by ${got.map(objection => objection.rule).join(', ')}: ${answer.message}` : 'accepted',
  }
  if ((first === undefined) !== (answer === undefined)) return differs
  if (first?.says && answer && strictness === 'documented' && !first.says.includes(answer.message)) return differs
  return undefined
}

function disagreementsIn(
  rows: Iterable<Row>,
  revision: Revision,
  strictness: Strictness,
): { count: number; text: string } {
  let count = 0
  const disagreements: Disagreement[] = []
  for (const row of rows) {
    count += 1
    const disagreement = compare(row, revision, strictness)
    if (disagreement) disagreements.push(disagreement)
  }
  return { count, text: report(count, disagreements) }
}

describe('the guides, as text', () => {
  it('holds nine models in thirteen lines and four bullets in guide B', () => {
    expect(MATRIX).toHaveLength(13)
    expect(MODELS_B).toHaveLength(9)
    expect(BULLETS).toHaveLength(4)
  })

  it('holds six models in guide A', () => {
    expect(MODELS_A).toEqual([
      'kling-v1',
      'kling-v1-6',
      'kling-v2-master',
      'kling-v2-1-master',
      'kling-v2-5-turbo',
      'kling-video-o1',
    ])
  })

  it('says the same of 4k and of sound in table and bullets', () => {
    const in4k = MATRIX.filter(line => line.modes?.includes('4k')).map(line => line.model)
    const withAudio = MATRIX.filter(line => line.audio === 'yes').map(line => line.model)
    expect(new Set(in4k)).toEqual(new Set(MODELS_4K))
    expect(new Set(withAudio)).toEqual(new Set(MODELS_AUDIO))
    expect(MATRIX.filter(line => line.modes?.includes('4k') && line.camera !== 'no')).toEqual([])
  })
})

describe.each([
  ['2026-05', 'documented'],
  ['2026-03', 'documented'],
  ['2026-05', 'upstream'],
] as const)('revision %s, %s', (revision, strictness) => {
  it.each(MODELS.map(model => ({ model })))('answers every combination for $model as the guides say', ({ model }) => {
    const { count, text } = disagreementsIn(rowsOf(model), revision, strictness)
    expect(text).toBe('')
    expect(count).toBe(ROWS_PER_MODEL)
  })

  it('answers every extend with negative_prompt and cfg_scale as the guides say', () => {
    const { count, text } = disagreementsIn(extendRows(), revision, strictness)
    expect(text).toBe('')
    expect(count).toBe(MODELS.length * 4 * 16 * 4)
  })
})

it('compares more than fifty thousand rows in each revision, both answers being frequent', () => {
  for (const revision of ['2026-03', '2026-05'] as const) {
    const rows = MODELS.flatMap(model => [...rowsOf(model)])
    const accepted = rows.filter(row => breaches(row, revision).length === 0)
    expect(rows.length).toBeGreaterThan(50_000)
    expect(accepted.length).toBeGreaterThan(500)
    expect(rows.filter(row => breaches(row, revision).length === 1).length).toBeGreaterThan(2_000)
  }
})

describe('the report of a failed comparison', () => {
  it('names the row, what the guides say and what came', () => {
    const row = 'text2video kling-v1/std/2'
    expect(report(9_216, [{ row, expected: "refused by R14: duration value '2' is invalid", got: 'accepted' }])).toBe(
      [
        '1 of 9216 rows disagree',
        '✗ rows: 1',
        "  expected  refused by R14: duration value '2' is invalid",
        '  got       accepted',
        '    text2video kling-v1/std/2',
      ].join('\n'),
    )
  })
})
