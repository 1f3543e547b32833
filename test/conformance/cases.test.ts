import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { rulesAt } from '../../src/conformance/cases/rules.ts'
import { casesOf } from '../../src/conformance/cases.ts'
import { coveringSet, planned, totalsOf } from '../../src/conformance/plan.ts'
import { modelsOf, rowsOf } from '../../src/contract/capabilities.ts'
import { endpointsOf } from '../../src/contract/endpoints.ts'
import { REVISIONS, type Revision } from '../../src/contract/revisions.ts'

/** Rules that never answer, since another one that says the same comes first. */
const SHADOWED: Readonly<Record<Revision, readonly string[]>> = {
  '2026-03': ['R13: a request with end_image_url lasts 5 s'],
  '2026-05': ['R18: kling-video-o1, later kling-o1, has the modes std and pro'],
  '2026-08': [
    'R15: kling-o1 makes 5 s',
    'R18: kling-video-o1, later kling-o1, has the modes std and pro',
    'R31: kling-o1 takes no camera_control, nor does any model with image_list or video_list',
  ],
  '2026-10': [
    'R15: kling-o1 makes 5 s',
    'R18: kling-video-o1, later kling-o1, has the modes std and pro',
    'R31: kling-o1 takes no camera_control, nor does any model with image_list or video_list',
  ],
}

describe.each(REVISIONS)('the cases of %s', revision => {
  const cases = casesOf(revision)

  it('have ids of their own', () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length)
  })

  it('refuse and accept by every rule that can answer', () => {
    const missing = endpointsOf(revision).flatMap(({ type }) =>
      rulesAt(type, revision).flatMap(({ id, says }) => {
        const about = cases.filter(
          ({ tags, promise }) => tags.includes(id) && tags.includes(type) && promise === `${says}.`,
        )
        const isCovered = ['refused', 'accepted'].every(end => about.some(({ tags }) => tags.includes(end)))
        return isCovered ? [] : [`${id}: ${says}`]
      }),
    )
    expect(missing).toEqual(SHADOWED[revision])
  })

  it('refuse and accept by every row of the matrix', () => {
    for (const model of modelsOf(revision)) {
      for (const mode of rowsOf(revision, model)?.keys() ?? []) {
        const about = cases.filter(({ id }) => id.startsWith(`matrix/${model}/${mode}/`))
        expect(
          about.some(({ tags }) => tags.includes('refused')),
          `${model} ${mode}`,
        ).toBe(true)
        expect(
          about.some(({ tags }) => tags.includes('accepted')),
          `${model} ${mode}`,
        ).toBe(true)
      }
    }
  })

  it('cost nothing unless that is allowed', () => {
    const terms = { isSimulated: false, maxCredits: 1e6, has: new Set<never>(), isCovering: true }
    const run = planned(cases, { ...terms, allowSpend: false }).filter(({ skipped }) => skipped === undefined)
    expect(new Set(run.map(one => one.case.priceClass))).toEqual(new Set(['free']))
  })

  it('never take a run above its budget', () => {
    for (const maxCredits of [0, 1.4, 5, 100, 1000]) {
      const terms = { isSimulated: false, maxCredits, allowSpend: true, isCovering: false }
      const plan = planned(cases, { ...terms, has: new Set(['callback', 'files']) })
      const sum = plan.filter(({ skipped }) => skipped === undefined).reduce((all, { credits }) => all + credits, 0)
      expect(sum).toBeLessThanOrEqual(maxCredits + 1e-9)
    }
  })

  it('are covered by fewer videos than there are', () => {
    const { covering, paid } = totalsOf(cases)
    expect(covering.credits).toBeLessThan(paid.credits / 2)
    const chosen = coveringSet(cases)
    const models = cases.filter(({ check }) => check.kind === 'made' && chosen.has(check.production.id))
    for (const model of modelsOf(revision))
      expect(
        models.some(({ tags }) => tags.includes(model)),
        model,
      ).toBe(true)
  })
})

describe('the scenarios', () => {
  const upstream = (name: string) => readFileSync(new URL(`../../fixtures/upstream/${name}`, import.meta.url), 'utf8')
  const scenarios = new Map<string, Record<string, unknown>>(
    JSON.parse(upstream('scenarios.json')).map((one: { id: string }) => [one.id, one]),
  )

  it('ask for what the guide asks for', () => {
    const [curl] = /\{\n[\s\S]*\}/.exec(upstream('guide-a-text2video.sh')) ?? []
    expect(scenarios.get('basic')?.['body']).toEqual(JSON.parse(curl ?? ''))
    const [python] = /(?<=payload = )\{[\s\S]*?\}/.exec(upstream('guide-a-extend.py')) ?? []
    expect(scenarios.get('extension')?.['body']).toEqual(JSON.parse(python ?? ''))
  })

  it('expect what the guide was given', () => {
    const given = (name: string) => JSON.parse(upstream(name)).duration
    expect(scenarios.get('basic')?.['duration']).toBe(given('guide-a-text2video-response.json'))
    expect(scenarios.get('extension')?.['duration']).toBe(given('guide-a-extend-response.json'))
    expect(scenarios.get('callback')?.['duration']).toBe(given('guide-a-callback-body.json'))
  })
})
