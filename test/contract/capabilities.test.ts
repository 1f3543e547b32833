import { describe, expect, it } from 'vitest'
import {
  capabilityOf,
  modelsOf,
  modelsTaking,
  revisionsWithModel,
  rowsOf,
  takes,
} from '../../src/contract/capabilities.ts'
import type { Revision } from '../../src/contract/revisions.ts'

/** Contract §1: the models of each revision. */
const MODELS: Readonly<Record<Revision, number>> = { '2026-03': 7, '2026-05': 10, '2026-08': 9, '2026-10': 10 }

describe('the rows of the matrix', () => {
  it.each(Object.entries(MODELS))('are there for the models of %s', (revision, count) => {
    const models = modelsOf(revision as Revision)
    expect(models).toHaveLength(count)
    for (const model of models) expect(rowsOf(revision as Revision, model)?.size).toBeGreaterThan(0)
  })

  it('are none of a model or mode that the revision does not know', () => {
    expect(rowsOf('2026-03', 'kling-v3')).toBeUndefined()
    expect(capabilityOf('2026-03', 'kling-v1', '4k')).toBeUndefined()
    expect(modelsOf('2020-01' as Revision)).toEqual([])
    expect(rowsOf('2020-01' as Revision, 'kling-v1')).toBeUndefined()
  })

  it.each<[string, readonly Revision[]]>([
    ['kling-v1', ['2026-03', '2026-05', '2026-08', '2026-10']],
    ['kling-v3', ['2026-05', '2026-08', '2026-10']],
    ['kling-video-o1', ['2026-03', '2026-05']],
    ['kling-o1', ['2026-08', '2026-10']],
    ['sora', []],
  ])('say where %s is known', (model, revisions) => {
    expect(revisionsWithModel(model)).toEqual(revisions)
  })

  it('say what a model takes, in one mode and in any', () => {
    expect(modelsTaking('2026-10', 'voice_list')).toEqual(['kling-v2-6'])
    expect(modelsTaking('2026-03', 'voice_list')).toEqual([])
    expect(takes('2026-10', 'kling-v2-6', 'voice_list')).toBe(true)
    expect(takes('2026-10', 'kling-v2-6', 'voice_list', 'pro')).toBe(true)
    expect(takes('2026-10', 'kling-v2-6', 'voice_list', 'std')).toBe(false)
    expect(takes('2026-10', 'sora', 'voice_list')).toBe(false)
  })
})
